"""Who is told that a missed deadline was not missed after all: whoever was told that it was."""

from collections.abc import Mapping

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Notice
from helpdesk.notifications.rules import BREACH_PERCENT, THRESHOLD, WITHDRAWN
from helpdesk.tickets.events import TicketFact
from helpdesk.tickets.models import Ticket


def tell_withdrawn(event: TicketFact, row: EventRow) -> None:
    """Take a breach back that this event made vanish; of lower thresholds nobody need hear."""
    if db.session.get_one(Ticket, event.ticket_id).event_seq == event.seq:
        return  # nothing was written down after it, no withdrawal either
    withdrawn = select(EventRow.payload).where(
        EventRow.ticket_id == event.ticket_id,
        EventRow.kind == WITHDRAWN,
        EventRow.payload["because_id"].as_integer() == row.id,
        EventRow.payload["percent"].as_integer() >= BREACH_PERCENT,
    )
    for payload in db.session.scalars(withdrawn).all():
        about = {"metric": payload["metric"], "line": payload["line"]}
        at = row.recorded_at
        tell(
            _told(event.ticket_id, about),
            News(kind=WITHDRAWN, ticket_id=event.ticket_id, event_id=row.id, at=at, payload=about),
        )


def _told(ticket_id: int, about: Mapping[str, object]) -> list[int]:
    statement = select(Notice.person_id).where(
        Notice.ticket_id == ticket_id,
        Notice.kind == THRESHOLD,
        Notice.payload.contains(about),
        Notice.payload["percent"].as_integer() >= BREACH_PERCENT,
    )
    return sorted(set(db.session.scalars(statement)))
