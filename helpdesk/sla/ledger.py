"""The events of a ticket as the ledger that the engine reads: one table from kinds to entries."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.policies import Choice
from helpdesk.sla.rules import Author, Kind, LedgerEntry, OnChange, TicketState

CHOICES = frozenset({"sla.policy_chosen", "sla.policy_changed"})
ENTRIES_PER_EVENT = 4  # room for the entries of one event between the places of two events


@dataclass(frozen=True)
class Fact:
    """An event row without its table: what the ledger is made from."""

    id: int
    seq: int
    kind: str
    at: datetime
    actor_id: int
    payload: Mapping[str, Any]


def facts_of(ticket_id: int) -> list[Fact]:
    """The events of a ticket that clocks depend on, in order; one statement."""
    columns = (
        EventRow.id,
        EventRow.seq,
        EventRow.kind,
        EventRow.effective_at,
        EventRow.actor_id,
        EventRow.payload,
    )
    statement = select(*columns).where(EventRow.ticket_id == ticket_id, EventRow.kind.in_(KINDS))
    return [Fact(*row) for row in db.session.execute(statement.order_by(EventRow.seq))]


def choices_in(facts: Iterable[Fact]) -> list[Choice]:
    """Every policy choice that the ledger names."""
    return [_choice(fact.payload) for fact in facts if fact.kind in CHOICES]


def calendars_in(facts: Iterable[Fact]) -> set[int]:
    """Every calendar version that the ledger names, chosen or changed to."""
    facts = list(facts)
    chosen = {version for choice in choices_in(facts) for version in choice.calendar_version_ids}
    return chosen | {fact.payload["becomes_id"] for fact in facts if fact.kind == "sla.calendar_changed"}


def ledger_of(facts: Iterable[Fact]) -> list[LedgerEntry]:
    """The entries of these facts. The policy chosen at the creation becomes part of the creation."""
    facts = _without_undone(list(facts))
    first = next((fact for fact in facts if fact.kind == "sla.policy_chosen"), None)
    entries = []
    for fact in facts:
        if fact is first:
            continue
        for place, entry in enumerate(_MAKERS[fact.kind](fact.payload)):
            entries.append(_placed(entry, fact, place, first))
    return entries


def _without_undone(facts: list[Fact]) -> list[Fact]:
    """A discarding that was taken back by a later reopening counts as a mere closing."""
    last_reopened = max((fact.seq for fact in facts if fact.kind == "ticket.reopened"), default=0)
    return [
        replace(fact, kind="ticket.closed")
        if fact.kind == "ticket.discarded" and fact.seq < last_reopened
        else fact
        for fact in facts
    ]


def _placed(entry: dict[str, Any], fact: Fact, place: int, first: Fact | None) -> LedgerEntry:
    if entry["kind"] is Kind.CREATED:
        entry["policy"] = _choice(first.payload).key if first else None
    at = entry.pop("at", int(fact.at.timestamp()))
    return LedgerEntry(
        at=at,
        seq=fact.seq * ENTRIES_PER_EVENT + place,
        actor=fact.actor_id,
        reason=fact.id,
        **entry,
    )


def _choice(payload: Mapping[str, Any]) -> Choice:
    return Choice(
        payload["policy_version_id"], payload["contract_id"], tuple(payload["calendar_version_ids"])
    )


Entries = Iterator[dict[str, Any]]


def _opened(payload: Mapping[str, Any]) -> Entries:
    by = Author.MACHINE if payload["by_machine"] else Author.CUSTOMER
    yield {
        "kind": Kind.CREATED,
        "by": by,
        "live": payload["live"],
        "priority": payload["priority"],
        "type": payload["type"],
        "line": payload["line"],
    }


def _client_wrote(payload: Mapping[str, Any]) -> Entries:
    by = Author.MACHINE if payload["is_machine"] else Author.CUSTOMER
    yield {"kind": Kind.CLIENT_MESSAGE, "by": by}
    if payload["old"] != payload["state"]:
        yield {"kind": Kind.STATE_CHANGED, "state": TicketState(payload["state"])}


def _replied(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.AGENT_REPLY}


def _spoken(payload: Mapping[str, Any]) -> Entries:
    """A call entered later brings the client's words with it, and may have ended waiting."""
    if payload.get("message_id"):
        yield {"kind": Kind.CLIENT_MESSAGE, "by": Author.CUSTOMER}
    yield {"kind": Kind.AGENT_REPLY}
    if payload.get("old") not in (None, payload["state"]):
        yield {"kind": Kind.STATE_CHANGED, "state": TicketState(payload["state"])}


