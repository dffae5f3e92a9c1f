"""How a mail leaves: claimed under a lease, composed, handed over step by step, its fate noted."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import undefer

from helpdesk import clock, standstill
from helpdesk.accounts import tokens
from helpdesk.config import settings
from helpdesk.db import db, notify, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.mail.compose import build
from helpdesk.mail.letters import outgoing_of, remember
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.mail.relay import Fate, Fates, Parcel, Relay, deliver, relay_of_url
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.secrets_box import unseal
from helpdesk.tickets.models import Ticket

LEASE = timedelta(minutes=10)
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720))
GIVE_UP = timedelta(hours=48)
PENDING = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELAYED})
NO_RELAY = "There is no relay to send through: set HELPDESK_SMTP_URL or give the mailbox one."
LOST_TRACK = "the program stopped while the relay was taking the mail; it may have arrived"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One claimed mail, ready to go out without any transaction open."""

    outbox_id: int
    relay: Relay
    parcel: Parcel


def send_next() -> bool:
    """Send the mail that is most due, people's answers first; False when nothing is due."""
    with transaction():
        outbox_id = _claim(now=clock.now(db.session))
    if outbox_id is None:
        return False
    job = _prepare(outbox_id)
    if job is not None:
        fates = deliver(job.relay, job.parcel, before_the_dot=lambda: _note_handing_over(outbox_id))
        with transaction():
            _record(outbox_id, fates, now=clock.now(db.session))
    return True


def _claim(*, now: datetime) -> int | None:
    """Take one due mail for ten minutes. What died between the dot and its record becomes uncertain here."""
    mail = db.session.scalar(
        select(Outbox)
        .where(Outbox.finished_at.is_(None), Outbox.due_at <= now)
        .where(or_(Outbox.lease_until.is_(None), Outbox.lease_until < now))
        .order_by(case((Outbox.kind == OutboxKind.REPLY, 0), else_=1), Outbox.due_at, Outbox.id)
        .with_for_update(skip_locked=True, key_share=True)
        .limit(1)
    )
    if mail is None:
        return None
    if mail.handed_over_at is not None:
        lost = Fate(DeliveryState.UNCERTAIN, LOST_TRACK)
        _apply(mail, {one.email: lost for one in _pending(mail)}, now)
        return mail.id
    mail.attempts += 1
    mail.lease_until = now + LEASE
    for recipient in _pending(mail):
        recipient.state, recipient.changed_at = DeliveryState.SENDING, now
    return mail.id


def _prepare(outbox_id: int) -> Job | None:
    """The mail as bytes; one that cannot be composed or has no relay is put off with its reason."""
    with transaction():
        now = clock.now(db.session)
        mail = db.session.get_one(Outbox, outbox_id)
        pending = [one.email for one in _pending(mail)]
        if mail.finished_at is not None or not pending:
            return None
        try:
            mailbox = mailbox_for(mail)
            outgoing = outgoing_of(mail, mailbox, now=now)
            remember(mail)
            parcel = Parcel(
                sender=_bounce_address(outgoing.envelope_sender),
                recipients=tuple(pending),
                content=build(outgoing),
            )
            return Job(outbox_id=outbox_id, relay=relay_for(mailbox), parcel=parcel)
        except BadInput as trouble:  # no later attempt would compose it either
            fate = Fate(DeliveryState.FAILED, str(trouble))
        except DomainError as trouble:
            fate = Fate(DeliveryState.DELAYED, str(trouble))
        _apply(mail, dict.fromkeys(pending, fate), now)
        return None


def _bounce_address(sender: str) -> str:
    return "" if sender == "<>" else sender


def mailbox_for(mail: Outbox) -> Mailbox:
    """The mailbox of the ticket, else the one for everything else. Raises DomainError if there is none."""
    statement = select(Mailbox).where(Mailbox.active).options(undefer(Mailbox.smtp_secret))
    own = statement.where(Mailbox.id == mail.mailbox_id)
    found = db.session.scalar(own) or db.session.scalar(_for_everything(statement))
    if found is None:
        raise DomainError("There is no mailbox to send from.")
    return found


