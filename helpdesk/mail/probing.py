"""The mail that a mailbox writes to itself once a day, if it is told to: written, known again, missed."""

import secrets
from datetime import datetime, timedelta

from flask_babel import force_locale
from sqlalchemy import Select, select

from helpdesk.db import db, notify
from helpdesk.i18n import gettext
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.probe_models import MailboxProbe
from helpdesk.mail.tokens import make_marker, newest, read_markers
from helpdesk.mail.watchers import watchers
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import id_domain, instance_id, keys

DAILY = timedelta(days=1)
PATIENCE = timedelta(minutes=30)
LOST = "mail.probe_lost"
NO_TICKET = 0


def write_due(*, now: datetime) -> int:
    """Let every mailbox that is told to, and has not today, write to itself; how many. In any number of
    processes one does it.
    """
    is_due = ~_lately(now).exists()
    locked = db.session.scalars(
        select(Mailbox)
        .where(Mailbox.active, Mailbox.probes_daily, Mailbox.imap_host.is_not(None), is_due)
        .order_by(Mailbox.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    # Somebody may have written between our look and our lock; from here on nobody can.
    still = select(Mailbox).where(Mailbox.id.in_([one.id for one in locked]), is_due).order_by(Mailbox.id)
    due = db.session.scalars(still).all() if locked else ()
    for mailbox in due:
        _write(mailbox, now)
    return len(due)


def _lately(now: datetime) -> Select[int]:
    return select(MailboxProbe.id).where(
        MailboxProbe.mailbox_id == Mailbox.id, MailboxProbe.sent_at > now - DAILY
    )


def _write(mailbox: Mailbox, now: datetime) -> None:
    with force_locale(mailbox.language):
        subject = gettext("The mailbox writes to itself")
        body = gettext(
            "The desk sends this letter once a day to see that mail still leaves and arrives. It takes it in "
            "again by itself; nobody has to do anything."
        )
    mail = Outbox(
        key=f"probe:{mailbox.id}:{now.isoformat()}",
        kind=OutboxKind.NOTICE,
        mailbox_id=mailbox.id,
        rfc_message_id=f"<{secrets.token_hex(16)}@{id_domain()}>",
        subject=subject,
        body=body,
        language=mailbox.language,
        due_at=now,
        created_at=now,
    )
    db.session.add(mail)
    db.session.flush()
    version, key = newest(keys())
    mail.body = f"{body}\n\n{make_marker(key, NO_TICKET, mail.id, version)}\n"
    db.session.add(OutboxRecipient(outbox_id=mail.id, email=mailbox.address, changed_at=now))
    db.session.add(MailboxProbe(mailbox_id=mailbox.id, outbox_id=mail.id, sent_at=now))
    db.session.flush()
    notify("outbox")


def is_probe(mail: Outbox) -> bool:
    """Whether it is one that a mailbox wrote to itself."""
    found = select(MailboxProbe.id).where(MailboxProbe.outbox_id == mail.id)
    return mail.ticket_id is None and db.session.scalar(found) is not None


def came_back(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> bool:
    """Whether it is one of its mailbox's own, known by a mark that nobody else can make; when it came is kept
    the first time.
    """
    if instance_id() not in parsed.loop_marks:
        return False
    marks = [one.message_id for one in read_markers(parsed.text, keys()) if one.ticket_id == NO_TICKET]
    probe = db.session.scalar(
        select(MailboxProbe)
        .where(MailboxProbe.outbox_id.in_(marks), MailboxProbe.mailbox_id == mail.mailbox_id)
        .limit(1)
    )
    if probe is None:
        return False
    probe.returned_at = probe.returned_at or now
    return True


def tell_of_lost(*, now: datetime) -> int:
    """Say once of each that half an hour later a look into its mailbox had not found it; how many.

    A mailbox that nobody can look into is told of by the watchers.
    """
    lost = db.session.scalars(
        select(MailboxProbe)
        .join(Mailbox, Mailbox.id == MailboxProbe.mailbox_id)
        .where(Mailbox.active, Mailbox.probes_daily, MailboxProbe.returned_at.is_(None))
        .where(MailboxProbe.told_at.is_(None), MailboxProbe.sent_at + PATIENCE <= Mailbox.polled_at)
        .order_by(MailboxProbe.id)
        .with_for_update(of=MailboxProbe, skip_locked=True, key_share=True)
    ).all()
    for probe in lost:
        probe.told_at = now
        tell(watchers(), News(kind=LOST, ticket_id=None, at=now))
    return len(lost)
