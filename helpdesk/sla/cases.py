"""Cases with known answers: parsed YAML in, the engine's values and results in the same shape out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from helpdesk.errors import DomainError
from helpdesk.sla.calendar import (
    CalendarError,
    Holiday,
    Window,
    WorkingHours,
    open_time,
    working_hours,
)
from helpdesk.sla.rules import (
    Author,
    ClockState,
    Key,
    Kind,
    LedgerEntry,
    Metric,
    OnChange,
    Phase,
    PolicyVersion,
    Resumption,
    Target,
    TicketClocks,
    TicketState,
    replay,
)

Parsed = Mapping[str, Any]
Result = dict[str, Any]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
THRESHOLDS = (50, 75, 90, 100, 120)
STATES = {
    "new": TicketState.NEW,
    "open": TicketState.OPEN,
    "pending_customer": TicketState.WAITING_CLIENT,
    "waiting_client": TicketState.WAITING_CLIENT,
    "pending_vendor": TicketState.WAITING_THIRD_PARTY,
    "waiting_third_party": TicketState.WAITING_THIRD_PARTY,
    "resolved": TicketState.RESOLVED,
    "closed": TicketState.CLOSED,
}
AUTHORS = {
    "customer": Author.CUSTOMER,
    "client": Author.CUSTOMER,
    "agent": Author.AGENT,
    "machine": Author.MACHINE,
    "system": Author.MACHINE,
    "bot": Author.MACHINE,
}
MESSAGES = {"customer_reply": Kind.CLIENT_MESSAGE, "agent_reply": Kind.AGENT_REPLY}


class CaseError(DomainError):
    """A case that cannot be read; the text names it."""


def results(document: Parsed) -> dict[str, Result]:
    """The engine's result for each case of a file, by id, in the shape of the file's `expected`."""
    calendars: dict[Key, WorkingHours] = {
        name: hours_from(given) for name, given in document.get("calendars", {}).items()
    }
    policies: dict[Key, PolicyVersion] = {
        name: policy_from(name, given) for name, given in document.get("policies", {}).items()
    }
    return {case["id"]: _named(case, calendars, policies) for case in document["cases"]}


def differences(document: Parsed, found: Mapping[str, Result]) -> dict[str, tuple[Result, Result]]:
    """(expected, found) of each case whose result is not the expected one."""
    cases = ((case["id"], case.get("expected", {})) for case in document["cases"])
    return {id_: (expected, found[id_]) for id_, expected in cases if found[id_] != expected}


def result_of(
    case: Parsed, calendars: Mapping[Key, WorkingHours], policies: Mapping[Key, PolicyVersion]
) -> Result:
    """One case's result: seconds, a due instant, or the clocks it asks for."""
    if case["kind"] == "elapsed":
        a, b = instant(case["from"]), instant(case["to"])
        return {"seconds": open_time(calendars[case["calendar"]], min(a, b), max(a, b)).open_seconds(a, b)}
    if case["kind"] == "due":
        start = instant(case["start"])
        return {
            "due_at": written(open_time(calendars[case["calendar"]], start, start).due(start, case["add"]))
        }
    if case["kind"] != "clock":
        raise CaseError(f"“{case['kind']}” is not a kind of case; elapsed, due and clock are.")
    ledger = [entry_from(seq, event) for seq, event in enumerate(case["events"])]
    return _clocks(case, replay(ledger, policies, calendars, instant(case["as_of"])))


def hours_from(given: Parsed) -> WorkingHours:
    """Working hours from a calendar of the file."""
    overrides = {_date(day): _windows(windows) for day, windows in (given.get("overrides") or {}).items()}
    week = [_windows((given.get("weekly") or {}).get(day) or ()) for day in DAYS]
    return working_hours(given["tz"], week, overrides, map(_holiday, given.get("holidays") or ()))


def policy_from(name: str, given: Parsed) -> PolicyVersion:
    """A policy version from a policy of the file; a reopening is never too late there unless it says so."""
    client = [
        Target(Metric(metric), priority, terms["target"], terms["calendar"])
        for metric, by_priority in (given.get("targets") or {}).items()
        for priority, terms in by_priority.items()
    ]
    lines = [
        Target(Metric.OLA, priority, seconds, terms["calendar"], line_number(line))
        for line, terms in (given.get("ola") or {}).items()
        for priority, seconds in terms["target"].items()
    ]
    return PolicyVersion(
        name,
        (*client, *lines),
        on_change=OnChange(given.get("on_change", "carry")),
        reopen=Resumption(given.get("reopen", "resume")),
        reopen_grace_s=given.get("reopen_grace"),
        ola_reentry=Resumption(given.get("ola_reentry", "resume")),
        pause_states=frozenset(STATES[state] for state in given.get("pause_statuses", ())),
        forgive=bool(given.get("forgive", False)),
        thresholds=THRESHOLDS,
    )


def entry_from(seq: int, event: Parsed) -> LedgerEntry:
    """A ledger entry from an event of the file; `seq` is its place in the list."""
    at, what = instant(event["at"]), event["type"]
    if what == "create":
        return _created(seq, at, event)
    if what in MESSAGES:
        author = "customer" if what == "customer_reply" else "agent"
        return LedgerEntry(at=at, seq=seq, kind=MESSAGES[what], by=AUTHORS[event.get("by", author)])
    if what == "calendar_edit":
        return LedgerEntry(
            at=at,
            seq=seq,
            kind=Kind.CALENDAR_EDITED,
            calendar=event["calendar"],
            becomes=event["becomes"],
            retroactive=event.get("mode") == "retroactive",
        )
    return _changed(seq, at, what, event.get("to"))


