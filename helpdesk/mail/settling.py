"""What is written about a mail after an attempt: each recipient's state, the next try, and who is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.accounts import tokens
from helpdesk.db import db, notify
from helpdesk.errors import N_
from helpdesk.mail.relay import Fate
from helpdesk.mail.turns import GIVE_UP, PENDING
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.models import Ticket

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720))
LOST_TRACK = N_("The program stopped while the relay was taking the mail; it may have arrived.")


def settle(mail: Outbox, fates: Mapping[str, Fate], *, now: datetime, waits_for_relay: bool = False) -> None:
    """Write each recipient's state, then finish the mail or say when it is tried again."""
    is_old = mail.waiting_since is not None and now - mail.waiting_since >= GIVE_UP
    for recipient in recipients_of(mail):
        fate = fates.get(recipient.email)
        if fate is None or not _is_open(recipient):
            continue
        give_up = is_old and fate.state is DeliveryState.DELAYED
        recipient.state = DeliveryState.FAILED if give_up else fate.state
        recipient.answer, recipient.changed_at = fate.answer, now
    mail.lease_until = None
    mail.error = next((one.answer for one in fates.values() if one.state is not DeliveryState.ACCEPTED), None)
    db.session.flush()
    _finish_or_retry(mail, now, waits_for_relay=waits_for_relay)
    _tell_of_failures(mail, now)
    notify("desk", str(mail.ticket_id or ""))


def recipients_of(mail: Outbox) -> list[OutboxRecipient]:
    """Every recipient of the mail, in order; one statement."""
    statement = select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id)
    return list(db.session.scalars(statement.order_by(OutboxRecipient.id)))


def pending_of(mail: Outbox) -> list[OutboxRecipient]:
    """Those of whom nothing is decided yet."""
    return [one for one in recipients_of(mail) if one.state in PENDING]


def _is_open(recipient: OutboxRecipient) -> bool:
    """Whether there is anything to learn: also of one whose sender was given up for dead too early."""
    is_doubtful = recipient.state is DeliveryState.UNCERTAIN and recipient.answer == LOST_TRACK
    return recipient.state in PENDING or is_doubtful


def _finish_or_retry(mail: Outbox, now: datetime, *, waits_for_relay: bool) -> None:
    if pending_of(mail):
        mail.handed_over_at = mail.finished_at = None
        mail.waiting_since = mail.waiting_since or now
        mail.waits_for_relay = waits_for_relay
        wait = DELAYS[min(max(mail.attempts, 1), len(DELAYS)) - 1]
        mail.due_at = min(now + wait, mail.waiting_since + GIVE_UP)  # the last try comes at the very end
    else:
        mail.finished_at, mail.waits_for_relay = now, False
        if mail.account_token_id is not None:
            tokens.forget_secret(mail.account_token_id)


def _tell_of_failures(mail: Outbox, now: datetime) -> None:
    """What reached nobody is news for whoever is on the ticket, never only a log line.

    A notice that may have arrived is left at that: nobody need do anything about it.
    """
    bad = {DeliveryState.FAILED, DeliveryState.UNCERTAIN}
    if mail.kind is not OutboxKind.REPLY:
        bad.discard(DeliveryState.UNCERTAIN)
    lost = [one for one in recipients_of(mail) if one.state in bad]
    if mail.ticket_id is None or not lost or mail.finished_at != now:
        return
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    news = News(
        kind="mail.not_delivered",
        ticket_id=ticket.id,
        at=now,
        payload={"outbox_id": mail.id, "recipients": len(lost)},
    )
    tell((ticket.owner_id, ticket.assignee_id), news)
