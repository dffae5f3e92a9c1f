"""How messages are copied from an IMAP mailbox: stored and committed first, then marked on the server."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from sqlalchemy import select

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.db import db, end_read, transaction
from helpdesk.mail.actions import Arrival, store
from helpdesk.mail.imap import TROUBLE, sentence, session
from helpdesk.mail.mailboxes import ImapAccess, note_failure, note_success
from helpdesk.mail.models import InboundMail, Mailbox

HEAD_OF_HUGE = 1024 * 1024
RESCAN = timedelta(days=30)
SEEN = rb"\Seen"
log = logging.getLogger(__name__)


def fetch_mailbox(access: ImapAccess) -> int:
    """Copy everything new; the number of messages stored. Trouble is noted at the mailbox, not raised."""
    try:
        stored = _fetch(access)
    except TROUBLE as trouble:
        with transaction():
            note_failure(access.mailbox_id, sentence(access, trouble), now=clock.now(db.session))
        log.warning("fetch: mailbox=%d failed: %s", access.mailbox_id, type(trouble).__name__)
        return 0
    with transaction():
        note_success(access.mailbox_id, now=clock.now(db.session))
    return stored


def _fetch(access: ImapAccess) -> int:
    with session(access) as server:
        uidvalidity = int(server.select_folder(access.folder)[b"UIDVALIDITY"])
        since = None
        if access.uidvalidity != uidvalidity:
            since = _oldest_wanted(access)
            access = _renumber(access, uidvalidity)
        _flag_left_over(server, access)
        uids = _uids(server, access, since)
        return sum(_take(server, access, uid) for uid in uids)


def _renumber(access: ImapAccess, uidvalidity: int) -> ImapAccess:
    """The server counts anew (RFC 3501, 2.3.1.1): begin at its first number again."""
    with transaction():
        mailbox = db.session.get_one(Mailbox, access.mailbox_id)
        mailbox.uidvalidity, mailbox.last_uid = uidvalidity, 0
    return replace(access, uidvalidity=uidvalidity, last_uid=0)


def _oldest_wanted(access: ImapAccess) -> date:
    """How far back to look in a folder whose numbers mean nothing to us.

    At the first visit: to the day before the mailbox was connected, so that years of old mail never become
    tickets and receipts. When the server counts anew: 30 days, and what is known is not taken twice.
    """
    if access.uidvalidity is not None:
        return (clock.process_time() - RESCAN).date()
    with transaction():
        mailbox = db.session.get_one(Mailbox, access.mailbox_id)
        return ((mailbox.connected_at or mailbox.created_at) - timedelta(days=1)).date()


def _uids(server: IMAPClient, access: ImapAccess, since: date | None) -> list[int]:
    """What lies above the watermark; `n:*` names the last message even below n, hence the filter."""
    criteria: list[Any] = ["UID", f"{access.last_uid + 1}:*"]
    if since is not None:
        criteria += ["SINCE", since]
    return sorted(uid for uid in server.search(criteria) if uid > access.last_uid)


def _take(server: IMAPClient, access: ImapAccess, uid: int) -> bool:
    """Copy one message, commit it with the watermark, then tell the server. False if it was stored before."""
    arrival = _copy(server, access, uid)
    if arrival is None:
        return False
    with transaction():
        stored = None if _is_known(arrival) else store(arrival, now=clock.now(db.session))
        db.session.get_one(Mailbox, access.mailbox_id).last_uid = uid
    flag_fetched(server, access, [uid])
    return stored is not None


def _copy(server: IMAPClient, access: ImapAccess, uid: int) -> Arrival | None:
    """The message as it lies there, without marking it; of one beyond the limit only the beginning."""
    facts = server.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
    if facts is None:
        return None
    size = int(facts[b"RFC822.SIZE"])
    item = "BODY.PEEK[]" if size <= settings().mail_limit_bytes else f"BODY.PEEK[]<0.{HEAD_OF_HUGE}>"
    body = server.fetch([uid], [item]).get(uid, {})
    raw = body.get(b"BODY[]", body.get(b"BODY[]<0>"))
    if raw is None:
        return None
    return Arrival(
        mailbox_id=access.mailbox_id,
        raw=raw,
        size=size,
        received_at=_aware(facts[b"INTERNALDATE"]),
        folder=access.folder,
        uidvalidity=access.uidvalidity,
        uid=uid,
    )


def flag_fetched(server: IMAPClient, access: ImapAccess, uids: list[int]) -> None:
    """Show people who open the mailbox that these were taken; our own progress never depends on it."""
    try:
        server.add_flags(uids, [SEEN], silent=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        log.warning("fetch: mailbox=%d refuses flags: %s", access.mailbox_id, refusal)
        return
    with transaction():
        now = clock.now(db.session)
        for mail in db.session.scalars(_of_server(access).where(InboundMail.uid.in_(uids))):
            mail.flagged_at = now


def _flag_left_over(server: IMAPClient, access: ImapAccess) -> None:
    """Mark what an earlier visit stored and had no time to mark."""
    found = db.session.scalars(_of_server(access).where(InboundMail.flagged_at.is_(None)))
    uids = [mail.uid for mail in found if mail.uid is not None]
    end_read()
    if uids:
        flag_fetched(server, access, uids)


def _of_server(access: ImapAccess) -> Any:
    return select(InboundMail).where(
        InboundMail.mailbox_id == access.mailbox_id,
        InboundMail.folder == access.folder,
        InboundMail.uidvalidity == access.uidvalidity,
    )


def _is_known(arrival: Arrival) -> bool:
    """After a renumbering the same bytes are the same message."""
    same = select(InboundMail.id).where(
        InboundMail.mailbox_id == arrival.mailbox_id,
        InboundMail.sha256 == arrival.sha256,
        InboundMail.folder == arrival.folder,
        InboundMail.uidvalidity != arrival.uidvalidity,
    )
    return db.session.scalar(same.limit(1)) is not None


def _aware(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
