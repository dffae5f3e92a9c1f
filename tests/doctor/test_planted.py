"""Misconfigurations of a fresh firm, each planted in a healthy desk: one line names it, the next its cure."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from click.testing import CliRunner

from helpdesk import clock, schema, secrets_box
from helpdesk.app import create_app
from helpdesk.cli import main
from helpdesk.clock import process_time
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.doctor.examining import examine
from helpdesk.postgres import Urls, add_database, drop_database
from tests.conftest import TEMPLATE, settings_for
from tests.doctor.faults import ANOTHER_MAILBOX, PLANTED
from tests.factories import (
    a_contact,
    a_mailbox,
    a_policy,
    an_administrator,
    an_agent,
    office_hours,
    three_lines,
)
from tests.servers import PASSWORD, Dovecot, Sink, dovecot, free_port, smtp_sink

__all__ = ["dovecot", "smtp_sink"]
pytestmark = pytest.mark.mailserver
_count = itertools.count(1)


@pytest.fixture(scope="session")
def healthy(server: Urls) -> Urls:
    """A desk as it should be: three lines with people, an administrator, a policy with hours, a mailbox."""
    urls = add_database(server, "healthy_desk", template=TEMPLATE)
    with TemporaryDirectory() as folder:
        app = create_app(load_settings(settings_for(urls, Path(folder))), process="command")
        with app.app_context():
            with transaction():
                for team in three_lines():
                    an_agent(team=team)
                an_administrator("Sam Ito")
                a_policy("Standard", default=True, calendar=office_hours("Office"))
                a_mailbox("support@fernhill.example")
                a_contact("Hanna Bell", email="hanna@halden.example")
                db.session.execute(db.text("update account set password_hash = 'argon2id of something'"))
            db.engine.dispose()
    return urls


@pytest.fixture
def urls(server: Urls, healthy: Urls) -> Iterator[Urls]:
    own = add_database(server, f"patient_{next(_count)}", template=healthy.database)
    do(own, "insert into heartbeat (job, beat_at) values ('sweep', now())")
    yield own
    drop_database(own)


@pytest.fixture
def settings(urls: Urls, tmp_path: Path, smtp_sink: Sink) -> Settings:
    (tmp_path / "blobs").mkdir()
    return load_settings(settings_for(urls, tmp_path, HELPDESK_SMTP_URL=smtp_sink.url))


def do(urls: Urls, statement: str, *values: object) -> None:
    connection = psycopg2.connect(urls.owner.replace("+psycopg2", ""))
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
    connection.close()


def wrong(settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with its cure, line by line."""
    return [(one.what, one.cure) for one in examine(settings) if not one.fine]


def test_nothing_is_wrong_with_a_healthy_desk(settings: Settings) -> None:
    assert wrong(settings) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_each_is_named_in_one_line_with_its_cure(urls: Urls, settings: Settings, planted: str) -> None:
    statement, named, cure = PLANTED[planted]
    do(urls, statement)
    [found] = wrong(settings)
    assert found[0].startswith(named)
    assert cure in found[1]


def test_tables_that_are_behind(urls: Urls, settings: Settings) -> None:
    schema.downgrade(urls.owner, "0009")
    assert wrong(settings) == [("The tables are not up to date.", "Run: helpdesk db upgrade")]


def test_a_mailbox_with_a_wrong_password(urls: Urls, settings: Settings, dovecot: Dovecot) -> None:
    read_from(urls, settings, dovecot, password="not that one")
    [(named, cure)] = wrong(settings)
    assert named.startswith("The mailbox support@fernhill.example cannot be read:")
    assert "open support@fernhill.example, correct it and press Try it" in cure


def test_a_mailbox_with_the_right_password_is_fine(urls: Urls, settings: Settings, dovecot: Dovecot) -> None:
    read_from(urls, settings, dovecot, password=PASSWORD)
    assert wrong(settings) == []
    do(urls, "update mailbox set polled_at = now() - interval '16 minutes'")
    [(named, cure)] = wrong(settings)
    assert named == "Nobody has read the mailbox support@fernhill.example for a quarter of an hour."
    assert "helpdesk worker" in cure


