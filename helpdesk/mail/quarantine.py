"""Holding a message that cannot become anything by itself, and telling people of it once."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from helpdesk.accounts import seats
from helpdesk.db import db
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.verification import PROVES_AN_ADDRESS
from helpdesk.mail.watchers import watchers
from helpdesk.notifications.actions import News, tell

ATTEMPTS = 3
DELAYS = (timedelta(minutes=1), timedelta(minutes=5))
TOLD_FOR = timedelta(hours=1)


def quarantine(mail: InboundMail, sentence: str, now: datetime) -> None:
    """Keep it for people to see; a hundred for the same cause within an hour are told of once."""
    is_told = _is_told(mail, sentence, now)
    mail.state, mail.error, mail.processed_at = InboundState.QUARANTINED, sentence, now
    if is_told:
        return
    db.session.flush()
    held = select(func.count()).where(InboundMail.state == InboundState.QUARANTINED)
    payload = {"inbound_mail_id": mail.id, "held": db.session.scalar(held) or 0}
    people = seats.administrator_ids() if sentence == PROVES_AN_ADDRESS else watchers()
    tell(people, News(kind="mail.held", ticket_id=None, at=now, payload=payload))


def _is_told(mail: InboundMail, sentence: str, now: datetime) -> bool:
    same = select(InboundMail.id).where(
        InboundMail.state == InboundState.QUARANTINED,
        InboundMail.error == sentence,
        InboundMail.processed_at > now - TOLD_FOR,
        InboundMail.id != mail.id,
    )
    return db.session.scalar(same.limit(1)) is not None
