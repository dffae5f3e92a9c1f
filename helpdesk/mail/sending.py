"""How a mail leaves: claimed under a lease, composed, handed over step by step, its fate noted."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.errors import N_, BadInput, DomainError
from helpdesk.killpoints import SendPoint, reached
from helpdesk.mail import relays
from helpdesk.mail.compose import Outgoing, build, is_foreign
from helpdesk.mail.letters import outgoing_of
from helpdesk.mail.models import Mailbox
from helpdesk.mail.reaching import left_out, reachable
from helpdesk.mail.relay import Fate, Fates, Outcome, Parcel, Relay, deliver
from helpdesk.mail.relay_words import id_given
from helpdesk.mail.remembering import remember_alias, remember_sent
from helpdesk.mail.routes import mailbox_for, relay_for, relay_name
from helpdesk.mail.settling import LOST_TRACK, pending_of, settle
from helpdesk.mail.turns import LEASE, Claim, take
from helpdesk.mail.undelivered import take_up_again
from helpdesk.mail.verp import return_address
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind
from helpdesk.notifications.signing import keys

BROKE = N_("The program broke off each time while it sent this mail.")
TOO_LATE = N_("The relay could not be reached for two days.")
TAKEN_OVER = N_("Another sender has taken this mail meanwhile.")
MOST_ATTEMPTS = 40  # in two days of patience there are about ten; more means that it breaks us
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One claimed mail, ready to go out without any transaction open."""

    claim: Claim
    relay: Relay
    parcel: Parcel


def send_next(relay: str | None = None) -> bool:
    """Send the mail that is most due, people's answers first; False when nothing is due.

    `relay` is the name of the one that may be used, None: any.
    """
    with transaction():
        claim = _claim(relay, now=clock.now(db.session))
    if claim is None:
        return False
    reached(SendPoint.CLAIMED)
    job = _prepare(claim)
    if job is None or not _leave(job):
        with transaction():
            take_up_again(claim.outbox_id, now=clock.now(db.session))
    return True


def _leave(job: Job) -> bool:
    """Hand the mail over and keep what became of it; whether the relay took it for everybody."""
    reached(SendPoint.COMPOSED)
    outcome = deliver(job.relay, job.parcel, before_the_dot=lambda: _note_handing_over(job.claim))
    reached(SendPoint.ANSWERED)
    _record(job, outcome)
    return all(fate.state is DeliveryState.ACCEPTED for fate in outcome.fates.values())


def _claim(relay: str | None, *, now: datetime) -> Claim | None:
    """Take one due mail. What died between the dot and its record becomes uncertain here."""
    found = take(now=now, relay=relay)
    if found is None:
        return None
    mail, claim = found
    waiting = pending_of(mail)
    if mail.handed_over_at is not None:
        fate = Fate(DeliveryState.UNCERTAIN, LOST_TRACK)
        settle(mail, {one.email: fate for one in waiting}, now=now)
    elif claim.is_too_late:
        fate = Fate(DeliveryState.FAILED, mail.error or TOO_LATE)
        settle(mail, {one.email: fate for one in waiting}, now=now)
    elif claim.attempt > MOST_ATTEMPTS:
        fate = Fate(DeliveryState.FAILED, BROKE)
        settle(mail, {one.email: fate for one in waiting}, now=now)
    else:
        for recipient in waiting:
            recipient.state, recipient.changed_at = DeliveryState.SENDING, now
    return claim


def _prepare(claim: Claim) -> Job | None:
    """The mail as bytes; one that cannot be composed or has no relay is put off with its reason."""
    mailbox: Mailbox | None = None
    with transaction():
        now = clock.now(db.session)
        mail = db.session.get_one(Outbox, claim.outbox_id)
        if mail.finished_at is not None:
            return None
        pending = reachable(mail, pending_of(mail), now=now)
        if not pending:
            settle(mail, {}, now=now)
            return None
        try:
            mailbox = mailbox_for(mail)
            return Job(
                claim=claim,
                parcel=_parcel(mail, mailbox, tuple(pending), now),
                relay=relay_for(mailbox),
            )
        except BadInput as trouble:  # no later attempt would compose it either
            fate, is_away = Fate(DeliveryState.FAILED, str(trouble)), False
        except DomainError as trouble:
            fate, is_away = Fate(DeliveryState.DELAYED, str(trouble)), mailbox is not None
        settle(mail, dict.fromkeys(pending, fate), now=now, waits_for_relay=is_away)
        name = relay_name(mailbox) if mailbox is not None else None
    if is_away and name is not None:
        with transaction():
            relays.note_away(name, fate.answer, now=clock.now(db.session))
    return None


