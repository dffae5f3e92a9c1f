"""How a stored message becomes part of a ticket: read in a child process, judged, received at once."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from helpdesk import __version__, clock
from helpdesk.accounts.people import system_id
from helpdesk.db import db, transaction
from helpdesk.errors import N_
from helpdesk.intake import Outcome, receive
from helpdesk.killpoints import MailPoint, reached
from helpdesk.mail.judging import Hold, fate_of
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.quarantine import ATTEMPTS, DELAYS, quarantine
from helpdesk.mail.reading import Unreadable, reader
from helpdesk.mail.remembering import remember_mail
from helpdesk.mail.storable import storable, storable_text
from helpdesk.mail.translating import incoming_of

LEASE = timedelta(minutes=5)
STOPPED = N_("The program stopped each time while working on this message.")
log = logging.getLogger(__name__)


def process_next() -> bool:
    """Take the oldest waiting message to its fate; False when none is due. Trouble is kept with it."""
    with transaction():
        claimed = _claim(now=clock.now(db.session))
    if claimed is None:
        return False
    reached(MailPoint.TAKEN)
    mail_id, raw = claimed
    parsed: ParsedMail | None = None
    try:
        parsed = storable(reader.read(raw))
        reached(MailPoint.READ)
        with transaction():
            _apply(mail_id, parsed, now=clock.now(db.session))
            reached(MailPoint.APPLIED)
        reached(MailPoint.DONE)
    except Unreadable as trouble:
        _put_off(mail_id, str(trouble))
    except Hold as hold:
        _hold(mail_id, parsed, str(hold))
    except Exception as trouble:  # the one broad catch: the mail is kept, the next one goes on
        if isinstance(trouble, DBAPIError) and trouble.connection_invalidated:
            raise  # the database is away, which is no fault of the mail
        log.exception("process: inbound_mail=%d failed", mail_id)
        _put_off(mail_id, f"{type(trouble).__name__}: {trouble}", parsed)
    return True


def _claim(*, now: datetime) -> tuple[int, bytes] | None:
    """Reserve one message for five minutes and count the attempt before it is made."""
    mail = db.session.scalar(
        select(InboundMail)
        .where(InboundMail.state == InboundState.RECEIVED, InboundMail.next_try_at <= now)
        .where(InboundMail.sha256 != "")
        .order_by(InboundMail.next_try_at, InboundMail.id)
        .with_for_update(skip_locked=True, key_share=True)
        .limit(1)
    )
    if mail is None:
        return None
    mail.attempts += 1
    mail.next_try_at = now + LEASE
    mail.read_by = __version__
    if mail.attempts > ATTEMPTS:
        quarantine(mail, STOPPED, now)
        return _claim(now=now)
    return mail.id, _trace(mail) + mail.raw


def _trace(mail: InboundMail) -> bytes:
    """What a mail server writes on top at the last step, for messages that came through our own door."""
    if mail.envelope_from is None:
        return b""
    lines = [f"Return-Path: <{mail.envelope_from}>", *(f"Delivered-To: {to}" for to in mail.envelope_to)]
    return "".join(f"{line}\r\n" for line in lines if line.isprintable()).encode("utf-8", "replace")


def _apply(mail_id: int, parsed: ParsedMail, *, now: datetime) -> None:
    """Everything that follows from the message, in one transaction."""
    mail = db.session.get_one(InboundMail, mail_id, with_for_update={"key_share": True})
    if mail.state is not InboundState.RECEIVED:
        return
    _label(mail, parsed)
    fate = fate_of(mail, parsed, now=now)
    if fate is not None:
        _finish(mail, fate.state, fate.reason, fate.ticket_id, now)
        return
    receipt = receive(incoming_of(mail, parsed, now=now), by=system_id(), now=now)
    is_ignored = receipt.outcome is Outcome.IGNORED
    state = InboundState.IGNORED if is_ignored else InboundState.PROCESSED
    reason = receipt.because if is_ignored else receipt.outcome.value
    _finish(mail, state, reason, receipt.ticket_id, now)
    if receipt.ticket_id is not None and not is_ignored:
        remember_mail(parsed, receipt, now=now)


def _label(mail: InboundMail, parsed: ParsedMail | None) -> None:
    """What lists show and duplicates are found by; None could not be read."""
    if parsed is None:
        return
    mail.rfc_message_id = parsed.message_id
    mail.fingerprint = parsed.fingerprint
    mail.from_email = parsed.from_email or None
    mail.subject = parsed.subject
    mail.evidence = [*parsed.evidence, *parsed.defects]


def _finish(
    mail: InboundMail, state: InboundState, reason: str, ticket_id: int | None, now: datetime
) -> None:
    mail.state, mail.reason, mail.ticket_id = state, reason, ticket_id
    mail.error, mail.processed_at = None, now
    log.info("process: inbound_mail=%d %s %s", mail.id, state.value, reason)


def _hold(mail_id: int, parsed: ParsedMail | None, sentence: str) -> None:
    with transaction():
        mail = db.session.get_one(InboundMail, mail_id, with_for_update={"key_share": True})
        _label(mail, parsed)
        quarantine(mail, sentence, clock.now(db.session))


def _put_off(mail_id: int, sentence: str, parsed: ParsedMail | None = None) -> None:
    """Try again a little later, three times in all; then hold the message for people to see."""
    with transaction():
        now = clock.now(db.session)
        mail = db.session.get_one(InboundMail, mail_id, with_for_update={"key_share": True})
        if mail.state is not InboundState.RECEIVED:
            return
        _label(mail, parsed)
        mail.error = storable_text(sentence)[:500]
        if mail.attempts >= ATTEMPTS:
            quarantine(mail, mail.error, now)
        else:
            mail.next_try_at = now + DELAYS[mail.attempts - 1]
