"""The events of a case as the entries of a ledger: one table from the file's words to the engine's."""

from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.sla.case_terms import ON_CHANGE, STATES, line_number
from helpdesk.sla.given import CaseError, Given, quoted
from helpdesk.sla.rules import Author, Kind, LedgerEntry

Names = Mapping[Any, Any]
Fields = dict[str, Any]

AUTHORS = {
    "customer": Author.CUSTOMER,
    "client": Author.CUSTOMER,
    "requester": Author.CUSTOMER,
    "contact": Author.CUSTOMER,
    "agent": Author.AGENT,
    "human": Author.AGENT,
    "machine": Author.MACHINE,
    "system": Author.MACHINE,
    "bot": Author.MACHINE,
    "auto": Author.MACHINE,
}
AWAY = {"merged", "discarded", "cancelled", "spam"}  # a ticket that is none any more
HARMLESS = frozenset(
    {
        "assign",
        "assignee",
        "auto_reply",
        "bot",
        "bot_reply",
        "escalation",
        "escalation_followup",
        "internal_note",
        "note",
        "notice",
        "notification",
        "owner",
        "split",
        "system_note",
        "system_reply",
        "team",
    }
)  # what happens to a ticket without any clock listening


def entries_from(case: Given, policies: Names, calendars: Names, remarks: list[str]) -> list[LedgerEntry]:
    """The ledger of a case; `seq` is an event's place in the list. Raises CaseError naming the event."""
    events = []
    for number, row in enumerate(case.rows("events"), 1):
        place = f"{case.place}, event {number}"
        events.append(Given(place, case.mapping(f"event {number}", row)))
    seqs = {str(event.value.get("id", seq + 1)): seq for seq, event in enumerate(events)}
    entries = []
    for seq, event in enumerate(events):
        fields = _fields(event, seqs, remarks)
        _check_names(event, fields, policies, calendars)
        entries.append(LedgerEntry(at=event.instant("at"), seq=seq, **fields))
    if not any(entry.kind is Kind.CREATED for entry in entries):
        raise CaseError("%(place)s: no event creates the ticket.", place=case.place)
    return entries


def _fields(event: Given, seqs: Mapping[str, int], remarks: list[str]) -> Fields:
    what = event.text("type")
    if what == "void":
        named = event.text("event")
        if named not in seqs:
            raise event.wrong("event", named, "the id of an event of this case, or its number")
        return {"kind": Kind.VOIDED, "entry": seqs[named]}
    if what in READERS:
        return READERS[what](event)
    if what not in HARMLESS:
        remarks.append(f"{event.place}: no clock knows what {quoted(what)} is, so it was left out.")
    return {"kind": Kind.SPLIT}


def _check_names(event: Given, fields: Fields, policies: Names, calendars: Names) -> None:
    named = (
        ("policy", policies, "policy"),
        ("calendar", calendars, "calendar"),
        ("becomes", calendars, "calendar"),
    )
    for key, known, what in named:
        name = fields.get(key)
        if name is not None and name not in known:
            raise CaseError(
                "%(place)s: there is no %(what)s %(name)s in the file.",
                place=event.place,
                what=what,
                name=quoted(name),
            )


def _created(event: Given) -> Fields:
    return {
        "kind": Kind.CREATED,
        "by": event.word("by", AUTHORS, "customer"),
        "priority": event.text("priority"),
        "type": event.text("ticket_type") if event.has("ticket_type") else None,
        "policy": event.text("policy"),
        "line": line_number(event.value.get("line", "L1"), event.place),
        "state": event.word("status", STATES) if event.has("status") else None,
        "live": event.flag("live"),
        "enforce_from": event.instant("enforce_from") if event.has("enforce_from") else None,
    }


def _client_wrote(event: Given) -> Fields:
    return {"kind": Kind.CLIENT_MESSAGE, "by": _author(event, "customer")}


def _replied(event: Given) -> Fields:
    """A reply that the client cannot see is a note."""
    if event.flag("internal") or event.value.get("public") is False:
        return {"kind": Kind.SPLIT}
    return {"kind": Kind.AGENT_REPLY, "by": _author(event, "agent")}


def _author(event: Given, default: str) -> Author:
    return Author.MACHINE if event.flag("auto") else event.word("by", AUTHORS, default)


def _status(event: Given) -> Fields:
    if str(event.need("to")) in AWAY:
        return {"kind": Kind.MERGED}
    return {"kind": Kind.STATE_CHANGED, "state": event.word("to", STATES)}


def _calendar_edit(event: Given) -> Fields:
    return {
        "kind": Kind.CALENDAR_EDITED,
        "calendar": event.text("calendar"),
        "becomes": event.text("becomes"),
        "retroactive": event.word("mode", {"prospective": False, "retroactive": True}, "prospective"),
        "forgives": event.flag("forgives"),
        "keeps_breaches": event.flag("keeps_breaches"),
    }


def _policy(event: Given) -> Fields:
    mode = event.word("mode", ON_CHANGE) if event.has("mode") else None
    return {
        "kind": Kind.POLICY_CHANGED,
        "policy": event.text("to"),
        "mode": mode,
        "forgives": event.flag("forgives"),
    }


READERS: Mapping[str, Callable[[Given], Fields]] = {
    "create": _created,
    "customer_reply": _client_wrote,
    "agent_reply": _replied,
    "status": _status,
    "calendar_edit": _calendar_edit,
    "priority": lambda event: {"kind": Kind.PRIORITY_CHANGED, "priority": event.text("to")},
    "type": lambda event: {
        "kind": Kind.TYPE_CHANGED,
        "type": event.text("to") if event.has("to") else None,
    },
    "policy": _policy,
    "line": lambda event: {
        "kind": Kind.LINE_CHANGED,
        "line": line_number(event.value.get("to"), event.place),
    },
}
