"""What a list of tickets is narrowed to, read from an address and written back into one. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeVar

from helpdesk.errors import BadInput
from helpdesk.tickets.rules import (
    DONE_STATES,
    OPEN_STATES,
    Channel,
    Line,
    Priority,
    ReturnReason,
    State,
    TicketType,
)

Word = TypeVar("Word", bound=StrEnum)
Reader = Callable[[str, Sequence[str], tzinfo], object]
TEXT_LIMIT = 200
YEARS = range(1970, 9999)  # in no zone do these leave what a moment can hold
CURSOR = "after"
LONGEST_AGE = 3650  # days
STATE_GROUPS = {"unfinished": OPEN_STATES, "finished": DONE_STATES}


class Order(StrEnum):
    """How a list is sorted."""

    DUE = "due"  # by time left
    NEWEST = "newest"
    OLDEST = "oldest"
    ACTIVE = "active"  # the last activity first
    PRIORITY = "priority"
    WAKING = "waking"  # what waits and is looked at again first


class Risk(StrEnum):
    """How near the nearest deadline is."""

    BREACHED = "breached"
    AT_RISK = "at-risk"
    PRESSING = "pressing"  # either of them


class Holder(StrEnum):
    """Assignees that are no number."""

    NOBODY = "nobody"
    ME = "me"


class YesNo(StrEnum):
    """A question with two answers."""

    YES = "yes"
    NO = "no"


class Verdict(StrEnum):
    """Whether the deadlines were kept."""

    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """All that a list may be narrowed to; empty and None narrow nothing. Instants are half-open spans.

    `escalated` is when it was handed up, `handed_to` to which line; `returned` when it came back,
    `returned_by` from which line and `returned_for` why; `answered` when the first answer was given;
    `of_team` holds or owns it; `reached` is the highest line it was on; `sla` is the final verdict;
    `client` stands in the name of company or contact; `older` and `younger` are ages in days;
    `q` words in the subject. `sort` None: as the list is sorted by itself.
    """

    state: tuple[State, ...] = ()
    priority: tuple[Priority, ...] = ()
    type: tuple[TicketType, ...] = ()
    line: tuple[int, ...] = ()
    reached: int | None = None
    team: tuple[int, ...] = ()
    of_team: tuple[int, ...] = ()
    assignee: Holder | int | None = None
    owner: Holder | int | None = None
    followed: YesNo | None = None
    company: int | None = None
    client: str = ""
    vip: YesNo | None = None
    tag: str | None = None
    category: tuple[int, ...] = ()
    channel: tuple[Channel, ...] = ()
    risk: Risk | None = None
    due_to: datetime | None = None
    older: int | None = None
    younger: int | None = None
    sla: Verdict | None = None
    first_contact: YesNo | None = None
    discarded: YesNo | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    resolved_from: datetime | None = None
    resolved_to: datetime | None = None
    escalated_from: datetime | None = None
    escalated_to: datetime | None = None
    handed_to: int | None = None
    returned_from: datetime | None = None
    returned_to: datetime | None = None
    returned_by: int | None = None
    returned_for: tuple[ReturnReason, ...] = ()
    answered_from: datetime | None = None
    answered_to: datetime | None = None
    q: str = ""
    sort: Order | None = None

    @property
    def narrowing(self) -> "Filters":
        """The same in the list's own order."""
        return replace(self, sort=None)

    @property
    def is_empty(self) -> bool:
        return self.narrowing == Filters()

    @property
    def is_unfinished_only(self) -> bool:
        """Whether only open tickets can be found, so that the order of time left makes sense."""
        return bool(self.state) and OPEN_STATES.issuperset(self.state)

    def without(self, name: str) -> "Filters":
        """The same without one filter; a span goes as a whole."""
        names = [f.name for f in fields(self) if f.name.partition("_from")[0].partition("_to")[0] == name]
        empty = Filters()
        return replace(self, **{one: getattr(empty, one) for one in names or [name]})


def read(args: Mapping[str, Sequence[str]], zone: tzinfo) -> Filters:
    """The filters of an address; days are civil days of `zone`, the last one included.

    Raises BadInput with a sentence for a name or value that is none; `after` and empty values are passed
    over.
    """
    given = {name: [v for v in values if v] for name, values in args.items() if name != CURSOR}
    unknown = set(given) - set(READERS)
    if unknown:
        raise BadInput("There is no such filter: check the address of this page.", min(unknown))
    found = {name: READERS[name](name, values, zone) for name, values in given.items() if values}
    return Filters(**found)  # type: ignore[arg-type]


