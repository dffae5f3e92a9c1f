"""How the relays fare: one that is away is asked again soon, what waits for it says so, people are told."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock
from helpdesk.db import db, notify, transaction
from helpdesk.errors import DomainError
from helpdesk.mail.models import Mailbox
from helpdesk.mail.relay import Relay, knock
from helpdesk.mail.relay_models import RelayState
from helpdesk.mail.routes import NO_RELAY, NOWHERE, leaving_by, relay_for, relay_name, routes
from helpdesk.mail.watchers import watchers
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Outbox

WAITS = tuple(timedelta(seconds=seconds) for seconds in (20, 20, 40))
FAILURES_BEFORE_ALARM = 2  # one broken connection is no news
LEASE = timedelta(seconds=90)  # for whoever knocks
log = logging.getLogger(__name__)


def note_away(name: str, words: str, *, now: datetime) -> None:
    """The relay could not be reached: what leaves through it waits, and after a second time people hear."""
    row = _row(name)
    row.failing_since = row.failing_since or now
    row.failures += 1
    row.error, row.next_try_at = words, now + WAITS[min(row.failures, len(WAITS)) - 1]
    _let_wait(name, row.failing_since, words, now)
    if row.failures >= FAILURES_BEFORE_ALARM and row.told_at is None:
        row.told_at = now
        tell(watchers(), News(kind="mail.relay_away", ticket_id=None, at=now))
    log.warning("relay away: failures=%d", row.failures)


def note_back(name: str, *, now: datetime) -> None:
    """The relay answers, or nobody uses it any more: everything that waited for it goes at once."""
    row = _row(name)
    if row.failing_since is None:
        return
    was_told = row.told_at is not None
    row.failing_since = row.next_try_at = row.error = row.told_at = None
    row.failures = 0
    db.session.flush()
    waiting = (Outbox.finished_at.is_(None), Outbox.waits_for_relay, _leaves_through_a_good_one())
    free = select(Outbox.id).where(*waiting).with_for_update(skip_locked=True, key_share=True)
    db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(free))
        .values(due_at=func.least(Outbox.due_at, now), waits_for_relay=False)
        .execution_options(synchronize_session=False)
    )
    if was_told:
        tell(watchers(), News(kind="mail.relay_back", ticket_id=None, at=now))
    notify("outbox")


def try_soon(*, now: datetime) -> None:
    """Let relays that are away be asked at once: somebody says that they are back, or set up otherwise."""
    failing = update(RelayState).where(RelayState.failing_since.is_not(None))
    db.session.execute(failing.values(next_try_at=now))


def look_after_relays() -> int:
    """Knock at every relay that is away and due to be asked, without any mail; how many were asked."""
    count = 0
    while (name := _next_to_ask()) is not None:
        count += 1
        relay, trouble = _relay_called(name)
        words = trouble if relay is None else knock(relay)
        with transaction():
            now = clock.now(db.session)
            if words is None:
                note_back(name, now=now)
            else:
                note_away(name, words, now=now)
    return count


def _next_to_ask() -> str | None:
    """The name of a relay that is due, reserved for this process."""
    with transaction():
        now = clock.now(db.session)
        row = db.session.scalar(
            select(RelayState)
            .where(RelayState.failing_since.is_not(None), RelayState.next_try_at <= now)
            .order_by(RelayState.next_try_at, RelayState.name)
            .with_for_update(skip_locked=True)
            .limit(1)
        )
        if row is None:
            return None
        row.next_try_at = now + LEASE
        return row.name


def _relay_called(name: str) -> tuple[Relay | None, str | None]:
    """The relay by its name, or what stands in the way; both None when nothing leaves by it any more."""
    with transaction():
        active = select(Mailbox).where(Mailbox.active).order_by(Mailbox.id)
        mailbox = next((one for one in db.session.scalars(active) if relay_name(one) == name), None)
        if mailbox is None:
            return None, None
        if name == NOWHERE:
            return None, NO_RELAY
        try:
            return relay_for(mailbox), None
        except DomainError as trouble:
            return None, str(trouble)


def _let_wait(name: str, since: datetime, words: str, now: datetime) -> None:
    """What should have left by now says since when it waits and why; locked rows are being sent just now."""
    due = (Outbox.finished_at.is_(None), Outbox.due_at <= now, ~Outbox.waits_for_relay)
    free = (Outbox.lease_until.is_(None), _leaves_through(name))
    ids = select(Outbox.id).where(*due, *free).with_for_update(skip_locked=True, key_share=True)
    waiting = update(Outbox).where(Outbox.id.in_(ids)).returning(Outbox.ticket_id)
    tickets = db.session.scalars(
        waiting.values(
            waits_for_relay=True,
            waiting_since=func.coalesce(Outbox.waiting_since, func.greatest(Outbox.due_at, since)),
            error=words,
        ).execution_options(synchronize_session=False)
    )
    for ticket_id in tickets:
        if ticket_id:
            notify("desk", str(ticket_id))


def _leaves_through(name: str) -> ColumnElement[bool]:
    every = routes()
    return leaving_by([route for route in every if route.relay == name], every)


def _leaves_through_a_good_one() -> ColumnElement[bool]:
    """Whether nothing is known against a mail's relay, be it another one than when it was put off."""
    failing = set(db.session.scalars(select(RelayState.name).where(RelayState.failing_since.is_not(None))))
    every = routes()
    return leaving_by([route for route in every if route.relay not in failing], every)


def _row(name: str) -> RelayState:
    db.session.execute(insert(RelayState).values(name=name).on_conflict_do_nothing())
    return db.session.scalars(
        select(RelayState)
        .where(RelayState.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
