"""How a stored message becomes part of a ticket: read in a child process, judged, received at once."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.beforehand import knowing
from helpdesk.db import db, remembering, transaction
from helpdesk.intake import Outcome, receive
from helpdesk.killpoints import MailPoint, reached
from helpdesk.mail.actions import HELD
from helpdesk.mail.claiming import Claimed, claim, give_back
from helpdesk.mail.foreseeing import foresee
from helpdesk.mail.judging import Fate, Hold, fate_of
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.people import check_of, signs_of
from helpdesk.mail.quarantine import ATTEMPTS, DELAYS, quarantine
from helpdesk.mail.reading import NoReader, Unreadable, reader
from helpdesk.mail.remembering import remember_mail
from helpdesk.mail.returned import note_life
from helpdesk.mail.storable import storable, storable_text
from helpdesk.mail.translating import incoming_of
from helpdesk.notifications.caps import note_flood

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A claimed message and what it says."""

    mail_id: int
    parsed: ParsedMail


def process_some() -> int:
    """Take the oldest waiting messages to their fate; how many, 0: none is due. Trouble is kept with each."""
    with transaction():
        claimed = claim(now=clock.now(db.session))
    if claimed:
        reached(MailPoint.TAKEN)
        opened = _all_opened(claimed)
        reached(MailPoint.READ)
        if not _all_together(opened):
            for one in opened:
                _alone(one)
        reached(MailPoint.DONE)
    return len(claimed)


def _all_opened(claimed: list[Claimed]) -> list[Opened]:
    """Those that can be read. Raises NoReader, and then no attempt counts."""
    try:
        return [one for one in map(_open, claimed) if one is not None]
    except NoReader:
        with transaction():
            give_back([one.mail_id for one in claimed], now=clock.now(db.session))
        raise


def _open(claimed: Claimed) -> Opened | None:
    try:
        parsed = storable(reader.read(claimed.raw))
    except Unreadable as trouble:
        _put_off(claimed.mail_id, str(trouble))
        return None
    return Opened(mail_id=claimed.mail_id, parsed=parsed)


def _all_together(opened: list[Opened]) -> bool:
    """Several in one transaction, which costs half; False when any has trouble, and then nothing is kept."""
    if len(opened) < 2:
        return False
    try:
        with transaction(), remembering():
            now = clock.now(db.session)
            mails = _locked([one.mail_id for one in opened])
            with knowing(foresee({one.mail_id: one.parsed for one in opened}, now=now)):
                for one in opened:
                    _apply(mails[one.mail_id], one.parsed, now=now)
            reached(MailPoint.APPLIED)
    except Exception as trouble:  # noqa: BLE001  (whose fault it is shows when each comes alone)
        _raise_if_away(trouble)
        log.info("process: %d messages come one by one: %s", len(opened), type(trouble).__name__)
        return False
    return True


def _alone(one: Opened) -> None:
    try:
        with transaction():
            now = clock.now(db.session)
            _apply(_locked([one.mail_id])[one.mail_id], one.parsed, now=now)
            reached(MailPoint.APPLIED)
    except Hold as hold:
        _hold(one, hold)
    except Exception as trouble:  # the one broad catch: the mail is kept, the next one goes on
        _raise_if_away(trouble)
        log.exception("process: inbound_mail=%d failed", one.mail_id)
        _put_off(one.mail_id, f"{type(trouble).__name__}: {trouble}", one.parsed)


def _raise_if_away(trouble: Exception) -> None:
    """A database that went away is no fault of the mail."""
    if isinstance(trouble, DBAPIError) and trouble.connection_invalidated:
        raise trouble


def _locked(mail_ids: list[int]) -> dict[int, InboundMail]:
    locking = (
        select(InboundMail)
        .where(InboundMail.id.in_(mail_ids))
        .order_by(InboundMail.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {mail.id: mail for mail in db.session.scalars(locking)}


def _apply(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> None:
    """Everything that follows from the message, in the open transaction. Raises Hold."""
    if mail.state is not InboundState.RECEIVED:
        return
    fate = fate_of(mail, parsed, now=now)
    if fate is not None:
        _label(mail, parsed)
        _finish(mail, fate, now)
        return
    incoming = incoming_of(mail, parsed, now=now)
    receipt = receive(incoming, by=system_id(), now=now)
    note_life(incoming, now=now)
    is_ignored = receipt.outcome is Outcome.IGNORED
    state = InboundState.IGNORED if is_ignored else InboundState.PROCESSED
    reason = receipt.because if is_ignored else receipt.outcome.value
    _label(mail, parsed)
    _finish(mail, Fate(state=state, reason=reason, ticket_id=receipt.ticket_id), now)
    if receipt.ticket_id is not None and not is_ignored:
        remember_mail(parsed, receipt, now=now)


def _label(mail: InboundMail, parsed: ParsedMail | None) -> None:
    """What lists show and duplicates are found by; None could not be read."""
    if parsed is None:
        return
    mail.rfc_message_id = parsed.message_id
    mail.fingerprint = parsed.fingerprint
    mail.from_email = parsed.from_email.lower() or None
    mail.subject = parsed.subject
    mail.mail_kind = parsed.kind
    mail.evidence = [*parsed.evidence, *signs_of(check_of(mail, parsed)), *parsed.defects]


def _finish(mail: InboundMail, fate: Fate, now: datetime) -> None:
    mail.state, mail.reason, mail.ticket_id = fate.state, fate.reason, fate.ticket_id
    mail.copy_of_id, mail.error, mail.processed_at = fate.copy_of_id, None, now
    log.info("process: inbound_mail=%d %s %s", mail.id, fate.state.value, fate.reason)


def _hold(one: Opened, hold: Hold) -> None:
    with transaction():
        mail = db.session.get_one(InboundMail, one.mail_id, with_for_update={"key_share": True})
        _label(mail, one.parsed)
        now = clock.now(db.session)
        mail.reason = HELD
        quarantine(mail, str(hold), now)
        if hold.flooder:
            note_flood(mail.id, hold.flooder, now=now)


def _put_off(mail_id: int, sentence: str, parsed: ParsedMail | None = None) -> None:
    """Try again a little later, three times in all; then hold the message for people to see.

    Where what it says is the trouble, nothing of it is kept but its bytes.
    """
    try:
        _write_down(mail_id, sentence, parsed)
    except DBAPIError as trouble:
        _raise_if_away(trouble)
        _write_down(mail_id, sentence, None)


def _write_down(mail_id: int, sentence: str, parsed: ParsedMail | None) -> None:
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
