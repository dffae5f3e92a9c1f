"""Mail from a local mail server by LMTP and through a pipe: stored, or kept by whoever hands it over."""

import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select

from helpdesk import clock, standstill
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.claiming import claim
from helpdesk.mail.cli import mail_commands
from helpdesk.mail.door import open_doors
from helpdesk.mail.handing_in import Outcome, take_in, without_postmark
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.models import InboundMail, InboundState, Mailbox, MailboxAddress
from helpdesk.mail.parsing import parse
from helpdesk.postgres import Urls
from helpdesk.tickets.models import Ticket
from tests.conftest import settings_for
from tests.factories import a_mailbox, three_lines
from tests.mail.letters import HANNA, SUPPORT, a_mail
from tests.servers import free_port

SALES = "sales@fernhill.example"


@pytest.fixture
def place(own_database: Urls, tmp_path: Path) -> dict[str, str]:
    return settings_for(own_database, tmp_path)


@pytest.fixture
def desk(place: dict[str, str]) -> Flask:
    """A desk on a database of its own, since doors work in threads and commands in processes."""
    app = create_app(load_settings(place))
    with app.app_context(), transaction():
        three_lines()
        mailbox = a_mailbox(SUPPORT)
        db.session.add(MailboxAddress(mailbox_id=mailbox.id, email=SALES))
    return app


def stored(desk: Flask) -> list[tuple[str | None, list[str]]]:
    with desk.app_context():
        return [
            (one.envelope_from, one.envelope_to)
            for one in db.session.scalars(select(InboundMail).order_by(InboundMail.id))
        ]


@contextmanager
def lmtp(desk: Flask) -> Iterator[smtplib.LMTP]:
    port = free_port()
    settings = replace(desk.extensions["settings"], lmtp_door_port=port)
    with open_doors(desk, settings), smtplib.LMTP("127.0.0.1", port) as server:
        server.timeout = 20
        yield server


def handed_over(server: smtplib.LMTP, recipients: list[str], content: bytes) -> list[int]:
    """The answers after the data, one for each recipient that was taken."""
    server.ehlo_or_helo_if_needed()
    server.mail(HANNA)
    taken = [one for one in recipients if server.rcpt(one)[0] == 250]
    server.putcmd("data")
    assert server.getreply()[0] == 354
    server.send(content + b"\r\n.\r\n")
    return [server.getreply()[0] for _ in taken]


@pytest.mark.mailserver
def test_by_lmtp_each_recipient_gets_an_answer_of_its_own(desk: Flask) -> None:
    with lmtp(desk) as server:
        answers = handed_over(server, [SUPPORT, "nobody@fernhill.example", SALES], a_mail().as_bytes())
        assert answers == [250, 250]
        assert server.noop()[0] == 250
    assert stored(desk) == [(HANNA, [SUPPORT, SALES])]


@pytest.mark.mailserver
def test_by_lmtp_a_mail_beyond_the_limit_is_refused_to_each_and_the_session_goes_on(desk: Flask) -> None:
    desk.extensions["settings"] = replace(desk.extensions["settings"], mail_limit_mib=1)
    with lmtp(desk) as server:
        assert handed_over(server, [SUPPORT, SALES], b"x\r\n" * 400_000) == [552, 552]
        assert handed_over(server, [SUPPORT], a_mail().as_bytes()) == [250]
    assert len(stored(desk)) == 1


@pytest.mark.mailserver
def test_an_address_that_is_gone_between_its_name_and_the_mail_loses_nothing(desk: Flask) -> None:
    with lmtp(desk) as server:
        server.ehlo_or_helo_if_needed()
        server.mail(HANNA)
        assert server.rcpt(SALES)[0] == 250
        with desk.app_context(), transaction():
            db.session.execute(delete(MailboxAddress))
        server.putcmd("data")
        assert server.getreply()[0] == 354
        server.send(a_mail().as_bytes() + b"\r\n.\r\n")
        assert server.getreply()[0] == 451
    assert stored(desk) == []


def receive(env: dict[str, str], raw: bytes, *options: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "helpdesk", "mail", "receive", *options]
    return subprocess.run(
        command, input=raw, env={**os.environ, **env}, capture_output=True, timeout=60, check=False
    )


def test_a_pipe_ends_well_only_when_the_mail_is_stored(desk: Flask, place: dict[str, str]) -> None:
    done = receive(place, a_mail().as_bytes(), "--to", SALES, "--from", HANNA)
    assert (done.returncode, stored(desk)) == (0, [(HANNA, [SALES])]), done.stderr


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(place: dict[str, str]) -> None:
    away = {**place, "DATABASE_URL": "postgresql://desk@127.0.0.1:1/away"}
    done = receive(away, a_mail().as_bytes(), "--to", SALES)
    assert (done.returncode, done.stdout) == (75, b"")
    assert b"keep the message" in done.stderr


