"""Letting go what a cap held back, once a person has looked at it."""

from datetime import datetime

from sqlalchemy import select, update

from helpdesk.db import db, notify
from helpdesk.errors import N_, RuleViolation
from helpdesk.notifications.cap_models import CapBite
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxRecipient

ALREADY = N_("Somebody has already let it go.")


def release_receipt(bite: CapBite, *, by: int, now: datetime) -> None:
    """Send the acknowledgement after all. Raises RuleViolation if that was decided already."""
    if bite.released_at is not None or bite.outbox_id is None:
        raise RuleViolation(ALREADY)
    bite.released_at, bite.released_by_id = now, by
    mail = db.session.get_one(Outbox, bite.outbox_id)
    mail.finished_at, mail.error, mail.due_at = None, None, now
    db.session.execute(
        update(OutboxRecipient)
        .where(OutboxRecipient.outbox_id == mail.id, OutboxRecipient.state == DeliveryState.FAILED)
        .values(state=DeliveryState.QUEUED, answer=None, changed_at=now)
    )
    notify("outbox")


def held_receipt(ticket_id: int) -> CapBite | None:
    """The acknowledgement of the ticket that a cap holds back; None: there is none, or no more."""
    held = select(CapBite).where(CapBite.ticket_id == ticket_id, CapBite.released_at.is_(None))
    return db.session.scalar(held.order_by(CapBite.id.desc()).limit(1).with_for_update(key_share=True))