def line_number(name: str) -> int:
    """L1 is 1; L0, work nobody has taken, is 0."""
    return int(name.removeprefix("L"))


def instant(text: str | datetime) -> int:
    """POSIX seconds of an ISO instant; fractions are cut off, no offset means UTC."""
    given = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    aware = given if given.tzinfo else given.replace(tzinfo=UTC)
    return int(aware.timestamp() // 1)


def written(at: int | None) -> str | None:
    """An instant as the file writes it; None is never."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(
    case: Parsed, calendars: Mapping[Key, WorkingHours], policies: Mapping[Key, PolicyVersion]
) -> Result:
    try:
        return result_of(case, calendars, policies)
    except (KeyError, ValueError, LookupError) as problem:
        raise CaseError(f"Case {case.get('id', '?')} cannot be read: {problem}.") from problem


def _created(seq: int, at: int, event: Parsed) -> LedgerEntry:
    return LedgerEntry(
        at=at,
        seq=seq,
        kind=Kind.CREATED,
        by=AUTHORS[event.get("by", "customer")],
        priority=event["priority"],
        type=event.get("ticket_type"),
        policy=event["policy"],
        line=line_number(event.get("line", "L1")),
        state=STATES[event["status"]] if "status" in event else None,
        live=bool(event.get("live", False)),
        enforce_from=instant(event["enforce_from"]) if "enforce_from" in event else None,
    )


def _changed(seq: int, at: int, what: str, to: Any) -> LedgerEntry:
    if what == "status" and to == "merged":
        return LedgerEntry(at=at, seq=seq, kind=Kind.MERGED)
    if what == "status":
        return LedgerEntry(at=at, seq=seq, kind=Kind.STATE_CHANGED, state=STATES[to])
    if what == "priority":
        return LedgerEntry(at=at, seq=seq, kind=Kind.PRIORITY_CHANGED, priority=to)
    if what == "type":
        return LedgerEntry(at=at, seq=seq, kind=Kind.TYPE_CHANGED, type=to)
    if what == "policy":
        return LedgerEntry(at=at, seq=seq, kind=Kind.POLICY_CHANGED, policy=to)
    if what == "line":
        return LedgerEntry(at=at, seq=seq, kind=Kind.LINE_CHANGED, line=line_number(to))
    return LedgerEntry(at=at, seq=seq, kind=Kind.SPLIT)  # notes, assignments, bots: no clock listens


def _clocks(case: Parsed, clocks: TicketClocks) -> Result:
    asked = [Metric(name) for name in case.get("check", ("resolution",))]
    result: Result = {"clocks": {metric.value: _clock(clocks.current(metric)) for metric in asked}}
    if case.get("thresholds"):
        crossed = clocks.current(asked[0])
        result["thresholds"] = {c.percent: written(c.at) for c in crossed.crossings} if crossed else {}
    if case.get("lines"):
        result |= _lines(clocks)
    return result


def _lines(clocks: TicketClocks) -> Result:
    numbers = sorted({clock.line for clock in clocks.clocks if clock.line is not None})
    result: Result = {
        "attribution": _by_name(clocks.attribution),
        "attribution_sum": sum(clocks.attribution.values()),
        "ola": {f"L{line}": _clock(clocks.current(Metric.OLA, line)) for line in numbers},
    }
    if clocks.blame:
        result["attribution_at_breach"] = _by_name(clocks.blame.attribution)
        result["holder_at_breach"] = f"L{clocks.blame.holder}"
    return result


def _by_name(attribution: Mapping[int, int]) -> Result:
    return {f"L{line}": seconds for line, seconds in attribution.items()}


def _clock(clock: ClockState | None) -> Result:
    if clock is None:
        return {"state": "none"}
    result: Result = {
        "state": _word(clock),
        "target": clock.target_s,
        "elapsed": clock.elapsed_s,
        "remaining": clock.remaining_s,
        "due_at": written(clock.due_at),
        "breached": clock.breached,
    }
    if clock.breached_at is not None:
        result["breach_event_at"] = written(clock.breached_at)
    if clock.breach_history:
        result["breach_history"] = [written(at) for at in clock.breach_history]
    if clock.cycle > 1:
        result["cycle"] = clock.cycle
        result["closed_cycles"] = [{"elapsed": c.elapsed_s, "met": c.met} for c in clock.closed_cycles]
    return result


def _word(clock: ClockState) -> str:
    if clock.phase is Phase.STOPPED:
        return "met" if clock.met else "missed"
    return clock.phase.value


def _holiday(given: Parsed) -> Holiday:
    start, end = _minutes(given.get("from", "00:00")), _minutes(given.get("to", "24:00"))
    if "date" in given:
        return Holiday(day=_date(given["date"]), from_min=start, to_min=end)
    until = _day_of_year(given["until_md"]) if "until_md" in given else None
    return Holiday(md=_day_of_year(given["md"]), until_md=until, from_min=start, to_min=end)


def _windows(given: Iterable[Iterable[str]]) -> tuple[Window, ...]:
    return tuple((_minutes(a), _minutes(b)) for a, b in given)


def _minutes(text: str) -> int:
    hours, _, minutes = str(text).partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(minutes) < 60):
        raise CalendarError("“%(text)s” is not a time of day such as 09:30.", text=text)
    return int(hours) * 60 + int(minutes)


def _day_of_year(text: str) -> tuple[int, int]:
    month, _, day = str(text).partition("-")
    return int(month), int(day)


def _date(given: str | date) -> date:
    return given if isinstance(given, date) else date.fromisoformat(given)