def _withdrawn(payload: Mapping[str, Any]) -> Entries:
    """An answer that never left counts for nothing, nor does what was done with it."""
    for seq in payload["voided"]:
        yield {"kind": Kind.VOIDED, "entry": seq * ENTRIES_PER_EVENT}


def _handed_over(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.LINE_CHANGED, "line": payload["to_line"]}
    yield {"kind": Kind.STATE_CHANGED, "state": TicketState(payload["state"])}


def _priority(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.PRIORITY_CHANGED, "priority": payload["new"]}


def _type(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.TYPE_CHANGED, "type": payload["new"]}


def _state(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.STATE_CHANGED, "state": TicketState(payload["new"])}


def _resolved(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.RESOLVED}


def _reopened(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.REOPENED}


def _closed(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.CLOSED}


def _discarded(payload: Mapping[str, Any]) -> Entries:
    """No request at all, or a double: its clocks are cancelled, neither met nor missed."""
    yield {"kind": Kind.MERGED}


def _absorbed(payload: Mapping[str, Any]) -> Entries:
    """What the client asked on a double counts from when he asked it there."""
    if payload["owed_since"] is not None:
        asked = datetime.fromisoformat(payload["owed_since"])
        yield {"kind": Kind.CLIENT_MESSAGE, "by": Author.CUSTOMER, "at": int(asked.timestamp())}
    if payload["old"] != payload["state"]:
        yield {"kind": Kind.STATE_CHANGED, "state": TicketState(payload["state"])}


def _restored(payload: Mapping[str, Any]) -> Entries:
    """A discarding that was a mistake never stopped a clock."""
    yield {"kind": Kind.VOIDED, "entry": payload["undoes"] * ENTRIES_PER_EVENT}


def _policy(payload: Mapping[str, Any]) -> Entries:
    yield {"kind": Kind.POLICY_CHANGED, "policy": _choice(payload).key}


def _policy_changed(payload: Mapping[str, Any]) -> Entries:
    mode, forgives = OnChange(payload["mode"]), payload["forgives"]
    yield {"kind": Kind.POLICY_CHANGED, "policy": _choice(payload).key, "mode": mode, "forgives": forgives}


def _calendar_changed(payload: Mapping[str, Any]) -> Entries:
    yield {
        "kind": Kind.CALENDAR_EDITED,
        "calendar": payload["calendar_version_id"],
        "becomes": payload["becomes_id"],
        "retroactive": payload["retroactive"],
        "forgives": payload["forgives"],
        "keeps_breaches": not payload["retroactive"],
    }


_MAKERS: dict[str, Callable[[Mapping[str, Any]], Entries]] = {
    "ticket.opened": _opened,
    "ticket.client_wrote": _client_wrote,
    "ticket.agent_replied": _replied,
    "ticket.reply_withdrawn": _withdrawn,
    "ticket.call_joined": _spoken,
    "ticket.escalated": _handed_over,
    "ticket.returned": _handed_over,
    "ticket.moved": _handed_over,
    "ticket.priority_changed": _priority,
    "ticket.type_changed": _type,
    "ticket.state_changed": _state,
    "ticket.resolved": _resolved,
    "ticket.reopened": _reopened,
    "ticket.closed": _closed,
    "ticket.discarded": _discarded,
    "ticket.restored": _restored,
    "ticket.merged": _discarded,
    "ticket.double_absorbed": _absorbed,
    "sla.policy_chosen": _policy,
    "sla.policy_changed": _policy_changed,
    "sla.calendar_changed": _calendar_changed,
}
KINDS = tuple(_MAKERS)
