"""How a ticket begins."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from helpdesk.db import db
from helpdesk.events import publish
from helpdesk.tickets.actions.conversation import ClientMessage, keep_client_message
from helpdesk.tickets.actions.holders import default_team
from helpdesk.tickets.actions.ledger import Stamp, stamp
from helpdesk.tickets.events import TicketOpened
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import Channel, Impact, Line, Priority, State, TicketType, Urgency


@dataclass(frozen=True, kw_only=True)
class Opening:
    """All that a ticket begins with; intake fills it in.

    `live`: somebody of the desk answered at once, so no first answer is owed. `assignee_id` works on it
    from the start (an operator who keeps a call). `owner_team_id` None: the team itself on line 1, else line
    1's default one. `began_at`: when it really began, if it is entered only now.
    """

    channel: Channel
    subject: str
    type: TicketType
    priority: Priority
    language: str
    company_id: int
    contact_id: int
    line: int
    team_id: int
    message: ClientMessage | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    category_id: int | None = None
    tags: tuple[str, ...] = ()
    mailbox_id: int | None = None
    assignee_id: int | None = None
    owner_team_id: int | None = None
    by_machine: bool = False
    live: bool = False
    follows_id: int | None = None
    began_at: datetime | None = None


def open_ticket(opening: Opening, *, by: int, now: datetime) -> Ticket:
    """Open it with its first message. Its number is `ticket.id`.

    What began earlier is effective then and recorded now.
    """
    found_at, now = (now, opening.began_at) if opening.began_at else (None, now)
    ticket = _row(opening, now)
    db.session.add(ticket)
    db.session.flush()
    message = keep_client_message(ticket, opening.message, now=now) if opening.message else None
    if opening.by_machine or opening.live:
        ticket.unanswered_since = None
    if opening.live:
        ticket.first_answered_at = now
    _publish(ticket, opening, message, stamp(ticket, by, now), found_at)
    return ticket


def _publish(
    ticket: Ticket, opening: Opening, message: Message | None, stamped: Stamp, found_at: datetime | None
) -> None:
    publish(
        TicketOpened(
            **stamped,
            channel=ticket.channel,
            type=ticket.type,
            priority=ticket.priority,
            line=ticket.line,
            team_id=ticket.team_id,
            assignee_id=ticket.assignee_id,
            contact_id=ticket.contact_id,
            company_id=ticket.company_id,
            message_id=message.id if message else None,
            by_machine=opening.by_machine,
            live=opening.live,
            found_at=found_at,
        )
    )


def _row(opening: Opening, now: datetime) -> Ticket:
    return Ticket(
        public_id=uuid.uuid4(),
        version=1,
        subject=" ".join(opening.subject.split()),
        channel=opening.channel,
        type=opening.type,
        state=State.OPEN if opening.assignee_id else State.NEW,
        priority=opening.priority,
        impact=opening.impact,
        urgency=opening.urgency,
        language=opening.language,
        category_id=opening.category_id,
        tags=sorted(set(opening.tags)),
        company_id=opening.company_id,
        contact_id=opening.contact_id,
        mailbox_id=opening.mailbox_id,
        line=opening.line,
        team_id=opening.team_id,
        assignee_id=opening.assignee_id,
        owner_team_id=opening.owner_team_id or _owner_team_id(opening),
        owner_id=opening.assignee_id if opening.line == Line.FIRST else None,
        held_since=now,
        opened_by_machine=opening.by_machine,
        follows_id=opening.follows_id,
        created_at=now,
        active_at=now,
        last_event_at=now,
        event_seq=0,
        client_message_count=0,
        preview="",
    )


def _owner_team_id(opening: Opening) -> int:
    return opening.team_id if opening.line == Line.FIRST else default_team(Line.FIRST).id
