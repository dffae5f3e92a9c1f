"""Invented calendars, policies and histories in the format of case files, for proofs against the walk."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Drawn = dict[str, Any]

ANCHORS = {
    "Europe/Berlin": ("2026-03-29T00:20:00Z", "2026-10-25T00:20:00Z", "2026-06-08T06:40:00Z"),
    "America/New_York": ("2026-03-08T06:30:00Z", "2026-11-01T05:10:00Z"),
    "Australia/Lord_Howe": ("2026-04-04T14:40:00Z", "2026-10-03T15:00:00Z"),
    "Africa/Cairo": ("2026-04-23T21:30:00Z", "2026-10-29T20:40:00Z"),
    "America/Havana": ("2026-11-01T04:20:00Z",),
    "Asia/Kathmandu": ("2026-12-31T17:50:00Z",),
    "UTC": ("2026-02-28T23:30:00Z", "2027-12-31T23:45:00Z"),
}
METRICS = ("first_response", "next_response", "update", "resolution")
LINES = ("L1", "L2", "L3")
PRIORITIES = ("P1", "P2", "P3")
MODES = st.sampled_from(["carry", "retroactive", "restart"])
AGAIN = st.sampled_from(["resume", "restart"])
GAPS = st.sampled_from([0, 0, 1, 7, 59, 60, 300, 600, 900])
TARGETS = st.one_of(st.integers(1, 40), st.integers(1, 40).map(lambda n: n * 60), st.sampled_from([0, 101]))
NAMES = ("K1", "K2", "K3")


def written(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@st.composite
def worlds(draw: st.DrawFn) -> Drawn:
    """A file with three calendars around one instant, two policies, and one case “X” of all clocks."""
    zone = draw(st.sampled_from(sorted(ANCHORS)))
    anchor = seconds(draw(st.sampled_from(ANCHORS[zone])))
    days = [(datetime.fromtimestamp(anchor, UTC) + timedelta(days=n)).date() for n in (-1, 0, 1)]
    calendars = {name: draw(_calendars(zone, days)) for name in NAMES}
    for year, calendar in enumerate(calendars.values(), 2030):
        calendar["overrides"][f"{year}-01-01"] = []  # no two are alike, so that each edit is a change
    policies = {name: draw(_policies()) for name in ("A", "B")}
    return {"calendars": calendars, "policies": policies, "cases": [draw(_cases(anchor))]}


@st.composite
def _calendars(draw: st.DrawFn, zone: str, days: list[date]) -> Drawn:
    """Open every day for a while, but for what the dates around the anchor bring."""
    windows = st.lists(st.tuples(_clock_faces(), _clock_faces(midnight=True)).map(list), max_size=3)
    always = draw(st.sampled_from([[["00:00", "24:00"]], [["22:00", "06:00"]], [["09:00", "09:00"]], []]))
    week = draw(windows) or [["08:00", "12:00"], ["13:00", "24:00"]]
    days_of_week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    others = {day.isoformat(): draw(windows) for day in days if draw(st.integers(0, 3)) == 0}
    holidays = [draw(_holidays(day)) for day in days if draw(st.integers(0, 3)) == 0]
    weekly = dict.fromkeys(days_of_week, always or week)
    return {"tz": zone, "weekly": weekly, "overrides": others, "holidays": holidays}


@st.composite
def _clock_faces(draw: st.DrawFn, *, midnight: bool = False) -> str:
    minutes = draw(st.integers(0, 1440 if midnight else 1439))
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@st.composite
def _holidays(draw: st.DrawFn, day: date) -> Drawn:
    start, end = sorted(draw(st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True)))
    part = draw(st.sampled_from([{}, {"from": f"{start:02d}:00", "to": f"{end:02d}:00"}]))
    md, until = day.strftime("%m-%d"), (day + timedelta(days=2)).strftime("%m-%d")
    which = draw(st.sampled_from([{"date": day.isoformat()}, {"md": md}, {"md": md, "until_md": until}]))
    return {**which, **part}


@st.composite
def _policies(draw: st.DrawFn) -> Drawn:
    """Any mixture of targets, some missing, some for one type of tickets only."""
    pauses = draw(st.sampled_from([["pending_customer", "pending_vendor"], ["pending_customer"], []]))
    return {
        "pause_statuses": pauses,
        "on_change": draw(MODES),
        "reopen": draw(AGAIN),
        "ola_reentry": draw(AGAIN),
        "reopen_grace": draw(st.sampled_from([None, 0, 60, 86400])),
        "targets": {metric: draw(_cells()) for metric in METRICS if draw(st.integers(0, 6))},
        "ola": {line: draw(_line()) for line in LINES if draw(st.integers(0, 6))},
    }


@st.composite
def _cells(draw: st.DrawFn) -> Drawn:
    terms = st.fixed_dictionaries({"target": TARGETS, "calendar": st.sampled_from(NAMES)})
    cells = {priority: draw(terms) for priority in PRIORITIES if draw(st.integers(0, 9))}
    if cells and not draw(st.integers(0, 3)):
        priority = draw(st.sampled_from(sorted(cells)))
        cells[priority] = {**cells[priority], "types": {"defect": draw(terms)}}
    return cells


@st.composite
def _line(draw: st.DrawFn) -> Drawn:
    targets = {priority: draw(TARGETS) for priority in PRIORITIES if draw(st.integers(0, 9))}
    return {"calendar": draw(st.sampled_from(NAMES)), "target": targets}


EVENTS = st.one_of(
    st.sampled_from([{"type": "agent_reply"}, {"type": "customer_reply"}, {"type": "internal_note"}]),
    st.sampled_from([{"type": "agent_reply", "by": "system"}, {"type": "customer_reply", "by": "system"}]),
    st.sampled_from(["open", "pending_customer", "pending_vendor", "resolved", "closed"]).map(
        lambda to: {"type": "status", "to": to}
    ),
    st.sampled_from(PRIORITIES).map(lambda to: {"type": "priority", "to": to}),
    st.sampled_from(["L0", *LINES]).map(lambda to: {"type": "line", "to": to}),
    st.sampled_from(["A", "B"]).map(lambda to: {"type": "policy", "to": to}),
    st.sampled_from(["defect", "incident"]).map(lambda to: {"type": "type", "to": to}),
    st.tuples(st.sampled_from(["K1", "K2"]), st.sampled_from(["retroactive", "prospective"])).map(
        lambda drawn: {"type": "calendar_edit", "calendar": drawn[0], "becomes": "K3", "mode": drawn[1]}
    ),
    st.sampled_from(["assign", "void", "void"]).map(lambda what: {"type": what}),
)


@st.composite
def _cases(draw: st.DrawFn, anchor: int) -> Drawn:
    """An hour or so of a ticket, with events that often share a second."""
    at, events = anchor + draw(st.integers(0, 3000)), [draw(_creations())]
    events[0]["at"] = written(at)
    for number, (gap, event) in enumerate(draw(st.lists(st.tuples(GAPS, EVENTS), max_size=10)), 1):
        at += gap
        events.append({**event, "id": str(number), "at": written(at)})
        if event["type"] == "void":
            earlier = [each["id"] for each in events[1:] if each["type"] != "void" and each["id"] != "0"]
            events[-1] = {**events[-1], "event": draw(st.sampled_from(earlier))} if earlier else events[0]
    if not draw(st.integers(0, 9)):
        events.append({"id": "last", "at": written(at), "type": "status", "to": "merged"})
    asked: Drawn = {"check": list(METRICS), "lines": True, "thresholds": True}
    as_of = written(at + draw(st.sampled_from([0, 1, 60, 1800])))
    events = [event for number, event in enumerate(events) if number == 0 or event["id"] != "0"]
    return {"id": "X", "kind": "clock", "events": events, "as_of": as_of, **asked}


@st.composite
def _creations(draw: st.DrawFn) -> Drawn:
    return {
        "id": "0",
        "type": "create",
        "priority": draw(st.sampled_from(PRIORITIES)),
        "policy": draw(st.sampled_from(["A", "B"])),
        "by": draw(st.sampled_from(["customer", "customer", "agent", "system"])),
        "live": draw(st.integers(0, 9)) == 0,
        "line": draw(st.sampled_from(["L1", "L1", "L2", "L0"])),
        "ticket_type": draw(st.sampled_from(["incident", "defect"])),
    }