def written(filters: Filters) -> list[tuple[str, str]]:
    """The filters as pairs for an address."""
    pairs: list[tuple[str, str]] = []
    for f in fields(filters):
        value = getattr(filters, f.name)
        several = value if isinstance(value, tuple) else (value,)
        pairs += [(f.name, _text(one)) for one in several if one not in (None, "")]
    return pairs


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _refuse(name: str) -> BadInput:
    return BadInput("A filter has a value that means nothing: check the address of this page.", name)


def _words(kind: type[Word]) -> Reader:
    def several(name: str, values: Sequence[str], zone: tzinfo) -> tuple[Word, ...]:
        try:
            return tuple(dict.fromkeys(kind(value) for value in _split(values)))
        except ValueError:
            raise _refuse(name) from None

    return several


def _states(name: str, values: Sequence[str], zone: tzinfo) -> object:
    spread: list[str] = []
    for value in _split(values):
        group = STATE_GROUPS.get(value)
        spread += [state for state in State if state in group] if group else [value]
    return _words(State)(name, spread, zone)


def _word(kind: type[StrEnum]) -> Reader:
    def single(name: str, values: Sequence[str], zone: tzinfo) -> StrEnum:
        try:
            return kind(values[-1])
        except ValueError:
            raise _refuse(name) from None

    return single


def _numbers(name: str, values: Sequence[str], zone: tzinfo) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_number(name, (value,), zone) for value in _split(values)))


def _lines(name: str, values: Sequence[str], zone: tzinfo) -> tuple[int, ...]:
    lines = _numbers(name, values, zone)
    if not set(Line).issuperset(lines):
        raise _refuse(name)
    return lines


def _one_line(name: str, values: Sequence[str], zone: tzinfo) -> int:
    return _lines(name, values[-1:], zone)[-1]


def _number(name: str, values: Sequence[str], zone: tzinfo) -> int:
    if not (values[-1].isascii() and values[-1].isdecimal() and len(values[-1]) < 16):
        raise _refuse(name)
    return int(values[-1])


def _age(name: str, values: Sequence[str], zone: tzinfo) -> int:
    days = _number(name, values, zone)
    if not 0 < days <= LONGEST_AGE:
        raise _refuse(name)
    return days


def _holder(name: str, values: Sequence[str], zone: tzinfo) -> Holder | int:
    if values[-1] in set(Holder):
        return Holder(values[-1])
    return _number(name, values, zone)


def _line_of_text(name: str, values: Sequence[str], zone: tzinfo) -> str:
    return " ".join(values[-1].replace("\0", "").split())[:TEXT_LIMIT]


def _instant(name: str, values: Sequence[str], zone: tzinfo) -> datetime:
    try:
        if len(values[-1]) == len("2026-11-22"):
            day = date.fromisoformat(values[-1]) + timedelta(days=name.endswith("_to"))
            moment = datetime(day.year, day.month, day.day, tzinfo=zone)
        else:
            moment = datetime.fromisoformat(values[-1].replace(" ", "+"))
    except (ValueError, OverflowError):
        raise _refuse(name) from None
    if moment.year not in YEARS:
        raise _refuse(name)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _split(values: Iterable[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


READERS: dict[str, Reader] = {
    "state": _states,
    "priority": _words(Priority),
    "type": _words(TicketType),
    "line": _lines,
    "reached": _one_line,
    "team": _numbers,
    "of_team": _numbers,
    "assignee": _holder,
    "owner": _holder,
    "followed": _word(YesNo),
    "company": _number,
    "client": _line_of_text,
    "vip": _word(YesNo),
    "tag": _line_of_text,
    "category": _numbers,
    "channel": _words(Channel),
    "risk": _word(Risk),
    "due_to": _instant,
    "older": _age,
    "younger": _age,
    "sla": _word(Verdict),
    "first_contact": _word(YesNo),
    "discarded": _word(YesNo),
    "created_from": _instant,
    "created_to": _instant,
    "resolved_from": _instant,
    "resolved_to": _instant,
    "escalated_from": _instant,
    "escalated_to": _instant,
    "handed_to": _one_line,
    "returned_from": _instant,
    "returned_to": _instant,
    "returned_by": _one_line,
    "returned_for": _words(ReturnReason),
    "answered_from": _instant,
    "answered_to": _instant,
    "q": _line_of_text,
    "sort": _word(Order),
}
