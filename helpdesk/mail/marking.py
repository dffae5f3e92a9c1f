"""Showing people on the server what was taken: flags, and a move to another folder.

Our own progress never depends on it.
"""

import logging
from collections.abc import Callable, Sequence

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import load_only, undefer

from helpdesk import clock
from helpdesk.db import db, end_read, transaction
from helpdesk.killpoints import MailPoint, reached
from helpdesk.mail.mailboxes import ImapAccess, back_off, is_still_ours
from helpdesk.mail.models import LEFT_OVER, InboundMail, Mailbox

SEEN, DELETED = rb"\Seen", rb"\Deleted"
AT_ONCE = 200
log = logging.getLogger(__name__)


def mark(server: IMAPClient, access: ImapAccess, uids: Sequence[int]) -> None:
    """Flag what was just stored, and move it if the mailbox wants that. A refusal is noted, not raised."""
    if uids and _flag(server, access, uids) and access.move_to and access.may_move:
        _move(server, access, list(uids))


def finish_left_over(server: IMAPClient, access: ImapAccess) -> None:
    """Flag and move what an earlier visit stored and had no time, or no permission, to finish."""
    left = db.session.scalars(
        select(InboundMail)
        .where(text(LEFT_OVER), *_here(access))
        .order_by(InboundMail.uid)
        .options(load_only(InboundMail.uid, InboundMail.flagged_at, InboundMail.copied_at))
        .limit(AT_ONCE)
    ).all()
    unflagged = [mail.uid for mail in left if mail.uid and mail.flagged_at is None]
    unmoved = [mail.uid for mail in left if mail.uid]
    twins = [mail.uid for mail in left if mail.uid and mail.copied_at]
    end_read()
    if unflagged and not _flag(server, access, unflagged):
        return
    if unmoved and access.move_to and access.may_move:
        _move(server, access, unmoved, twins=twins, may_lie_there=True)


def _flag(server: IMAPClient, access: ImapAccess, uids: Sequence[int]) -> bool:
    try:
        server.add_flags(uids, [SEEN], silent=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        log.warning("fetch: mailbox=%d refuses flags: %s", access.mailbox_id, type(refusal).__name__)
        return False
    reached(MailPoint.FLAGGED)
    _note(access, uids, flagged=True)
    return True


def _move(
    server: IMAPClient,
    access: ImapAccess,
    uids: list[int],
    *,
    twins: Sequence[int] = (),
    may_lie_there: bool = False,
) -> None:
    """Out of the folder in one step where the server can, else copied once and then deleted."""
    target = access.move_to or ""
    try:
        if server.has_capability("MOVE"):
            _into(server, target, lambda: server.move(uids, target))
        elif not _copy_and_delete(server, access, uids, set(twins), may_lie_there=may_lie_there):
            return
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        _refused(access, str(refusal))
        return
    reached(MailPoint.MOVED)
    with transaction():
        now = clock.now(db.session)
        db.session.execute(
            update(InboundMail).where(*_here(access), InboundMail.uid.in_(uids)).values(moved_at=now)
        )
        db.session.execute(
            update(Mailbox)
            .where(Mailbox.id == access.mailbox_id, Mailbox.move_failures > 0)
            .values(move_error=None, move_failures=0, next_move_at=None)
        )


def _copy_and_delete(
    server: IMAPClient, access: ImapAccess, uids: list[int], twins: set[int], *, may_lie_there: bool
) -> bool:
    """Each is copied once: what was copied before, however it ended, is only deleted here.

    False: somebody else may be here already, and does it. What cannot be excluded is a second copy after a
    server carried out the first so late that the next visit looked before.
    """
    target = access.move_to or ""
    to_copy = [uid for uid in uids if uid not in twins]
    if may_lie_there and to_copy:
        there = _lying_in(server, access, to_copy)
        _note(access, sorted(there), copied=True)
        to_copy = [uid for uid in to_copy if uid not in there]
    if to_copy:
        if not _holds(access):
            return False
        _into(server, target, lambda: server.copy(to_copy, target))
        reached(MailPoint.TWINNED)
        _note(access, to_copy, copied=True)
    server.add_flags(uids, [DELETED], silent=True)
    if server.has_capability("UIDPLUS"):
        server.expunge(uids)
    return True


def _holds(access: ImapAccess) -> bool:
    with transaction():
        return is_still_ours(access, now=clock.now(db.session))


def _into(server: IMAPClient, target: str, step: Callable[[], object]) -> None:
    """Do it; where the folder is missing, make it and do it once more (RFC 3501, TRYCREATE)."""
    try:
        step()
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        if "TRYCREATE" not in str(refusal).upper():
            raise
        server.create_folder(target)
        step()


def _lying_in(server: IMAPClient, access: ImapAccess, uids: list[int]) -> set[int]:
    """Which of these the other folder holds already, byte for byte."""
    mails = db.session.scalars(
        select(InboundMail)
        .where(*_here(access), InboundMail.uid.in_(uids))
        .options(load_only(InboundMail.uid, InboundMail.size, InboundMail.raw))
        .options(undefer(InboundMail.raw))
    ).all()
    wanted = [(mail.uid or 0, mail.size, mail.raw) for mail in mails]
    end_read()
    if not server.folder_exists(access.move_to or ""):
        return set()
    server.select_folder(access.move_to, readonly=True)
    there = set[int]()
    for uid, size, raw in wanted:
        alike = server.search(["LARGER", size - 1, "SMALLER", size + 1])
        found = server.fetch(alike, ["BODY.PEEK[]"]) if alike else {}
        if any(one.get(b"BODY[]") == raw for one in found.values()):
            there.add(uid)
    server.select_folder(access.folder)
    return there


def _refused(access: ImapAccess, said: str) -> None:
    """Keep what the server said, and ask again a little later each time; what was fetched stays fetched."""
    with transaction():
        mailbox = db.session.get_one(Mailbox, access.mailbox_id)
        mailbox.move_failures += 1
        mailbox.move_error = " ".join(said.replace("\x00", "").split())[:500]
        mailbox.next_move_at = clock.now(db.session) + back_off(mailbox.move_failures)
    log.warning("fetch: mailbox=%d refuses to move messages", access.mailbox_id)


def _note(access: ImapAccess, uids: Sequence[int], *, flagged: bool = False, copied: bool = False) -> None:
    """`moved_to` is where a flagged message is to go, until `moved_at` says that it went."""
    if not uids:
        return
    with transaction():
        now = clock.now(db.session)
        values = {"flagged_at": now, "moved_to": access.move_to} if flagged else {}
        values |= {"copied_at": now} if copied else {}
        db.session.execute(
            update(InboundMail).where(*_here(access), InboundMail.uid.in_(uids)).values(values)
        )


def _here(access: ImapAccess) -> tuple[ColumnElement[bool], ...]:
    return (
        InboundMail.mailbox_id == access.mailbox_id,
        InboundMail.folder == access.folder,
        InboundMail.uidvalidity == access.uidvalidity,
    )
