"""The same answers by walking the time line one second at a time: slow, plain, independent of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.sla.seconds import Calendar

Given = Mapping[str, Any]
DONE = ("resolved", "closed")
PERCENTS = (50, 75, 90, 100, 120)


@dataclass
class Clock:
    """A clock that remembers every second in which it ran."""

    target: int
    calendar: str
    state: str = "running"
    cycle: int = 1
    ran: list[tuple[int, str, bool]] = field(default_factory=list)
    elapsed: int = 0
    recounted: bool = False
    due: int | None = None
    breached_at: int | None = None
    changed_at: int = 0
    stopped_at: int | None = None
    crossed: dict[int, int] = field(default_factory=dict)
    history: list[int] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)

    def recount(self, ran: list[tuple[int, str, bool]]) -> None:
        """Count other seconds instead."""
        self.ran, self.elapsed = ran, sum(was_open for _, _, was_open in ran)


class Walk:
    """One ticket, walked from its creation."""

    def __init__(self, case: Given, document: Given) -> None:
        self.case, self.document = case, document
        self.calendars = {name: Calendar(given) for name, given in document["calendars"].items()}
        self.events = _in_force(case["events"])
        self.as_of = _instant(case["as_of"])
        self.clocks: dict[str, Clock] = {}
        self.edited: dict[str, str] = {}
        self.status, self.line = "new", "L1"
        self.answered = self.merged = False
        self.unanswered: int | None = None
        self.updated: int | None = None
        self.at_breach: dict[str, Any] = {}
        self.past: list[tuple[int, str, str]] = []
        self.priority, self.type = "", None
        self.done_at = 0

    def expected(self) -> dict[str, Any]:
        """What the case should show, in the shape of its file."""
        pending = list(self.events)
        t = _instant(pending[0]["at"])
        while True:
            while pending and _instant(pending[0]["at"]) == t:
                self._apply(t, pending.pop(0))
            self._judge(t)
            if t == self.as_of:
                return self._shown()
            self._tick(t)
            t += 1

    def _tick(self, t: int) -> None:
        self.past.append((t, self.status, self.line))
        for clock in self.clocks.values():
            if clock.state == "running":
                was_open = self.calendars[clock.calendar].is_open(t)
                clock.ran.append((t, self.line, was_open))
                clock.elapsed += was_open

    def _judge(self, t: int) -> None:
        for clock in self.clocks.values():
            if clock.state not in ("running", "paused") or len(clock.crossed) == len(PERCENTS):
                continue
            for percent in PERCENTS:
                if clock.elapsed * 100 >= clock.target * percent and percent not in clock.crossed:
                    self._cross(t, clock, percent)
        main = self.clocks.get("resolution")
        if main and main.breached_at == t:
            self.at_breach = {"attribution": self._attribution(), "holder": self.line}

    def _cross(self, t: int, clock: Clock, percent: int) -> None:
        clock.crossed[percent] = t
        if percent == 100:
            clock.due, clock.breached_at = self._past(clock, t), t

    def _past(self, clock: Clock, t: int, percent: int = 100) -> int:
        """Where a recount reached a percent of the target earlier; otherwise now."""
        if clock.changed_at != t or not clock.recounted:
            return t
        counted = 0
        if not clock.target and clock.ran:
            return clock.ran[0][0]
        for second, _, was_open in clock.ran:
            counted += was_open
            if counted * 100 >= clock.target * percent:
                return second + 1
        return t

    def _cross_past(self, t: int, clock: Clock) -> None:
        for percent in PERCENTS:
            if self._past(clock, t, percent) < t:
                self._cross(t, clock, percent)

    def _apply(self, t: int, event: Given) -> None:
        if not self.merged:
            getattr(self, "_" + event["type"], self._nothing)(t, event)

    def _nothing(self, t: int, event: Given) -> None:
        """A note, an assignment, a word that no clock knows."""

    def _create(self, t: int, event: Given) -> None:
        self.created_at, self.priority, self.type = t, event["priority"], event.get("ticket_type")
        self.line, self.status = event.get("line", "L1"), event.get("status", "new")
        self.policy = self.document["policies"][event["policy"]]
        self.by_customer = event.get("by", "customer") == "customer"
        self.answered = not self.by_customer
        self._start("resolution")
        self._start(self.line)
        if self.by_customer:
            self._start("first_response")
        if event.get("live"):
            self._answer(t)

    def _agent_reply(self, t: int, event: Given) -> None:
        if event.get("by") == "system":
            return
        self._answer(t)
        if self.status not in DONE:
            self._stop(t, "update")
            self.updated = t
            self._start("update")

    def _customer_reply(self, t: int, event: Given) -> None:
        if event.get("by") == "system":
            return
        if self.status in (*DONE, "pending_customer"):
            self._move(t, "open")
        if self.answered and self.unanswered is None:
            self.unanswered = t
            self._start("next_response")

    def _status(self, t: int, event: Given) -> None:
        if event["to"] == "merged":
            self.merged = True
            for clock in self.clocks.values():
                clock.state = clock.state if clock.stopped_at else "cancelled"
        else:
            self._move(t, event["to"])

    def _priority(self, t: int, event: Given) -> None:
        self.priority = event["to"]
        self._retarget(t, self.policy["on_change"])

    def _type(self, t: int, event: Given) -> None:
        self.type = event["to"]
        self._retarget(t, self.policy["on_change"])

    def _policy(self, t: int, event: Given) -> None:
        self.policy = self.document["policies"][event["to"]]
        self._retarget(t, self.policy["on_change"])

    def _calendar_edit(self, t: int, event: Given) -> None:
        moved = [old for old, new in self.edited.items() if new == event["calendar"]]
        self.edited |= dict.fromkeys([*moved, event["calendar"]], event["becomes"])
        self._retarget(t, "retroactive" if event.get("mode") == "retroactive" else "carry")

    def _line(self, t: int, event: Given) -> None:
        if event["to"] == self.line:
            return
        left, self.line = self.clocks.get(self.line), event["to"]
        if self.status in DONE:
            return
        if left and left.stopped_at is None and left.state != "cancelled":
            left.state = "idle"
            left.due = t if left.due is None and left.elapsed >= left.target else left.due
        clock = self.clocks.get(self.line)
        ended = clock is None or clock.stopped_at is not None or clock.state == "cancelled"
        if ended or self.policy["ola_reentry"] == "restart":
            self._start(self.line)
        elif clock:
            self._resume(clock, self.line)

    def _move(self, t: int, status: str) -> None:
        before, self.status = self.status, status
        if status in DONE:
            if before not in DONE:
                self.answered, self.unanswered, self.updated, self.done_at = True, None, None, t
                for name in list(self.clocks):
                    self._stop(t, name)
        elif before in DONE:
            self._reopen(t)
        else:
            for name, clock in self.clocks.items():
                if clock.state in ("running", "paused"):
                    clock.state = self._now(name)

    def _reopen(self, t: int) -> None:
        grace = self.policy.get("reopen_grace")
        resumes = self.policy["reopen"] == "resume" and (grace is None or t - self.done_at <= grace)
        for name, clock in list(self.clocks.items()):
            if clock.stopped_at is None or name in ("first_response", "next_response", "update"):
                continue
            if resumes:
                self._resume(clock, name)
            elif name in ("resolution", self.line):
                self._start(name)
        self._retarget(t, self.policy["on_change"])

    def _answer(self, t: int) -> None:
        self.answered, self.unanswered = True, None
        self._stop(t, "first_response")
        self._stop(t, "next_response")

    def _start(self, name: str) -> None:
        terms = self._terms(name)
        if terms is None:
            return
        target, calendar = terms
        old = self.clocks.get(name)
        clock = Clock(target, calendar, self._now(name))
        if old is not None:
            clock.cycle = old.cycle + 1
            clock.history = [*old.history, *([old.breached_at] if old.breached_at else [])]
            met = old.stopped_at is not None and old.breached_at is None
            clock.closed = [*old.closed, {"elapsed": old.elapsed, "met": met}]
        self.clocks[name] = clock

    def _stop(self, t: int, name: str) -> None:
        clock = self.clocks.get(name)
        if clock is None or clock.stopped_at is not None or clock.state == "cancelled":
            return
        clock.stopped_at = t
        clock.state = "met" if clock.breached_at is None else "missed"
        if clock.due is None:
            clock.due = self.calendars[clock.calendar].due(t, clock.target - clock.elapsed)

    def _resume(self, clock: Clock, name: str) -> None:
        clock.stopped_at, clock.state = None, self._now(name)
        if clock.breached_at is None:
            clock.due = None

    def _retarget(self, t: int, mode: str) -> None:
        for name, clock in self.clocks.items():
            terms = self._terms(name)
            if clock.stopped_at is not None or clock.state == "cancelled":
                continue
            if terms is None:
                clock.state = "cancelled"
                continue
            if terms == (clock.target, clock.calendar):
                continue
            judged = clock.changed_at < t
            clock.history += [clock.breached_at] if clock.breached_at and judged else []
            clock.due = clock.breached_at = None
            clock.crossed = {}
            clock.target, clock.calendar = terms
            clock.changed_at, clock.recounted = t, mode == "retroactive"
            if mode == "restart":
                clock.recount([])
            elif mode == "retroactive":
                calendar = self.calendars[clock.calendar]
                clock.recount([(second, line, calendar.is_open(second)) for second, line, _ in clock.ran])
                if clock.state != "idle":
                    self._cross_past(t, clock)
        self._begin_missing(t, mode)

    def _begin_missing(self, t: int, mode: str) -> None:
        if self.status in DONE:
            return
        first = self.created_at if self.by_customer and not self.answered else None
        wanted = {"resolution": self.created_at, "first_response": first, "next_response": self.unanswered}
        wanted |= {"update": self.updated, self.line: self.created_at}
        for name, since in wanted.items():
            there = self.clocks.get(name)
            missing = there is None or there.state == "cancelled"
            if since is not None and missing and self._terms(name) is not None:
                self._start(name)
                if mode == "retroactive":
                    self._backdate(t, name, since)

    def _backdate(self, t: int, name: str, since: int) -> None:
        """As if the clock had been there all the time."""
        clock, calendar = self.clocks[name], self.calendars[self.clocks[name].calendar]
        clock.recount([
            (second, line, calendar.is_open(second))
            for second, status, line in self.past
            if second >= since and status not in DONE and self._now(name, status, line) == "running"
        ])  # fmt: skip
        clock.changed_at, clock.recounted = t, True
        self._cross_past(t, clock)

    def _terms(self, name: str) -> tuple[int, str] | None:
        ola = self.policy.get("ola", {})
        if name[0] == "L":
            terms = ola[name] if name in ola and self.priority in ola[name]["target"] else None
            target = ola[name]["target"][self.priority] if terms else 0
        else:
            terms = self.policy["targets"].get(name, {}).get(self.priority)
            terms = terms and (terms.get("types", {}).get(self.type) or ("target" in terms and terms))
            target = terms["target"] if terms else 0
        if not terms:
            return None
        calendar = terms["calendar"]
        return target, self.edited.get(calendar, calendar)

    def _now(self, name: str, status: str | None = None, line: str | None = None) -> str:
        if name.startswith("L") and name != (line or self.line):
            return "idle"
        paused = (status or self.status) in self.policy["pause_statuses"] and name not in (
            "first_response",
            "next_response",
        )
        return "paused" if paused else "running"

    def _attribution(self) -> dict[str, int]:
        seconds: dict[str, int] = {}
        for _, line, was_open in self.clocks["resolution"].ran if "resolution" in self.clocks else ():
            seconds[line] = seconds.get(line, 0) + was_open
        return {line: seconds[line] for line in sorted(seconds) if seconds[line]}

    def _shown(self) -> dict[str, Any]:
        asked = self.case.get("check", ["resolution"])
        shown: dict[str, Any] = {"clocks": {name: self._clock(name) for name in asked}}
        if self.case.get("thresholds"):
            crossed = self.clocks[asked[0]].crossed if asked[0] in self.clocks else {}
            shown["thresholds"] = {percent: _written(at) for percent, at in crossed.items()}
        if self.case.get("lines"):
            attribution = self._attribution()
            shown["attribution"] = attribution
            shown["attribution_sum"] = sum(attribution.values())
            shown["ola"] = {name: self._clock(name) for name in sorted(self.clocks) if name[0] == "L"}
            if "resolution" in self.clocks and self.clocks["resolution"].breached_at is not None:
                shown["attribution_at_breach"] = self.at_breach["attribution"]
                shown["holder_at_breach"] = self.at_breach["holder"]
        return shown

    def _clock(self, name: str) -> dict[str, Any]:
        clock = self.clocks.get(name)
        if clock is None:
            return {"state": "none"}
        left = clock.target - clock.elapsed
        due = clock.due
        if due is None and clock.state == "running":
            due = self.calendars[clock.calendar].due(self.as_of, left)
        shown = {
            "state": clock.state,
            "target": clock.target,
            "elapsed": clock.elapsed,
            "remaining": left,
            "due_at": None if due is None else _written(due),
            "breached": clock.breached_at is not None,
        }
        if clock.breached_at is not None:
            shown["breach_event_at"] = _written(clock.breached_at)
        if clock.history:
            shown["breach_history"] = [_written(at) for at in clock.history]
        if clock.cycle > 1:
            shown["cycle"], shown["closed_cycles"] = clock.cycle, clock.closed
        return shown


def _in_force(events: list[Given]) -> list[Given]:
    """In order, the creation first in its second, without what was voided."""
    voided = {event["event"] for event in events if event["type"] == "void"}
    kept = [event for event in events if event.get("id") not in voided and event["type"] != "void"]
    return sorted(kept, key=lambda event: (_instant(event["at"]), event["type"] != "create"))


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _written(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
