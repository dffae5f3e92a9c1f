"""What a ticket is tied to, as far as the reader may see it: links, doubles, and what histories name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, case, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from helpdesk.accounts.actor import Actor
from helpdesk.events import EventRow
from helpdesk.tickets.models import Ticket, TicketLink
from helpdesk.tickets.queries.visibility import visible_to

NAMING = (
    "ticket.linked",
    "ticket.unlinked",
    "ticket.merged",
    "ticket.double_absorbed",
    "ticket.stray_split",
    "ticket.split_undone",
)
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Tied:
    """Everything that the ticket's page shows of other tickets; what the reader may not see is not there.

    `seen` are the numbers that the history may name to this reader.
    """

    links: list[Facts]
    doubles: list[Facts]
    into: Facts | None
    seen: frozenset[int]


def tied_to(ticket: Ticket, actor: Actor) -> ScalarSelect[Any]:
    """One value for a statement that reads more; `tied` makes it a Tied."""
    return select(
        func.jsonb_build_object(
            "links", _links(ticket.id, actor),
            "doubles", _tickets(actor, Ticket.merged_into_id == ticket.id),
            "into", _tickets(actor, Ticket.id == (ticket.merged_into_id or 0)),
            "seen", _seen(ticket.id, actor),
        )
    ).scalar_subquery()  # fmt: skip


def tied(found: Facts) -> Tied:
    """What `tied_to` read."""
    return Tied(
        links=list(found["links"]),
        doubles=list(found["doubles"]),
        into=next(iter(found["into"]), None),
        seen=frozenset(found["seen"]),
    )


def _links(ticket_id: int, actor: Actor) -> ScalarSelect[Any]:
    """Each link read from this ticket's side, those of one kind together."""
    is_from = TicketLink.from_id == ticket_id
    other_id = case((is_from, TicketLink.to_id), else_=TicketLink.from_id)
    row = func.jsonb_build_object(
        "id", TicketLink.id,
        "kind", TicketLink.kind,
        "is_from", is_from,
        "number", Ticket.id,
        "subject", Ticket.subject,
        "state", Ticket.state,
        "line", Ticket.line,
    )  # fmt: skip
    return (
        select(_listed(row, TicketLink.kind, TicketLink.id))
        .select_from(TicketLink)
        .join(Ticket, Ticket.id == other_id)
        .where((TicketLink.from_id == ticket_id) | (TicketLink.to_id == ticket_id), visible_to(actor))
        .scalar_subquery()
    )


def _tickets(actor: Actor, condition: Any) -> ScalarSelect[Any]:
    row = func.jsonb_build_object(
        "number", Ticket.id, "subject", Ticket.subject, "state", Ticket.state, "line", Ticket.line
    )
    return select(_listed(row, Ticket.id)).where(condition, visible_to(actor)).scalar_subquery()


def _seen(ticket_id: int, actor: Actor) -> ScalarSelect[Any]:
    event = aliased(EventRow)
    named = select(cast(event.payload["other_id"].astext, BigInteger)).where(
        event.ticket_id == ticket_id, event.kind.in_(NAMING)
    )
    return (
        select(_listed(Ticket.id, Ticket.id)).where(Ticket.id.in_(named), visible_to(actor)).scalar_subquery()
    )


def _listed(value: Any, *order: Any) -> Any:
    return func.coalesce(func.jsonb_agg(aggregate_order_by(value, *order)), func.jsonb_build_array())