def can_send() -> bool:
    """Whether mail that belongs to no ticket could leave at all: a mailbox, a relay, and no standstill."""
    mailbox = db.session.scalar(_for_everything(select(Mailbox).where(Mailbox.active)))
    has_relay = mailbox is not None and bool(mailbox.smtp_host or settings().smtp_url)
    return has_relay and not standstill.is_on()


def _for_everything(active: Select[Mailbox]) -> Select[Mailbox]:
    """Mail without a ticket leaves through the default mailbox, else one with a relay, else the first."""
    return active.order_by(Mailbox.is_default.desc(), Mailbox.smtp_host.is_(None), Mailbox.id).limit(1)


def relay_for(mailbox: Mailbox) -> Relay:
    """The mailbox's own relay, else the installation's. Raises DomainError if there is neither."""
    if mailbox.smtp_host:
        secret = mailbox.smtp_secret
        return Relay(
            host=mailbox.smtp_host,
            port=mailbox.smtp_port or (465 if mailbox.smtp_encryption is Encryption.TLS else 587),
            encryption=mailbox.smtp_encryption,
            user=mailbox.smtp_user,
            password=unseal(secret).decode() if secret else None,
        )
    url = settings().smtp_url
    if url is None:
        raise DomainError(NO_RELAY)
    return relay_of_url(url)


def _note_handing_over(outbox_id: int) -> None:
    with transaction():
        db.session.get_one(Outbox, outbox_id).handed_over_at = clock.now(db.session)


def _record(outbox_id: int, fates: Fates, *, now: datetime) -> None:
    mail = db.session.get_one(Outbox, outbox_id, with_for_update={"key_share": True})
    _apply(mail, fates, now)
    log.info("send: outbox=%d attempt=%d %s", mail.id, mail.attempts, _counts(fates))


def _apply(mail: Outbox, fates: Fates, now: datetime) -> None:
    """Write each recipient's state, then finish the mail or say when it is tried again."""
    too_old = now - mail.created_at >= GIVE_UP
    for recipient in _pending(mail):
        fate = fates.get(recipient.email)
        if fate is None:
            continue
        give_up = too_old and fate.state is DeliveryState.DELAYED
        recipient.state = DeliveryState.FAILED if give_up else fate.state
        recipient.answer, recipient.changed_at = fate.answer, now
    mail.lease_until = None
    mail.error = _trouble_in(fates)
    db.session.flush()
    _finish_or_retry(mail, now)
    _tell_of_failures(mail, now)
    notify("desk", str(mail.ticket_id or ""))


def _finish_or_retry(mail: Outbox, now: datetime) -> None:
    if _pending(mail):
        mail.handed_over_at = None
        mail.due_at = now + DELAYS[min(mail.attempts, len(DELAYS)) - 1]
    else:
        mail.finished_at = now
        if mail.account_token_id is not None:
            tokens.forget_secret(mail.account_token_id)


def _tell_of_failures(mail: Outbox, now: datetime) -> None:
    """What reached nobody is news for whoever is on the ticket, never only a log line."""
    bad = [one for one in _recipients(mail) if one.state in {DeliveryState.FAILED, DeliveryState.UNCERTAIN}]
    if mail.ticket_id is None or not bad or mail.finished_at != now:
        return
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    news = News(
        kind="mail.not_delivered",
        ticket_id=ticket.id,
        at=now,
        payload={"outbox_id": mail.id, "recipients": len(bad)},
    )
    tell((ticket.owner_id, ticket.assignee_id), news)


def _pending(mail: Outbox) -> list[OutboxRecipient]:
    return [one for one in _recipients(mail) if one.state in PENDING]


def _recipients(mail: Outbox) -> list[OutboxRecipient]:
    statement = select(OutboxRecipient).where(OutboxRecipient.outbox_id == mail.id)
    return list(db.session.scalars(statement.order_by(OutboxRecipient.id)))


def _trouble_in(fates: Fates) -> str | None:
    return next((one.answer for one in fates.values() if one.state is not DeliveryState.ACCEPTED), None)


def _counts(fates: Fates) -> str:
    states = [one.state.value for one in fates.values()]
    return ", ".join(f"{state}={states.count(state)}" for state in sorted(set(states)))
