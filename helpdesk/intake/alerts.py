"""Alerts of machines: those about one thing belong to one open ticket, however often they come."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.db import db
from helpdesk.intake.incoming import Incoming, Pointer
from helpdesk.intake.topics import says_recovery, says_trouble, topic_of
from helpdesk.mail.kinds import MailKind
from helpdesk.tickets.alert_models import TicketAlert
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import OPEN_STATES, MessageKind

RECOVERY_JOINS = timedelta(days=7)
MERGES_FOLLOWED = 20


def is_alert(incoming: Incoming) -> bool:
    """Only what a machine wrote by itself, whose subject says so, and that nobody stands behind: what a form
    sends for people names them in Reply-To, and each of those is a request of its own.
    """
    if not incoming.is_machine or incoming.mail_kind is not MailKind.AUTOMATIC or not incoming.sender.email:
        return False
    behind = {email.strip().lower() for email in incoming.reply_to} - {incoming.sender.email.lower()}
    subject = incoming.subject
    return not behind and bool(topic_of(subject)) and (says_trouble(subject) or says_recovery(subject))


def ticket_of_alert(incoming: Incoming, *, now: datetime) -> Ticket | None:
    """The open ticket about the same thing, or for a recovery one that ended lately; None: there is none.

    Two workers with alerts about one thing come here one after the other.
    """
    if not is_alert(incoming):
        return None
    sender, topic = _key(incoming)
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"{sender} {topic}", 26))
    db.session.execute(select(lock))
    same = select(TicketAlert.ticket_id).where(TicketAlert.sender == sender, TicketAlert.topic == topic)
    for ticket_id in db.session.scalars(same.order_by(TicketAlert.id.desc()).limit(3)):
        ticket = _where_it_went(ticket_id)
        if ticket is not None and _takes(ticket, incoming, now):
            return ticket
    return None


def begins_anew(incoming: Incoming, ticket: Ticket, pointer: Pointer | None) -> bool:
    """Trouble again after the end of its ticket, told by a machine in answer to what it wrote there itself;
    never an automatic answer to our own mail.
    """
    if ticket.state in OPEN_STATES or says_recovery(incoming.subject) or not is_alert(incoming):
        return False
    answered = db.session.get(Message, pointer.message_id) if pointer and pointer.message_id else None
    return answered is not None and answered.is_machine and answered.kind is MessageKind.CLIENT


def keep_alert(incoming: Incoming, ticket_id: int, *, now: datetime, is_answer: bool = False) -> None:
    """Count it on the ticket that it opened or joined; an answer to a mail only where it says the same."""
    if not is_alert(incoming):
        return
    sender, topic = _key(incoming)
    series = db.session.scalar(select(TicketAlert).where(TicketAlert.ticket_id == ticket_id))
    if is_answer and (series is None or (series.sender, series.topic) != (sender, topic)):
        return
    is_well = says_recovery(incoming.subject)
    if series is None:
        series = TicketAlert(
            ticket_id=ticket_id, sender=sender, topic=topic, mails=0, first_at=now, last_at=now
        )
        db.session.add(series)
    series.mails += 1
    series.last_at = now
    series.recovered_at = now if is_well else None
    db.session.flush()


def _key(incoming: Incoming) -> tuple[str, str]:
    return incoming.sender.email.strip().lower(), topic_of(incoming.subject)


def _takes(ticket: Ticket, incoming: Incoming, now: datetime) -> bool:
    if ticket.state in OPEN_STATES:
        return True
    ended = ticket.resolved_at or ticket.closed_at
    is_late = says_recovery(incoming.subject) and ended is not None and now - ended < RECOVERY_JOINS
    return is_late and ticket.discarded_at is None


def _where_it_went(ticket_id: int) -> Ticket | None:
    ticket = db.session.get(Ticket, ticket_id)
    for _ in range(MERGES_FOLLOWED):
        if ticket is None or ticket.merged_into_id is None:
            break
        ticket = db.session.get(Ticket, ticket.merged_into_id)
    return ticket
