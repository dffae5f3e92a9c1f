"""A ledger with its policies and working hours as a file of cases: the way back from what is replayed."""

from collections.abc import Iterable, Mapping
from typing import Any

from helpdesk.sla.calendar import DAY_MIN, Holiday, Windows, WorkingHours, clock_face
from helpdesk.sla.case_results import written
from helpdesk.sla.case_terms import DAYS
from helpdesk.sla.rules import Author, Key, Kind, LedgerEntry, Metric, PolicyVersion, Target

Written = dict[str, Any]
Names = Mapping[Key, str]

ASKED = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE, Metric.RESOLUTION)
STATES = {Kind.RESOLVED: "resolved", Kind.CLOSED: "closed", Kind.REOPENED: "open", Kind.MERGED: "merged"}
AUTHORS = {Author.CUSTOMER: "customer", Author.AGENT: "agent", Author.MACHINE: "machine"}


def document_of(
    case: str,
    ledger: Iterable[LedgerEntry],
    policies: Mapping[Key, PolicyVersion],
    calendars: Mapping[Key, WorkingHours],
    names: Names,
    as_of: int,
) -> Written:
    """A file with one case, without what it expects. `names` are those of policies and calendars in the file.

    `ledger` is in order and holds only what counts.
    """
    events = [event for entry in ledger if (event := _event(entry, names))]
    asked: Written = {"check": [metric.value for metric in ASKED], "lines": True, "verdict": True}
    return {
        "version": 1,
        "calendars": {names[key]: calendar_of(hours) for key, hours in calendars.items()},
        "policies": {names[key]: policy_of(policy, names) for key, policy in policies.items()},
        "cases": [{"id": case, "kind": "clock", "events": events, "as_of": written(as_of), **asked}],
    }


def calendar_of(hours: WorkingHours) -> Written:
    """Working hours as the file has them."""
    week = {day: _windows(windows) for day, windows in zip(DAYS, hours.weekly, strict=True) if windows}
    found: Written = {"tz": hours.zone, "weekly": week}
    if hours.overrides:
        found["overrides"] = {day.isoformat(): _windows(windows) for day, windows in hours.overrides}
    if hours.holidays:
        found["holidays"] = [_holiday(holiday) for holiday in hours.holidays]
    return found


def policy_of(policy: PolicyVersion, names: Names) -> Written:
    """A policy version as the file has it."""
    found: Written = {
        "pause_statuses": sorted(state.value for state in policy.pause_states),
        "on_change": policy.on_change.value,
        "reopen": policy.reopen.value,
        "reopen_grace": policy.reopen_grace_s,
        "ola_reentry": policy.ola_reentry.value,
        "forgive": policy.forgive,
        "thresholds": list(policy.thresholds),
        "targets": {},
        "ola": {},
    }
    for target in sorted(policy.targets, key=lambda each: (each.metric, each.line or 0, each.priority)):
        if target.line is None:
            cells = found["targets"].setdefault(target.metric.value, {})
        else:
            cells = found["ola"].setdefault(f"L{target.line}", {"target": {}})["target"]
        _put(cells.setdefault(target.priority, {}), target, names)
    return found


def _put(cell: Written, target: Target, names: Names) -> None:
    terms = {"target": target.seconds, "calendar": names[target.calendar]}
    if target.type is None:
        cell.update(terms)
    else:
        cell.setdefault("types", {})[target.type] = terms


def _event(entry: LedgerEntry, names: Names) -> Written | None:
    what = _what(entry, names)
    return {"at": written(entry.at), **what} if what else None


def _what(entry: LedgerEntry, names: Names) -> Written | None:
    if entry.kind is Kind.CREATED:
        return _created(entry, names)
    if entry.kind in (Kind.CLIENT_MESSAGE, Kind.AGENT_REPLY):
        is_client = entry.kind is Kind.CLIENT_MESSAGE
        return {"type": "customer_reply" if is_client else "agent_reply", **_author(entry)}
    if entry.kind in STATES:
        return {"type": "status", "to": STATES[entry.kind]}
    if entry.kind is Kind.STATE_CHANGED:
        return {"type": "status", "to": entry.state.value if entry.state else "open"}
    if entry.kind is Kind.LINE_CHANGED:
        return {"type": "line", "to": f"L{entry.line}"}
    if entry.kind is Kind.PRIORITY_CHANGED:
        return {"type": "priority", "to": entry.priority}
    if entry.kind is Kind.TYPE_CHANGED:
        return {"type": "type", "to": entry.type}
    return _other_terms(entry, names)


def _other_terms(entry: LedgerEntry, names: Names) -> Written | None:
    forgives = {"forgives": True} if entry.forgives else {}
    if entry.kind is Kind.POLICY_CHANGED and entry.policy is not None:
        mode = {"mode": entry.mode.value} if entry.mode else {}
        return {"type": "policy", "to": names[entry.policy], **mode, **forgives}
    if entry.kind is Kind.CALENDAR_EDITED and entry.calendar is not None and entry.becomes is not None:
        mode = {"mode": "retroactive"} if entry.retroactive else {}
        edit = {"calendar": names[entry.calendar], "becomes": names[entry.becomes]}
        keeps = {"keeps_breaches": True} if entry.keeps_breaches else {}
        return {"type": "calendar_edit", **edit, **mode, **forgives, **keeps}
    return None


def _created(entry: LedgerEntry, names: Names) -> Written:
    found: Written = {"type": "create", "by": AUTHORS[entry.by], "priority": entry.priority}
    found["policy"] = names[entry.policy or ""]
    found["line"] = f"L{1 if entry.line is None else entry.line}"
    if entry.type is not None:
        found["ticket_type"] = entry.type
    if entry.state is not None:
        found["status"] = entry.state.value
    if entry.live:
        found["live"] = True
    if entry.enforce_from is not None:
        found["enforce_from"] = written(entry.enforce_from)
    return found


def _author(entry: LedgerEntry) -> Written:
    return {"by": "machine"} if entry.by is Author.MACHINE else {}


def _windows(windows: Windows) -> list[list[str]]:
    return [[clock_face(start), clock_face(end)] for start, end in windows]


def _holiday(holiday: Holiday) -> Written:
    found: Written = {"date": holiday.day.isoformat()} if holiday.day else {}
    for key, pair in (("md", holiday.md), ("until_md", holiday.until_md)):
        if pair is not None:
            found[key] = f"{pair[0]:02d}-{pair[1]:02d}"
    if (holiday.from_min, holiday.to_min) != (0, DAY_MIN):
        found |= {"from": clock_face(holiday.from_min), "to": clock_face(holiday.to_min)}
    return found
