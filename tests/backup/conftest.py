"""A small desk in a database of its own, and empty databases and folders for its copies."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from helpdesk import blobs, secrets_box
from helpdesk.app import create_app
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.demo.seeding import seed_tickets
from helpdesk.mail.models import Mailbox
from helpdesk.postgres import Urls, add_database, drop_database
from helpdesk.tickets.models import Attachment, Message
from tests.conftest import settings_for
from tests.servers import dovecot, smtp_sink

__all__ = ["dovecot", "smtp_sink"]

PASSWORD = b"open-sesame"
CONTENTS = (b"%PDF a plan of the ground floor", b"a log of yesterday\n" * 4000, b"\x89PNG a picture")
_count = itertools.count(1)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can pass, unlike pytest's when root runs it."""
    with TemporaryDirectory(prefix="desk-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def furnished(server: Urls) -> Urls:
    """A database with thirty tickets, from which each test takes a copy."""
    urls = add_database(server, "furnished_desk", template="template_desk")
    with TemporaryDirectory() as folder:
        app = create_app(load_settings(settings_for(urls, Path(folder))), process="command")
        with app.app_context():
            seed_tickets(30, seed=5)
            db.session.remove()
            db.engine.dispose()
    return urls


@pytest.fixture
def urls(server: Urls, furnished: Urls) -> Iterator[Urls]:
    own = add_database(server, f"source_{next(_count)}", template=furnished.database)
    yield own
    drop_database(own)


@pytest.fixture
def settings(urls: Urls, place: Path) -> Settings:
    return load_settings(settings_for(urls, place / "data"))


@pytest.fixture
def desk(settings: Settings) -> Iterator[Flask]:
    """A desk with tickets, attachments and a mailbox whose password is sealed."""
    app = create_app(settings, process="command")
    with app.app_context():
        with transaction():
            _add_files()
            for mailbox in db.session.query(Mailbox):
                mailbox.imap_secret = secrets_box.seal(PASSWORD)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def empty_database(server: Urls) -> Iterator[Callable[[], Urls]]:
    """Makes databases without anything in them, with the two roles of the README."""
    made: list[Urls] = []

    def make() -> Urls:
        made.append(add_database(server, f"copy_{next(_count)}"))
        return made[-1]

    yield make
    for one in made:
        drop_database(one)


def _add_files() -> None:
    message_ids = list(db.session.scalars(db.select(Message.id).order_by(Message.id).limit(len(CONTENTS))))
    for message_id, content in zip(message_ids, CONTENTS, strict=True):
        db.session.add(
            Attachment(
                message_id=message_id,
                name=f"file {message_id}",
                content_type="application/octet-stream",
                size=len(content),
                sha256=blobs.store(content),
            )
        )
