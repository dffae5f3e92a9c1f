"""How messages are copied from an IMAP mailbox: stored and committed first, then marked on the server."""

import logging
import time
from datetime import timedelta

from flask import current_app
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.killpoints import MailPoint, reached
from helpdesk.mail import unobtained
from helpdesk.mail.actions import Arrival, store_all
from helpdesk.mail.copying import ODD, TOGETHER, Listed, Unobtainable, copies, listed, together
from helpdesk.mail.imap import TROUBLE, sentence, session
from helpdesk.mail.mailboxes import JOB_BUDGET, ImapAccess, note_failure, note_success
from helpdesk.mail.marking import finish_left_over, mark
from helpdesk.mail.numbering import advance, end_scan, new_uids, settle, unknown

WORKING_TIME = JOB_BUDGET - timedelta(minutes=1)  # the last answer may take its minute
STUMBLES = 3
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
    return stored


def _fetch(access: ImapAccess) -> int:
    """One visit; what does not fit into its time is taken up at once by the next one."""
    give_up, stored, is_complete = time.monotonic() + WORKING_TIME.total_seconds(), 0, True
    with session(access) as server:
        access = settle(server, access)
        finish_left_over(server, access)
        stored += _again(server, access)
        at_most = 1 if _stumbled(access) else TOGETHER
        for group in together(listed(server, new_uids(server, access)), at_most=at_most):
            stored += _take(server, access, group)
            if time.monotonic() > give_up:
                is_complete = False
                break
        else:
            end_scan(access)
    with transaction():
        note_success(access.mailbox_id, is_complete=is_complete, now=clock.now(db.session))
    return stored


def _take(server: IMAPClient, access: ImapAccess, group: list[Listed]) -> int:
    """Copy a few, commit them with our place behind them, then tell the server; how many were new."""
    try:
        arrivals = copies(server, access, group)
    except (Unobtainable, *ODD) as trouble:
        if isinstance(trouble, IMAPClientAbortError):
            _stumble(access, group, trouble)
            raise
        return _one_by_one(server, access, group, trouble)
    except TROUBLE as trouble:
        _stumble(access, group, trouble)
        raise
    reached(MailPoint.COPIED)
    return _keep(server, access, group, arrivals)


def _keep(server: IMAPClient, access: ImapAccess, group: list[Listed], arrivals: list[Arrival]) -> int:
    with transaction():
        new = unknown(arrivals)
        stored = store_all(new, now=clock.now(db.session))
        advance(access, group[-1].uid)
        reached(MailPoint.STORED)
    reached(MailPoint.KEPT)
    _stumbles().pop(access.mailbox_id, None)
    mark(server, access, [one.uid for one in new if one.uid])  # the others may be half moved: left over
    return len(stored)


def _one_by_one(server: IMAPClient, access: ImapAccess, group: list[Listed], trouble: Exception) -> int:
    """One of them cannot be had: the others come alone, and this one is noted and asked for again later."""
    if len(group) > 1:
        return sum(_take(server, access, [mail]) for mail in group)
    with transaction():
        unobtained.note(access, group[0], str(trouble), now=clock.now(db.session))
        advance(access, group[0].uid)
    return 0


def _again(server: IMAPClient, access: ImapAccess) -> int:
    """Ask once more for messages that the server could not hand over before."""
    with transaction():
        due = unobtained.due(access, now=clock.now(db.session))
    stored = 0
    for mail in listed(server, due):
        try:
            (arrival,) = copies(server, access, [mail]) or (None,)
        except Unobtainable as trouble:
            with transaction():
                unobtained.note(access, mail, str(trouble), now=clock.now(db.session))
            continue
        if arrival is not None:
            with transaction():
                stored += unobtained.came(access, arrival, now=clock.now(db.session))
            mark(server, access, [mail.uid])
    return stored


def _stumble(access: ImapAccess, group: list[Listed], trouble: Exception) -> None:
    """The line broke over these. When it breaks over one message three times, that one is stepped over."""
    uid, before = group[0].uid, _stumbles().get(access.mailbox_id, (0, 0))
    times = before[1] + 1 if before[0] == uid and len(group) == 1 else 1
    _stumbles()[access.mailbox_id] = (uid, times)
    if times < STUMBLES or len(group) > 1:
        return
    with transaction():
        unobtained.note(access, group[0], str(trouble), now=clock.now(db.session))
        advance(access, uid)
    _stumbles().pop(access.mailbox_id)


def _stumbled(access: ImapAccess) -> bool:
    return access.mailbox_id in _stumbles()


def _stumbles() -> dict[int, tuple[int, int]]:
    """By mailbox: the message over which its line broke, and how often in a row."""
    kept: dict[int, tuple[int, int]] = current_app.extensions.setdefault("mailbox_stumbles", {})
    return kept