def test_a_mailbox_whose_server_is_away(urls: Urls, settings: Settings) -> None:
    read_from(urls, settings, Dovecot("127.0.0.1", free_port()), password=PASSWORD)
    [(named, _cure)] = wrong(settings)
    assert named.startswith("The mailbox support@fernhill.example cannot be read:")


def test_two_mailboxes_on_the_same_folder(urls: Urls, settings: Settings, dovecot: Dovecot) -> None:
    read_from(urls, settings, dovecot, password=PASSWORD)
    do(urls, ANOTHER_MAILBOX)
    [(named, cure)] = wrong(settings)
    assert named.startswith("help@fernhill.example and support@fernhill.example read the same folder INBOX")
    assert "switch it off" in cure


def test_a_secret_key_that_was_changed(urls: Urls, settings: Settings, dovecot: Dovecot) -> None:
    read_from(urls, settings, dovecot, password=PASSWORD)
    [(named, cure)] = wrong(replace(settings, secret_key="another key, long enough to be taken by the desk"))
    assert named.startswith("The password of the mailbox support@fernhill.example cannot be opened")
    assert "Set HELPDESK_SECRET_KEY" in cure


def test_no_way_for_mail_to_leave(settings: Settings) -> None:
    [(named, cure)] = wrong(replace(settings, smtp_url=None))
    assert named == "Mail cannot leave: there is no SMTP server for support@fernhill.example."
    assert "set HELPDESK_SMTP_URL" in cure


def test_links_that_only_this_machine_can_open(urls: Urls, settings: Settings) -> None:
    do(urls, "update mailbox set imap_host = 'mail.fernhill.example', imap_port = 1")
    named = [what for what, _cure in wrong(settings)]
    assert "Links in mails lead to http://127.0.0.1:8000, which only this machine can open." in named


def test_a_folder_of_files_that_is_not_there(settings: Settings) -> None:
    (settings.data_dir / "blobs").rmdir()
    (settings.data_dir / "blobs").symlink_to("/nowhere/share")
    [(named, cure)] = wrong(settings)
    assert named.startswith(f"Attachments cannot be stored in {settings.data_dir}/blobs")
    assert "chown -R" in cure


def test_a_clock_that_is_wrong(settings: Settings) -> None:
    ahead = process_time() + timedelta(minutes=14)
    with clock.frozen(lambda: ahead):
        [(named, cure)] = wrong(settings)
    assert named == "The clock of this machine is 14 minutes ahead of that of the database."
    assert "timedatectl" in cure


def test_a_database_that_is_away(settings: Settings) -> None:
    [(named, cure)] = wrong(replace(settings, database_url="postgresql+psycopg2://x@127.0.0.1:1/x"))
    assert named.startswith("The database does not answer:")
    assert "DATABASE_URL" in cure


@pytest.mark.parametrize(("planted", "code"), [(None, 0), ("no default policy", 1)])
def test_the_command_ends_with_1_when_something_is_wrong(
    urls: Urls, settings: Settings, monkeypatch: pytest.MonkeyPatch, planted: str | None, code: int
) -> None:
    for statement in [PLANTED[planted][0]] if planted else []:
        do(urls, statement)
    for name, value in settings_for(
        urls, settings.data_dir, HELPDESK_SMTP_URL=settings.smtp_url or ""
    ).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == code
    assert done.output.count("WRONG") == code


def read_from(urls: Urls, settings: Settings, server: Dovecot, *, password: str) -> None:
    secrets_box.configure(settings.secret_key)
    do(
        urls,
        "update mailbox set imap_host = %s, imap_port = %s, imap_encryption = 'none', imap_user = 'support',"
        " imap_secret = %s",
        server.host,
        server.port,
        secrets_box.seal(password.encode()),
    )