def _parcel(mail: Outbox, mailbox: Mailbox, pending: tuple[str, ...], now: datetime) -> Parcel:
    outgoing = _without(left_out(mail), outgoing_of(mail, mailbox, now=now))
    remember_sent(mail)
    foreign = tuple(one for one in pending if is_foreign(one))
    plain = _without(frozenset(foreign), outgoing)
    return Parcel(
        sender=_envelope_sender(mail, mailbox, outgoing),
        recipients=pending,
        content=build(plain) if plain.to else b"",
        foreign=foreign,
        international=build(replace(outgoing, is_international=True)) if foreign else None,
    )


def _without(emails: frozenset[str], outgoing: Outgoing) -> Outgoing:
    """The same mail without these people in its head; whoever was in copy takes the place of nobody."""
    to = tuple(one for one in outgoing.to if one.email not in emails)
    cc = tuple(one for one in outgoing.cc if one.email not in emails)
    return replace(outgoing, to=to or cc, cc=cc if to else ())


def _envelope_sender(mail: Outbox, mailbox: Mailbox, outgoing: Outgoing) -> str:
    """Where reports about this very mail come back; nobody at all for what a machine wrote."""
    if mail.kind is not OutboxKind.REPLY:
        return ""
    return (
        return_address(mailbox.address, mail.id, keys()) if mailbox.plus_addressing else outgoing.from_email
    )


def _note_handing_over(claim: Claim) -> None:
    """From here on nobody else may send this mail. Raises DomainError if somebody else has taken it."""
    with transaction():
        mail = db.session.get_one(Outbox, claim.outbox_id, with_for_update={"key_share": True})
        if not claim.holds(mail) or mail.finished_at is not None:
            raise DomainError(TAKEN_OVER)
        now = clock.now(db.session)
        mail.handed_over_at, mail.lease_until = now, now + LEASE
    reached(SendPoint.HANDED_OVER)


def _record(job: Job, outcome: Outcome) -> None:
    with transaction():
        now = clock.now(db.session)
        mail = db.session.get_one(
            Outbox, job.claim.outbox_id, with_for_update={"key_share": True}, populate_existing=True
        )
        if not job.claim.holds(mail):
            log.warning("send: outbox=%d was taken over", mail.id)
            return
        settle(mail, outcome.fates, now=now, waits_for_relay=outcome.is_relay_down)
        _keep_relay_id(mail, job.relay, outcome.fates, now)
        log.info("send: outbox=%d attempt=%d %s", mail.id, mail.attempts, _counts(outcome.fates))
        reached(SendPoint.RECORDED)
    _note_relay(job, outcome)


def _note_relay(job: Job, outcome: Outcome) -> None:
    """A relay that was away, and one that is back, is noted for all mails that leave through it."""
    if not outcome.is_relay_down and not job.claim.was_away:
        return
    with transaction():
        now = clock.now(db.session)
        if outcome.is_relay_down:
            words = next(iter(outcome.fates.values())).answer
            relays.note_away(job.relay.name, words, now=now)
        else:
            relays.note_back(job.relay.name, now=now)


def _keep_relay_id(mail: Outbox, relay: Relay, fates: Fates, now: datetime) -> None:
    """Where the relay put its own id in the place of ours, answers refer to that one."""
    taken = next((one.answer for one in fates.values() if one.state is DeliveryState.ACCEPTED), None)
    given = id_given(taken, relay.host, mail.rfc_message_id) if taken else None
    if given is not None:
        mail.relay_id = given
        remember_alias(mail, given, now=now)


def _counts(fates: Fates) -> str:
    states = [one.state.value for one in fates.values()]
    return ", ".join(f"{state}={states.count(state)}" for state in sorted(set(states)))
