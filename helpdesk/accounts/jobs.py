"""What the worker clears away: sign-ins long over, answers to old forms, counters of past minutes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update

from helpdesk import clock
from helpdesk.accounts.models import AccountToken, FormReceipt, RateBucket, WebSession
from helpdesk.db import db, transaction

KEEP_SESSIONS = timedelta(days=30)
KEEP_RECEIPTS = timedelta(days=2)
KEEP_COUNTERS = timedelta(days=2)


def tidy() -> None:
    """Delete what is of no use any more; nothing that a person wrote."""
    with transaction():
        _delete_before(clock.now(db.session))


def _delete_before(now: datetime) -> None:
    over = or_(
        WebSession.ended_at < now - KEEP_SESSIONS,
        WebSession.expires_at < now - KEEP_SESSIONS,
    )
    db.session.execute(delete(WebSession).where(over))
    db.session.execute(delete(FormReceipt).where(FormReceipt.created_at < now - KEEP_RECEIPTS))
    db.session.execute(delete(RateBucket).where(RateBucket.window_start < now - KEEP_COUNTERS))
    db.session.execute(update(AccountToken).where(AccountToken.expires_at < now).values(sealed=None))
