"""What the worker does for notices: mail to whoever is away, and clearing away what was read long ago."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, update

from helpdesk import clock
from helpdesk.accounts.actor import Actor, actor_of
from helpdesk.accounts.models import Account, WebSession
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.killpoints import Point, reached
from helpdesk.notifications import digest
from helpdesk.notifications.models import Notice
from helpdesk.notifications.preferences import hours_of
from helpdesk.notifications.rules import Hours, MailWhen, is_away, is_urgent, may_leave, topic_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to

PAUSE = timedelta(minutes=10)
KEEP_READ = timedelta(days=90)
KEEP_UNREAD = timedelta(days=365)
WAITING = and_(Notice.by_mail, Notice.mailed_at.is_(None), Notice.read_at.is_(None))
log = logging.getLogger(__name__)


def mail_notices() -> None:
    """Send each person what waits for him, one mail in ten minutes at most, each in its own transaction."""
    with transaction():
        people = db.session.scalars(select(Notice.person_id).where(WAITING).distinct()).all()
    for person_id in sorted(people):
        with transaction():
            mail_to(person_id, now=clock.now(db.session))


def mail_to(person_id: int, *, now: datetime) -> int:
    """Write one mail with the person's waiting notices, if it may go now; the number of notices in it.

    A second worker passes the person by while a first one is at it.
    """
    account = _claimed(person_id)
    if account is None or _mailed_lately(person_id, now):
        return 0
    hours, actor = hours_of(person_id), actor_of(person_id)
    if hours.mail_when is MailWhen.NEVER or not _is_time(hours, account, now):
        return 0
    rows = _leaving(actor, hours, now)
    if not rows:
        return 0
    _mark([notice.id for notice, _ in rows], now)
    shown = [row for row in rows if row[0].ticket_id is None or row[1] is not None]
    if shown:
        letter = digest.write(actor, shown)
        digest.queue(letter, account.email, key=f"notices:{person_id}:{shown[-1][0].id}", now=now)
        reached(Point.QUEUED)
        log.info("notices: person=%d notices=%d", person_id, len(shown))
    return len(shown)


def tidy_notices() -> None:
    """Delete notices that were read three months ago, and unread ones after a year."""
    with transaction():
        now = clock.now(db.session)
        old = (Notice.read_at < now - KEEP_READ) | (Notice.created_at < now - KEEP_UNREAD)
        db.session.execute(delete(Notice).where(old).execution_options(synchronize_session=False))


def _claimed(person_id: int) -> Account | None:
    """The sign-in of the person, locked; None while another worker has it, or when it is shut."""
    return db.session.scalar(
        select(Account)
        .where(Account.person_id == person_id, Account.disabled_at.is_(None), Account.invited_at.is_(None))
        .with_for_update(key_share=True, skip_locked=True)
        .limit(1)
    )


def _mailed_lately(person_id: int, now: datetime) -> bool:
    last = db.session.scalar(
        select(func.max(Notice.mailed_at)).where(Notice.person_id == person_id, Notice.mailed_at.isnot(None))
    )
    return last is not None and now - last < PAUSE


def _is_time(hours: Hours, account: Account, now: datetime) -> bool:
    if hours.mail_when is MailWhen.ALWAYS:
        return True
    active_at = select(func.max(WebSession.active_at)).where(
        WebSession.account_id == account.id, WebSession.ended_at.is_(None), WebSession.expires_at > now
    )
    return is_away(hours, db.session.scalar(active_at), now)


def _leaving(actor: Actor, hours: Hours, now: datetime) -> Sequence[tuple[Notice, str | None]]:
    """What may go now, oldest first, with the subject of its ticket; None: out of the person's sight."""
    seen = and_(Ticket.id == Notice.ticket_id, visible_to(actor))
    rows = db.session.execute(
        select(Notice, Ticket.subject)
        .outerjoin(Ticket, seen)
        .where(Notice.person_id == actor.person_id, WAITING)
        .order_by(Notice.created_at, Notice.id)
    )
    zone = actor.zone or settings().default_timezone
    return [
        (notice, subject)
        for notice, subject in rows
        if may_leave(
            hours,
            topic_of(notice.kind, notice.payload),
            zone=zone,
            now=now,
            urgent=is_urgent(notice.kind, notice.payload),
        )
    ]


def _mark(ids: Sequence[int], now: datetime) -> None:
    db.session.execute(update(Notice).where(Notice.id.in_(ids)).values(mailed_at=now))