@pytest.mark.parametrize(
    ("options", "raw", "env", "ends"),
    [
        (["--tp", SALES], b"x", {}, 75),
        (["--to"], b"x", {}, 75),
        (["--to", SALES], b"\n", {}, 65),
        (["--to", SALES], b"x" * (1024 * 1024 + 1), {}, 65),
        (["--to", SALES], b"x", {"HELPDESK_PORT": "many"}, 75),
    ],
)
def test_how_the_pipe_ends_before_the_database_is_asked(
    tmp_path: Path, options: list[str], raw: bytes, env: dict[str, str], ends: int
) -> None:
    small = {"HELPDESK_DATA_DIR": str(tmp_path), "HELPDESK_MAIL_LIMIT_MIB": "1"}
    here = {**small, "HELPDESK_ATTACHMENT_LIMIT_MIB": "1", **env}
    done = CliRunner().invoke(mail_commands, ["receive", *options], input=raw, env=here)
    assert done.exit_code == ends, done.output


def test_what_is_no_version_is_said_to_be_none() -> None:
    done = CliRunner().invoke(mail_commands, ["retry", "--read-before", "newest"])
    assert (done.exit_code, "newest is no version" in done.output) == (2, True)


def test_a_mistyped_folder_is_said_to_hold_no_desk_and_gets_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        mail_commands, ["receive", "--data", str(tmp_path)], input=b"x", env={"DATABASE_URL": ""}
    )
    assert (done.exit_code, (tmp_path / "postgres").exists()) == (75, False)
    assert "no desk" in done.output


@pytest.fixture
def open_desk(app: Flask, session: object) -> Flask:
    three_lines()
    a_mailbox(SUPPORT)
    return app


@pytest.mark.parametrize(
    ("recipients", "to", "outcome", "kept_for"),
    [
        ((f"{SUPPORT.upper()}",), "anybody@else.example", Outcome.STORED, SUPPORT.upper()),
        (("nobody@fernhill.example",), SUPPORT, Outcome.NOBODY, None),
        (("nobody@fernhill.example", SUPPORT), SUPPORT, Outcome.STORED, SUPPORT),
        ((), f"Support <support+t.1@{SUPPORT.partition('@')[2]}>", Outcome.STORED, "support+t.1"),
        ((), "anybody@else.example", Outcome.STORED, SUPPORT),
    ],
)
def test_whose_a_mail_from_a_pipe_is(
    open_desk: Flask, recipients: tuple[str, ...], to: str, outcome: Outcome, kept_for: str | None
) -> None:
    found, _sentence = take_in(a_mail(to=to).as_bytes(), recipients, "")
    assert found is outcome
    kept = [one for mail in db.session.scalars(select(InboundMail)) for one in mail.envelope_to]
    assert [one.startswith(kept_for or "") for one in kept[-1:]] == ([True] if kept_for else [])


def test_a_mail_handed_over_once_for_two_mailboxes_says_who_else_has_it(open_desk: Flask) -> None:
    other = a_mailbox("sales@brightwater.example")
    assert take_in(a_mail().as_bytes(), (SUPPORT.upper(), other.address, SUPPORT), HANNA)[0] is Outcome.STORED
    assert process_inbound() == 2
    first, copy = db.session.scalars(select(InboundMail).order_by(InboundMail.id))
    assert (copy.mailbox_id, copy.state, copy.copy_of_id) == (other.id, InboundState.IGNORED, first.id)
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.mailbox_id == first.mailbox_id


@pytest.mark.parametrize(
    ("given", "env", "kind"),
    [
        (None, {}, MailKind.PERSON),
        (None, {"SENDER": HANNA}, MailKind.PERSON),
        ("<>", {"SENDER": HANNA}, MailKind.AUTOMATIC),
        (None, {"SENDER": "MAILER-DAEMON"}, MailKind.AUTOMATIC),
    ],
)
def test_only_a_sender_who_is_said_to_be_nobody_is_a_machine(
    open_desk: Flask,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    env: dict[str, str],
    kind: MailKind,
) -> None:
    monkeypatch.setattr("os.environ", env)
    take_in(a_mail().as_bytes(), (), given)
    (claimed,) = claim(now=clock.now(db.session))
    assert parse(claimed.raw).kind is kind
    assert parse(claimed.raw).delivered_to == (SUPPORT,)


def test_without_any_mailbox_the_mail_waits_outside(open_desk: Flask) -> None:
    db.session.execute(delete(Mailbox))
    assert take_in(a_mail().as_bytes(), (), "")[0] is Outcome.LATER


def test_in_a_copy_where_mail_stands_still_it_waits_outside(open_desk: Flask, now: datetime) -> None:
    standstill.begin(standstill.Reason.RESTORED, now=now, backup_made_at=now)
    assert take_in(a_mail().as_bytes(), (SUPPORT,), "")[0] is Outcome.LATER
    assert db.session.scalars(select(InboundMail)).all() == []


def test_the_line_before_a_message_in_a_pipe_is_not_part_of_it() -> None:
    raw = a_mail().as_bytes()
    assert without_postmark(b"From hanna Mon Mar  2 10:00:00 2026\n" + raw) == raw
    assert without_postmark(raw) == raw
