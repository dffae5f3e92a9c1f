"""Mails as clients write them, and the short way of putting one into the desk."""

from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count

from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.db import db, transaction
from helpdesk.mail.actions import Arrival, store
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, Mailbox
from helpdesk.tickets.models import Message, Ticket
from tests.factories import a_company, a_contact

HANNA = "hanna.bell@brightwater.example"
SUPPORT = "support@fernhill.example"
_number = count(1)


def hanna() -> Contact:
    """A client whom the desk knows."""
    company = a_company("Brightwater Dental", domain="brightwater.example")
    return a_contact("Hanna Bell", company=company, email=HANNA)


def a_mail(
    text: str = "The printer in room 3 prints blank pages.",
    *,
    sender: str = f"Hanna Bell <{HANNA}>",
    to: str = SUPPORT,
    subject: str = "Prescriptions print blank",
    message_id: str | None = None,
    **headers: str,
) -> EmailMessage:
    """A plain mail; further headers by name, with underscores for hyphens."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = "Wed, 04 Mar 2026 11:00:00 +0000"
    mail["Message-ID"] = message_id or f"<letter{next(_number)}@brightwater.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def arrive(
    mail: EmailMessage | bytes, mailbox: Mailbox, *, now: datetime, envelope_from: str | None = None
) -> int:
    """Store the mail as the doors do; the row's id."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    with transaction():
        stored = store(
            Arrival(
                mailbox_id=mailbox.id,
                raw=raw,
                size=len(raw),
                received_at=now,
                envelope_from=envelope_from,
                envelope_to=(mailbox.address,) if envelope_from is not None else (),
            ),
            now=now,
        )
    assert stored is not None
    return stored


def take_in(mail: EmailMessage | bytes, mailbox: Mailbox, *, now: datetime) -> InboundMail:
    """Store the mail and let the worker turn it into what it is; the row afterwards."""
    stored = arrive(mail, mailbox, now=now)
    process_inbound()
    return db.session.get_one(InboundMail, stored, populate_existing=True)


def tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def messages(ticket: Ticket) -> list[Message]:
    return list(
        db.session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id))
    )


def read(raw: bytes) -> EmailMessage:
    """What a client's mail program sees."""
    mail = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    return mail
