"""Mailboxes, mails, mail texts and the firm's logo as things of the permission table."""

from sqlalchemy import select

from helpdesk import blobs, firm
from helpdesk.accounts.models import Person
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.catcher import ENVELOPE, SUFFIX
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.mail.settings import mark
from tests.conftest import NOON
from tests.factories import (
    a_mailbox,
)
from tests.permissions.placed import CANARY, Placed
from tests.permissions.ticket_things import a_placed_ticket


def a_placed_mailbox(relation: str, person: Person | None) -> Placed:
    """A mailbox of the desk, or none."""
    if relation == "missing":
        return Placed({"mailbox_id": 999_999}, {"mark": ""})
    address = f"{CANARY.lower()}@fernhill.example"
    found = db.session.scalar(select(Mailbox).where(Mailbox.address == address))
    mailbox = found or a_mailbox(address, signature=CANARY)
    return Placed({"mailbox_id": mailbox.id}, {"mark": mark(mailbox)})


def a_mail_text(relation: str, person: Person | None) -> Placed:
    """An occasion that the desk writes on, or none."""
    return Placed({"number": 1 if relation == "known" else 99})


def a_logo(relation: str, person: Person | None) -> Placed:
    """The firm's own logo, or a file that is none."""
    digest = blobs.store(b"a picture" if relation == "own" else CANARY.encode())
    if relation == "own":
        row = firm.the_firm()
        row.logo_sha256, row.logo_type = digest, "image/png"
        firm.touched(row)
    return Placed({"digest": digest})


def a_held_mail(relation: str, person: Person | None) -> Placed:
    """A mail that became no ticket, or none."""
    if relation == "missing":
        return Placed({"mail_id": 999_999})
    return Placed({"mail_id": _stored_mail(InboundState.QUARANTINED).id})


def a_mail_on_a_ticket(relation: str, person: Person | None) -> Placed:
    """The mail from which a ticket was made; the ticket stands in the relation."""
    if relation == "missing":
        return Placed({"mail_id": 999_999})
    mail = _stored_mail(InboundState.PROCESSED)
    mail.ticket_id = a_placed_ticket(relation, person).url["number"]
    return Placed({"mail_id": mail.id})


def _stored_mail(state: InboundState) -> InboundMail:
    mailbox = db.session.scalar(select(Mailbox)) or a_mailbox()
    mail = InboundMail(
        mailbox_id=mailbox.id,
        raw=f"From: {CANARY}@halden.example\r\nSubject: {CANARY}\r\n\r\n{CANARY}\r\n".encode(),
        size=100,
        sha256=CANARY,
        received_at=NOON,
        next_try_at=NOON,
        state=state,
        subject=CANARY,
    )
    db.session.add(mail)
    db.session.flush()
    return mail


def a_caught_letter(relation: str, person: Person | None) -> Placed:
    """A mail that the demo caught; the folder is the desk's own."""
    if relation == "missing":
        return Placed({"key": "20260304-110000-000000-9999"})
    folder = settings().data_dir / "caught"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"20260304-110000-000000-0001{SUFFIX}"
    file.write_bytes(f"{ENVELOPE}: hanna@halden.example\r\nSubject: Hello\r\n\r\nHello\r\n".encode())
    return Placed({"key": file.name.removesuffix(SUFFIX)})
