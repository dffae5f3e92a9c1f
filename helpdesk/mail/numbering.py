"""The numbers by which a server names its messages: our place in them, and what happens when they change."""

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from imapclient import IMAPClient
from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.killpoints import MailPoint, reached
from helpdesk.mail.actions import RESCANNED, Arrival
from helpdesk.mail.mailboxes import ImapAccess
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.mail.watchers import watchers
from helpdesk.notifications.actions import News, tell

RESCAN = timedelta(days=30)
SLACK = timedelta(hours=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A folder whose numbers mean nothing to us yet: below `until` only what came since that day counts."""

    since: date
    until: int


def settle(server: IMAPClient, access: ImapAccess) -> ImapAccess:
    """Open the folder; where the server counts anew (RFC 3501, 2.3.1.1), begin at its first number again.

    How far back to look is kept with the numbers, so that a crash in the middle cannot forget it.
    """
    facts = server.select_folder(access.folder)
    uidvalidity = int(facts[b"UIDVALIDITY"])
    if access.uidvalidity == uidvalidity:
        return access
    until = int(facts.get(b"UIDNEXT") or 0) or max(server.search("ALL"), default=0) + 1
    with transaction():
        _renumber(access, uidvalidity, until)
    reached(MailPoint.RENUMBERED)
    return replace(access, uidvalidity=uidvalidity, last_uid=0)


def _renumber(access: ImapAccess, uidvalidity: int, until: int) -> None:
    mailbox = db.session.get_one(Mailbox, access.mailbox_id)
    now = clock.now(db.session)
    mailbox.scan_since = _oldest_wanted(mailbox, access)
    mailbox.uidvalidity, mailbox.last_uid, mailbox.scan_until = uidvalidity, 0, until
    if access.uidvalidity is not None:
        mailbox.renumbered_at = now
        tell(watchers(), News(kind="mail.renumbered", ticket_id=None, at=now))
        log.warning("fetch: mailbox=%d is numbered anew", access.mailbox_id)


def _oldest_wanted(mailbox: Mailbox, access: ImapAccess) -> date:
    """At the first visit: the day before the mailbox was connected, so that years of old mail never become
    tickets and receipts. When the server counts anew: 30 days, and what is known is not taken twice.
    """
    if access.uidvalidity is None:
        return ((mailbox.connected_at or mailbox.created_at) - timedelta(days=1)).date()
    return (clock.now(db.session) - RESCAN).date()


def new_uids(server: IMAPClient, access: ImapAccess) -> list[int]:
    """What lies above our place; `n:*` names the last message even below n, hence the filter."""
    scan = _scan(access)
    above = access.last_uid
    found = set[int]()
    if scan is not None:
        wanted: list[Any] = ["UID", f"{above + 1}:{max(scan.until - 1, above + 1)}", "SINCE", scan.since]
        found = {uid for uid in server.search(wanted) if above < uid < scan.until}
        above = max(above, scan.until - 1)
    found |= {uid for uid in server.search(["UID", f"{above + 1}:*"]) if uid > above}
    return sorted(found)


def end_scan(access: ImapAccess) -> None:
    """Everything below the numbers that were new was looked at; what was not met again has gone."""
    with transaction():
        mailbox = db.session.get_one(Mailbox, access.mailbox_id)
        if mailbox.scan_until is None:
            return
        if mailbox.scan_since is not None and mailbox.uidvalidity == access.uidvalidity:
            _note_gone(access, mailbox.scan_since)
        db.session.execute(
            update(Mailbox)
            .where(Mailbox.id == access.mailbox_id, Mailbox.uidvalidity == access.uidvalidity)
            .where(Mailbox.scan_until.is_not(None))
            .values(
                last_uid=func.greatest(Mailbox.last_uid, Mailbox.scan_until - 1),
                scan_since=None,
                scan_until=None,
            )
        )


def _note_gone(access: ImapAccess, since: date) -> None:
    """A visit that died behind the move could not write it down, and the number it had means nothing now."""
    db.session.execute(
        update(InboundMail)
        .where(InboundMail.mailbox_id == access.mailbox_id, InboundMail.folder == access.folder)
        .where(InboundMail.uidvalidity != access.uidvalidity)
        .where(InboundMail.moved_to.is_not(None), InboundMail.moved_at.is_(None))
        .where(InboundMail.received_at > since + timedelta(days=2))
        .values(moved_at=clock.now(db.session))
    )


def advance(access: ImapAccess, uid: int) -> None:
    """Our place is behind that message now; somebody who was faster, or renumbered, keeps his."""
    db.session.execute(
        update(Mailbox)
        .where(Mailbox.id == access.mailbox_id, Mailbox.uidvalidity == access.uidvalidity)
        .values(last_uid=func.greatest(Mailbox.last_uid, uid))
    )


def unknown(arrivals: list[Arrival]) -> list[Arrival]:
    """Those that are new to us; the others take their new numbers, so that they can still be moved.

    After a renumbering the same bytes are the same message. One that is not known, but came before our last
    complete look at the old numbers, should be: it is marked, and people decide about it.
    """
    if not arrivals:
        return []
    mailbox = db.session.get_one(Mailbox, arrivals[0].mailbox_id)
    scanned = [one for one in arrivals if mailbox.scan_until and (one.uid or 0) < mailbox.scan_until]
    known = {one.uid for one in scanned if _takes_new_number(one)}
    return [_marked(one) if one in scanned else one for one in arrivals if one.uid not in known]


def _scan(access: ImapAccess) -> Scan | None:
    with transaction():
        mailbox = db.session.get_one(Mailbox, access.mailbox_id)
        if mailbox.scan_since is None or mailbox.scan_until is None:
            return None
        return Scan(since=mailbox.scan_since, until=mailbox.scan_until)


def _takes_new_number(arrival: Arrival) -> bool:
    same = (
        select(InboundMail.id)
        .where(InboundMail.mailbox_id == arrival.mailbox_id, InboundMail.sha256 == arrival.sha256)
        .where(InboundMail.uid.is_not(None), InboundMail.uidvalidity != arrival.uidvalidity)
        .order_by(InboundMail.id)
        .limit(1)
    )
    mail = db.session.scalar(same)
    if mail is None:
        return False
    numbers = {"folder": arrival.folder, "uidvalidity": arrival.uidvalidity, "uid": arrival.uid}
    taken = select(InboundMail.id).filter_by(mailbox_id=arrival.mailbox_id, **numbers)
    if db.session.scalar(taken) is None:
        fresh = {"flagged_at": None, "moved_at": None}
        db.session.execute(update(InboundMail).where(InboundMail.id == mail).values({**numbers, **fresh}))
    return True


def _marked(arrival: Arrival) -> Arrival:
    mailbox = db.session.get_one(Mailbox, arrival.mailbox_id)
    looked = mailbox.polled_at if mailbox.renumbered_at else None
    if looked is None or arrival.received_at > looked - SLACK:
        return arrival
    return replace(arrival, reason=RESCANNED)
