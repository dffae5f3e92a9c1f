"""Whether the desk is ready: database, migrations, worker, outgoing mail and mailboxes, each one check."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import func, select

from helpdesk import schema, standstill
from helpdesk.db import db
from helpdesk.heartbeat import Heartbeat
from helpdesk.mail.queries import unread_mailboxes
from helpdesk.notifications.models import Outbox

WORKER_SILENT = timedelta(minutes=2)
MAIL_LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing looked at; `detail` is for administrators only."""

    name: str
    is_ok: bool
    detail: str = ""


def checks(now: datetime) -> list[Check]:
    """Every check in order; raises what the driver raises when the database does not answer."""
    return [Check("database", True), *(look(now) for look in LOOKS)]


def migrations(now: datetime) -> Check:
    """The database has the shape this program knows."""
    have = schema.current(db.session.connection())
    return Check("migrations", have == newest(), f"{have or 'none'} of {newest()}")


def worker(now: datetime) -> Check:
    """Some worker ended some job a short while ago."""
    last = db.session.scalar(select(func.max(Heartbeat.beat_at)))
    if last is None:
        return Check("worker", False, "no worker has run yet")
    age = now - last
    return Check("worker", age <= WORKER_SILENT, f"last job {int(age.total_seconds())} s ago")


def jobs(now: datetime) -> Check:
    """No job of the timetable failed in its last run."""
    failed = db.session.scalars(
        select(Heartbeat.job).where(Heartbeat.error.is_not(None)).order_by(Heartbeat.job)
    )
    names = list(failed)
    return Check("jobs", not names, ", ".join(names))


def outgoing_mail(now: datetime) -> Check:
    """Nothing that should have been sent waits too long, and mail that is put off is not all there is.

    A mail that one recipient's server puts off is that mail's own trouble; it is ours when nothing has been
    sent since it was written.
    """
    if standstill.is_on():
        return Check("outgoing_mail", True, "mail stands still in this copy")
    waiting = Outbox.finished_at.is_(None)
    due = db.session.scalar(select(func.min(Outbox.due_at)).where(waiting, Outbox.due_at <= now))
    held_up = db.session.scalar(select(func.min(Outbox.waiting_since)).where(waiting, Outbox.waits_for_relay))
    tried = db.session.scalar(select(func.min(Outbox.created_at)).where(waiting, Outbox.attempts > 0))
    stuck = tried if tried is not None and not _sent_since(tried) else None
    oldest = min((one for one in (due, held_up, stuck) if one is not None), default=None)
    if oldest is None:
        return Check("outgoing_mail", True, "nothing waits")
    age = now - oldest
    return Check("outgoing_mail", age <= MAIL_LATE, f"oldest waits {int(age.total_seconds())} s")


def _sent_since(moment: datetime) -> bool:
    sent = select(Outbox.id).where(Outbox.finished_at > moment, Outbox.error.is_(None))
    return db.session.scalar(select(sent.exists())) or False


def mailboxes(now: datetime) -> Check:
    """Every mailbox in use was read at the last try, and that was not long ago."""
    if standstill.is_on():
        return Check("mailboxes", True, "mail stands still in this copy")
    addresses = unread_mailboxes(now)
    return Check("mailboxes", not addresses, ", ".join(addresses))


LOOKS: tuple[Callable[[datetime], Check], ...] = (migrations, worker, jobs, outgoing_mail, mailboxes)


@cache
def newest() -> str:
    """The newest migration of this program, read once per process."""
    return schema.head()
