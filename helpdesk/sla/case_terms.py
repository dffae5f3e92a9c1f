"""Calendars and policies of a file of cases as the engine's values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from helpdesk.errors import DomainError
from helpdesk.sla.calendar import DAY_MIN, Holiday, Window, WorkingHours, working_hours
from helpdesk.sla.given import CaseError, Given, quoted, seconds_from
from helpdesk.sla.rules import Key, Metric, OnChange, PolicyVersion, Resumption, Target, TicketState

T = TypeVar("T")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GRACE = ("reopen_grace", "reopen_grace_s")
THRESHOLDS = (50, 75, 90, 100, 120)
STATES = {
    "new": TicketState.NEW,
    "open": TicketState.OPEN,
    "in_progress": TicketState.OPEN,
    "pending_internal": TicketState.OPEN,
    "pending_customer": TicketState.WAITING_CLIENT,
    "waiting_client": TicketState.WAITING_CLIENT,
    "pending_vendor": TicketState.WAITING_THIRD_PARTY,
    "waiting_third_party": TicketState.WAITING_THIRD_PARTY,
    "resolved": TicketState.RESOLVED,
    "closed": TicketState.CLOSED,
}
ON_CHANGE = {mode.value: mode for mode in OnChange}
RESUMPTION = {mode.value: mode for mode in Resumption}
METRICS = {metric.value: metric for metric in Metric if metric is not Metric.OLA}


class Shelf(Mapping[Key, T], Generic[T]):
    """Named things of a file; asking for one that is missing or cannot be raises a sentence."""

    def __init__(self, what: str, given: Given, make: Callable[[str, Given], T]) -> None:
        self.what = what
        self.made: dict[Key, T | DomainError] = {}
        for name, found in given.value.items():
            try:
                place = f"{what.capitalize()} {name}"
                part = Given(place, given.mapping(str(name), found))
                self.made[str(name)] = make(str(name), part)
            except DomainError as problem:
                self.made[str(name)] = problem

    def __getitem__(self, key: Key) -> T:
        found = self.made.get(key)
        if found is None:
            raise CaseError("There is no %(what)s %(name)s in the file.", what=self.what, name=quoted(key))
        if isinstance(found, DomainError):
            raise found
        return found

    def __contains__(self, key: object) -> bool:
        return key in self.made

    def __iter__(self) -> Iterator[Key]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    @property
    def problems(self) -> list[str]:
        """What is wrong with those that cannot be."""
        return [str(found) for found in self.made.values() if isinstance(found, DomainError)]


def hours_from(name: str, given: Given) -> WorkingHours:
    """Working hours from a calendar of the file."""
    week, others = given.part("weekly"), given.part("overrides")
    for day in week.value:
        if day not in DAYS:
            raise week.wrong(str(day), day, f"one of {', '.join(DAYS)}")
    overrides = {_date(day, others): _windows(others.rows(day), others.place) for day in others.value}
    weekly = [_windows(week.rows(day), f"{week.place}: {day}") for day in DAYS]
    try:
        holidays = [_holiday(found, given) for found in given.rows("holidays")]
        return working_hours(given.text("tz"), weekly, overrides, holidays)
    except CaseError:
        raise
    except DomainError as problem:
        raise CaseError("%(place)s: %(why)s", place=given.place, why=str(problem)) from problem


def policy_from(name: str, given: Given) -> PolicyVersion:
    """A policy version from a policy of the file; a reopening is never too late there unless it says so."""
    pauses = [_state(found, given) for found in given.rows("pause_statuses")]
    percents = [seconds_from(found, f"{given.place}: thresholds") for found in given.rows("thresholds")]
    return PolicyVersion(
        name,
        (*_client_targets(given.part("targets")), *_line_targets(given.part("ola"))),
        on_change=given.word("on_change", ON_CHANGE, "carry"),
        reopen=given.word("reopen", RESUMPTION, "resume"),
        reopen_grace_s=next((given.seconds(key) for key in GRACE if given.has(key)), None),
        ola_reentry=given.word("ola_reentry", RESUMPTION, "resume"),
        pause_states=frozenset(pauses),
        forgive=given.flag("forgive"),
        thresholds=tuple(sorted({percent for percent in percents if percent})) or THRESHOLDS,
    )


def line_number(found: object, place: str) -> int:
    """L1 is 1; L0 and nothing at all, work that nobody has taken, is 0."""
    text = "0" if found is None else str(found).removeprefix("L")
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise CaseError("%(place)s: %(found)s is no line; L1 is.", place=place, found=quoted(found))
    return int(text)


def _client_targets(given: Given) -> Iterator[Target]:
    for metric, by_priority in given.parts():
        if metric not in METRICS:
            raise given.wrong(metric, metric, f"one of {', '.join(METRICS)}")
        for priority, terms in by_priority.parts():
            yield from _target(METRICS[metric], priority, terms)


def _target(metric: Metric, priority: str, terms: Given) -> Iterator[Target]:
    """The target of a cell and, where it has any, those of single types of tickets."""
    if terms.has("target"):
        yield Target(metric, priority, terms.seconds("target"), terms.text("calendar"))
    for type_, own in terms.part("types").parts():
        yield Target(metric, priority, own.seconds("target"), own.text("calendar"), type=type_)


def _line_targets(given: Given) -> Iterator[Target]:
    """A line has one calendar, or each of its targets names its own."""
    for name, terms in given.parts():
        line = line_number(name, given.place)
        cells = terms.part("target")
        for priority, found in cells.value.items():
            if isinstance(found, Mapping):
                own = Given(f"{cells.place} {priority}", found)
                for target in _target(Metric.OLA, str(priority), own):
                    yield Target(
                        Metric.OLA, target.priority, target.seconds, target.calendar, line, target.type
                    )
            else:
                seconds = seconds_from(found, f"{cells.place} {priority}")
                yield Target(Metric.OLA, str(priority), seconds, terms.text("calendar"), line)


def _state(found: object, given: Given) -> TicketState:
    if not isinstance(found, str) or found not in STATES:
        raise given.wrong("pause_statuses", found, f"some of {', '.join(STATES)}")
    return STATES[found]


def _holiday(found: object, calendar: Given) -> Holiday:
    given = Given(f"{calendar.place}: holidays", calendar.mapping("holidays", found))
    start = _minutes(given.value.get("from", "00:00"), given.place)
    end = _minutes(given.value.get("to", "24:00"), given.place)
    if given.has("date"):
        return Holiday(day=_date(given.need("date"), given), from_min=start, to_min=end)
    until = _day_of_year(given.need("until_md"), given) if given.has("until_md") else None
    return Holiday(md=_day_of_year(given.need("md"), given), until_md=until, from_min=start, to_min=end)


def _windows(found: Iterable[Any], place: str) -> tuple[Window, ...]:
    windows = []
    for pair in found:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise CaseError(
                "%(place)s: hours are pairs such as ['09:00', '17:00'], not %(found)s.",
                place=place,
                found=quoted(pair),
            )
        windows.append((_minutes(pair[0], place), _minutes(pair[1], place)))
    return tuple(windows)


def _minutes(found: object, place: str) -> int:
    """Minutes of the day. YAML itself reads 17:00 without quotes as 17 times 60."""
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= DAY_MIN:
        return found
    hours, _, minutes = str(found).partition(":")
    digits = f"{hours}{minutes}"
    if not (digits.isascii() and hours.isdigit() and minutes.isdigit() and len(digits) < 5):
        raise CaseError(
            "%(place)s: %(found)s is not a time of day such as '09:30'.",
            place=place,
            found=quoted(found),
        )
    if int(minutes) > 59:
        raise CaseError("%(place)s: %(found)s has no such minute.", place=place, found=quoted(found))
    return int(hours) * 60 + int(minutes)


def _day_of_year(found: object, given: Given) -> tuple[int, int]:
    month, _, day = str(found).partition("-")
    if not (month.isascii() and month.isdigit() and day.isascii() and day.isdigit()):
        raise given.wrong("md", found, "a day of the year such as 12-24")
    return int(month), int(day)


def _date(found: object, given: Given) -> date:
    """A civil day. YAML itself reads one without quotes; with a time of day it is an instant and no day."""
    try:
        return found if type(found) is date else date.fromisoformat(str(found))
    except ValueError:
        raise given.wrong("date", found, "a date such as 2026-12-24") from None
