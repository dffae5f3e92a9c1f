"""A desk whose mailbox lies on a Dovecot, and clients who write to it, for what is measured and broken."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from imapclient import IMAPClient
from sqlalchemy import select, update

from helpdesk import clock, schema
from helpdesk.app import create_app
from helpdesk.clients.actions import add_address
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.demo.firm import found_firm
from helpdesk.demo.placing import ADDRESS
from helpdesk.mail.models import Mailbox
from helpdesk.postgres import embedded
from helpdesk.secrets_box import seal
from tests.servers import PASSWORD, Dovecot

LINES = (
    "Since this morning the export of our contacts stops in the middle of the list.",
    "The report of last month shows two columns less than the one before, and nobody changed it.",
    "My colleague sees the offer, I see an empty page; we both signed in again and it stays like that.",
    "Could you please tell me how to hand over my open deals to Nora while I am away next week?",
    "The telephone link rings, but the window with the client does not come up on three of five desks.",
)
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Letters:
    """Numbered mails of many clients: the same seed writes the same letters."""

    senders: tuple[str, ...]
    seed: int = 1

    def write(self, number: int) -> bytes:
        """The letter of that number, between one and some twenty kilobytes."""
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311  (letters, no secret)
        letter = EmailMessage()
        letter["From"] = self.senders[number % len(self.senders)]
        letter["To"], letter["Subject"] = ADDRESS, f"Letter {number} of {self.seed}"
        letter["Message-ID"] = f"<letter-{self.seed}-{number}@letters.example>"
        letter["Date"] = format_datetime(FIRST + timedelta(minutes=number))
        words = "\n".join(dice.choices(LINES, k=dice.randint(3, 60)))
        letter.set_content(f"Letter number {number}.\n\n{words}\n")
        if number % 3 == 0:
            letter.add_alternative(f"<p>Letter number {number}.</p><p>{words}</p>", subtype="html")
        if number % 10 == 0:
            letter.add_attachment(dice.randbytes(8_000), "image", "png", filename="screen.png")
        for depth, part in enumerate(letter.walk()):
            if part.is_multipart():
                part.set_boundary(f"part-{number}-{depth}")
        return letter.as_bytes()


@contextmanager
def a_database(*, durable: bool) -> Iterator[Settings]:
    """A PostgreSQL of this run alone with an empty desk."""
    with TemporaryDirectory(prefix="mail-desk-") as place:
        Path(place).chmod(0o711)  # PostgreSQL does not run as root, and has to get in
        with embedded(place, durable=durable) as urls:
            schema.upgrade(urls.owner, app_url=urls.app)
            yield load_settings({"HELPDESK_DATA_DIR": place}).with_database(urls.app, urls.owner)


def program(settings: Settings, process: str) -> Flask:
    """The program as that command runs it."""
    return create_app(settings, process=process)


def found(dovecot: Dovecot, people: int, *, port: int | None = None, **more: object) -> tuple[str, ...]:
    """The demo's firm, its mailbox at that server, and so many clients with promises; their addresses.

    The mailbox is switched off until `open_doors`.
    """
    found_firm()
    with transaction():
        now = clock.now(db.session)
        db.session.execute(
            update(Mailbox)
            .where(Mailbox.address == ADDRESS)
            .values(
                active=False,
                imap_host=dovecot.host,
                imap_port=port or dovecot.port,
                imap_user=ADDRESS,
                imap_secret=seal(PASSWORD.encode()),
                created_at=now,
                **more,
            )
        )
        contacts = db.session.scalars(
            select(Contact).join(Company).where(Company.kind == CompanyKind.CLIENT).order_by(Contact.id)
        ).all()
        senders = [f"writer{number}@writers{number % 97}.example" for number in range(people)]
        for number, sender in enumerate(senders):
            add_address(contacts[number % len(contacts)], sender)
        return tuple(senders)


def open_doors() -> None:
    """From now on the mailbox is looked into."""
    with transaction():
        db.session.execute(
            update(Mailbox).where(Mailbox.address == ADDRESS).values(active=True, next_poll_at=None)
        )


def lay_in(dovecot: Dovecot, raws: Iterator[bytes]) -> None:
    """Put the letters into the mailbox as another server would."""
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=60) as client:
        client.login(ADDRESS, PASSWORD)
        for raw in raws:
            client.append("INBOX", raw)
