"""Whose turn it is to be sent: people before machines, in order on each ticket, within what relays bear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from helpdesk.db import db
from helpdesk.mail.relay_models import RelayState
from helpdesk.mail.routes import Route, leaving_by, routes
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient

LEASE = timedelta(minutes=15)  # longer than a whole talk with a relay may last
MINUTE = timedelta(minutes=1)
GIVE_UP = timedelta(hours=48)
PENDING = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELAYED})
RATE_LOCK = 7_302_507


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail that is ours for the length of a lease; `tried_at` and `attempt` tell this claim from others.

    `is_too_late`: its relay has been away for two days, and it is not even tried. `was_away`: its relay was
    in trouble just before.
    """

    outbox_id: int
    attempt: int
    tried_at: datetime
    is_too_late: bool = False
    was_away: bool = False

    def holds(self, mail: Outbox) -> bool:
        """Whether nobody else has taken the mail since."""
        return (mail.attempts, mail.tried_at) == (self.attempt, self.tried_at)


def take(*, now: datetime, relay: str | None = None) -> tuple[Outbox, Claim] | None:
    """Take the mail that is most due under a lease, in the open transaction; None when none is.

    `relay` limits the choice to what leaves through that one. A mail whose sender died after the relay had
    everything comes back as it is: with `handed_over_at`.
    """
    every = routes()
    away = _relays_away(now)
    shut = [route for route in every if route.relay in away]
    full = _full(every, now)
    due = _due(every, shut, full, relay, now)
    mail = next((one for kind in OutboxKind if (one := db.session.scalar(_first(due, kind)))), None)
    if mail is None:
        return None
    route = _route_of(mail, every)
    is_too_late = route in shut and mail.handed_over_at is None
    if mail.handed_over_at is None:
        mail.attempts += 1
        mail.tried_at, mail.lease_until = now, now + LEASE
    was_away = route is not None and route.relay in _relays_failing()
    return mail, Claim(mail.id, mail.attempts, mail.tried_at or now, is_too_late, was_away)


def rank(kind: InstrumentedAttribute[OutboxKind]) -> ColumnElement[int]:
    """What people wrote goes before receipts, and those before what nobody waits for."""
    return case((kind == OutboxKind.REPLY, 0), (kind == OutboxKind.ACKNOWLEDGEMENT, 1), else_=2)


def _first(due: Select[Outbox], kind: OutboxKind) -> Select[Outbox]:
    """The one of that kind that waits longest; kinds are asked one by one, so that an index answers."""
    return (
        due.where(Outbox.kind == kind)
        .order_by(Outbox.due_at, Outbox.id)
        .with_for_update(skip_locked=True, key_share=True, of=Outbox)
        .limit(1)
    )


def _due(
    every: Sequence[Route], shut: Sequence[Route], full: Sequence[Route], relay: str | None, now: datetime
) -> Select[Outbox]:
    free = or_(Outbox.lease_until.is_(None), Outbox.lease_until < now)
    lost = Outbox.handed_over_at.is_not(None)
    too_late = and_(leaving_by(shut, every), Outbox.waiting_since <= now - GIVE_UP)
    may_go = and_(not_(leaving_by(shut, every)), not_(leaving_by(full, every)))
    statement = (
        select(Outbox)
        .where(Outbox.finished_at.is_(None), Outbox.due_at <= now, free)
        .where(or_(lost, too_late, may_go), or_(lost, not_(_comes_after_another())))
    )
    if relay is not None:
        statement = statement.where(leaving_by([one for one in every if one.relay == relay], every))
    return statement


def _comes_after_another() -> ColumnElement[bool]:
    """Whether an earlier mail of the ticket, no less urgent, still waits to reach one of the same people."""
    earlier, its, own = aliased(Outbox), aliased(OutboxRecipient), aliased(OutboxRecipient)
    return exists(
        select(earlier.id)
        .join(its, and_(its.outbox_id == earlier.id, its.state.in_(PENDING)))
        .join(own, and_(own.email == its.email, own.state.in_(PENDING)))
        .where(own.outbox_id == Outbox.id, earlier.ticket_id == Outbox.ticket_id, earlier.id < Outbox.id)
        .where(earlier.finished_at.is_(None), rank(earlier.kind) <= rank(Outbox.kind))
        .correlate(Outbox)
    )


def _relays_away(now: datetime) -> frozenset[str]:
    """The relays that were away at the last try and are not to be asked yet."""
    failing = select(RelayState.name).where(
        RelayState.failing_since.is_not(None), RelayState.next_try_at > now
    )
    return frozenset(db.session.scalars(failing))


def _relays_failing() -> frozenset[str]:
    return frozenset(db.session.scalars(select(RelayState.name).where(RelayState.failing_since.is_not(None))))


def _full(every: Sequence[Route], now: datetime) -> list[Route]:
    """The mailboxes that have sent what they may in the last minute; all workers count as one.

    While one of them counts, the others wait: they would count the same mails and both send one more.
    """
    limited = [route for route in every if route.per_minute]
    if not limited:
        return []
    db.session.execute(select(func.pg_advisory_xact_lock(RATE_LOCK)))
    tried = select(Outbox.mailbox_id, func.count().label("mails")).where(Outbox.tried_at > now - MINUTE)
    counts = {row.mailbox_id: row.mails for row in db.session.execute(tried.group_by(Outbox.mailbox_id))}
    known = {route.mailbox_id for route in every}
    others = sum(count for mailbox_id, count in counts.items() if mailbox_id not in known)
    return [
        route
        for route in limited
        if counts.get(route.mailbox_id, 0) + (others if route.is_default else 0) >= (route.per_minute or 0)
    ]


def _route_of(mail: Outbox, every: Sequence[Route]) -> Route | None:
    own = next((route for route in every if route.mailbox_id == mail.mailbox_id), None)
    return own or next((route for route in every if route.is_default), None)
