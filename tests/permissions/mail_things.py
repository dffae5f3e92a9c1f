"""Mailboxes, mail texts and the firm's logo as things of the permission table."""

from sqlalchemy import select

from helpdesk import blobs, firm
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.mail.models import Mailbox
from helpdesk.mail.settings import mark
from tests.factories import a_mailbox
from tests.permissions.placed import CANARY, Placed


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
