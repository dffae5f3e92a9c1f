"""Signing in without a password: tokens renewed early and once, and nobody left out without being told.

Proved against a token endpoint on this machine and against Dovecot's own OAuth2 check.
"""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock, standstill
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.errors import DomainError
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.grant_models import Flow, MailboxGrant
from helpdesk.mail.jobs import poll_mailboxes
from helpdesk.mail.mailboxes import access_of
from helpdesk.mail.models import InboundMail, Mailbox, SignIn
from helpdesk.mail.oauth.asking import Tokens
from helpdesk.mail.oauth.renewing import NeedsSignIn, keep, locked, token_for
from helpdesk.notifications.models import Notice, Outbox
from helpdesk.postgres import Urls
from helpdesk.secrets_box import seal, unseal
from tests.conftest import NOON, settings_for
from tests.factories import a_mailbox, an_administrator, three_lines
from tests.mail.letters import a_mail
from tests.mail.provider import Provider, a_grant
from tests.servers import PATIENCE_S, Dovecot, running_dovecot

HOUR = timedelta(hours=1)


def kept(mailbox: Mailbox) -> MailboxGrant:
    found = locked(mailbox.id)
    assert found is not None
    return found


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with clock.frozen(lambda: moment):
        yield


def test_a_token_is_kept_until_four_fifths_of_its_life_and_renewed_then(
    calling_desk: Flask, provider: Provider
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    with at(NOON):
        first = token_for(mailbox.id)
    with at(NOON + timedelta(minutes=47)):
        assert token_for(mailbox.id) == first
    with at(NOON + timedelta(minutes=48)):
        second = token_for(mailbox.id)
    assert first != second
    assert [one["grant_type"] for one in provider.asked] == ["refresh_token"] * 2


def test_a_new_refresh_token_is_stored_with_its_access_token_and_the_old_one_is_never_used_again(
    calling_desk: Flask, provider: Provider
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    for round_ in range(4):
        with at(NOON + round_ * HOUR):
            token_for(mailbox.id)
    used = [one["refresh_token"] for one in provider.asked]
    assert len(set(used)) == 4
    assert kept(mailbox).refresh_token not in {None, *(one.encode() for one in used)}


def test_a_provider_that_gives_no_new_refresh_token_leaves_the_old_one_good(
    calling_desk: Flask, provider: Provider
) -> None:
    provider.rotates = False
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    for round_ in range(3):
        with at(NOON + round_ * HOUR):
            token_for(mailbox.id)
    assert {one["refresh_token"] for one in provider.asked} == {"refresh-canary-1"}


def test_microsofts_client_credentials_need_nobody(calling_desk: Flask, provider: Provider) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox, flow=Flow.DESK, refresh_token=None)
    with at(NOON):
        assert token_for(mailbox.id).startswith("access-canary-")
    (asked,) = provider.asked
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "mail")


def test_while_the_provider_is_away_the_token_there_is_serves_to_its_end(
    calling_desk: Flask, provider: Provider
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    with at(NOON):
        first = token_for(mailbox.id)
    provider.says = [(503, b"busy"), (200, b"<html>"), (400, b'{"error": "temporarily_unavailable"}')]
    for _ in range(2):
        with at(NOON + timedelta(minutes=50)):
            assert token_for(mailbox.id) == first
    with at(NOON + HOUR), pytest.raises(DomainError, match="gave no token"):
        token_for(mailbox.id)
    assert kept(mailbox).needs_sign_in_since is None
    with at(NOON + HOUR):
        assert token_for(mailbox.id) != first


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("invalid_grant", "no longer accepts the sign-in"),
        ("invalid_client", "client ID or its secret"),
        ("consent_required", "agreed to once more"),
        ("something_new", "refuses: something_new"),
    ],
)
def test_a_refusal_for_good_asks_for_a_sign_in_and_says_so_once(
    calling_desk: Flask, provider: Provider, code: str, sentence: str
) -> None:
    boss = an_administrator("Sam Ito")
    broken, well = a_mailbox(), a_mailbox("sales@fernhill.example", smtp_host="smtp.fernhill.example")
    broken.smtp_host, broken.smtp_sign_in = "smtp.provider.example", SignIn.OAUTH
    a_grant(provider, broken)
    provider.says = [(400, json.dumps({"error": code}).encode())] * 5
    for _ in range(3):
        with at(NOON), pytest.raises(NeedsSignIn, match=sentence):
            token_for(broken.id)
    assert len(provider.asked) == 1
    notices = db.session.scalars(select(Notice).where(Notice.person_id == boss.id)).all()
    assert [one.kind for one in notices] == ["mail.needs_sign_in"]
    (letter,) = db.session.scalars(select(Outbox)).all()
    assert (letter.mailbox_id, letter.subject) == (
        well.id,
        "The mailbox support@fernhill.example needs a sign-in",
    )
    assert f"/settings/mailboxes/{broken.id}" in letter.body


def test_until_the_token_ends_mail_goes_on_with_a_sign_in_due(
    calling_desk: Flask, provider: Provider
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    with at(NOON):
        first = token_for(mailbox.id)
    provider.says = [(400, b'{"error": "invalid_grant"}')]
    with at(NOON + timedelta(minutes=50)):
        assert token_for(mailbox.id) == first
    assert kept(mailbox).needs_sign_in_since is not None
    with at(NOON + timedelta(minutes=59)):
        assert token_for(mailbox.id) == first
    with at(NOON + HOUR), pytest.raises(NeedsSignIn):
        token_for(mailbox.id)


def test_a_restored_copy_asks_for_no_token_that_the_live_desk_needs(
    calling_desk: Flask, provider: Provider
) -> None:
    with transaction():
        mailbox = a_mailbox()
        a_grant(provider, mailbox)
        standstill.begin(standstill.Reason.RESTORED, now=NOON, backup_made_at=NOON)
    with at(NOON), pytest.raises(DomainError, match="stands still"):
        token_for(mailbox.id)
    assert provider.asked == []
    standstill.end()
    with at(NOON):
        assert token_for(mailbox.id)


@pytest.mark.parametrize(
    "answer",
    [
        (302, b""),
        (200, b"x" * 100_000),
        (200, b'{"access_token": "two\\r\\nlines"}'),
        (200, b'{"access_token": 5}'),
        (200, b"[]"),
        (200, b"[" * 50_000),
        (500, b'{"error": "invalid_grant"}'),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_token_and_no_reason_to_give_up(
    calling_desk: Flask, provider: Provider, answer: tuple[int, bytes]
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    provider.says = [answer]
    with at(NOON), pytest.raises(DomainError):
        token_for(mailbox.id)
    assert kept(mailbox).needs_sign_in_since is None
    with at(NOON):
        assert token_for(mailbox.id)


@pytest.mark.parametrize("life", [5, "soon", None, 10**12, -1])
def test_an_odd_life_of_a_token_is_taken_with_a_grain_of_salt(
    calling_desk: Flask, provider: Provider, life: object
) -> None:
    mailbox = a_mailbox()
    a_grant(provider, mailbox)
    provider.says = [(200, json.dumps({"access_token": "a", "expires_in": life}).encode())]
    with at(NOON):
        assert token_for(mailbox.id) == "a"
    grant = kept(mailbox)
    assert grant.expires_at is not None
    assert NOON + timedelta(seconds=30) <= grant.expires_at <= NOON + timedelta(days=7)


@pytest.fixture
def several(own_database: Urls, tmp_path: Path, provider: Provider) -> tuple[Flask, int]:
    """A desk whose workers see what others have committed, and its mailbox; the provider takes its time."""
    settings = settings_for(own_database, tmp_path, HELPDESK_INNER_HOSTS="127.0.0.1")
    app = create_app(load_settings(settings))
    with app.app_context(), transaction():
        three_lines()
        mailbox = a_mailbox()
        a_grant(provider, mailbox)
        mailbox_id = mailbox.id
    provider.gate.clear()
    return app, mailbox_id


def in_a_worker(app: Flask, mailbox_id: int) -> str:
    with app.app_context():
        return token_for(mailbox_id)


def test_several_workers_at_once_renew_once_and_lose_nothing(
    several: tuple[Flask, int], provider: Provider
) -> None:
    app, mailbox_id = several
    with ThreadPoolExecutor(5) as threads:
        running = [threads.submit(in_a_worker, app, mailbox_id) for _ in range(5)]
        assert provider.arrived.wait(PATIENCE_S)
        provider.gate.set()
        assert len({one.result(PATIENCE_S) for one in running}) == len(provider.asked) == 1
    with app.app_context(), transaction():
        refresh = kept(db.session.get_one(Mailbox, mailbox_id)).refresh_token
        assert refresh is not None
        assert unseal(refresh).decode() in provider.refresh


def test_a_sign_in_that_was_finished_meanwhile_is_not_overwritten_by_a_late_renewal(
    several: tuple[Flask, int], provider: Provider
) -> None:
    app, mailbox_id = several
    with ThreadPoolExecutor(1) as threads:
        late = threads.submit(in_a_worker, app, mailbox_id)
        assert provider.arrived.wait(PATIENCE_S)
        with app.app_context(), transaction():
            now = clock.now(db.session)
            keep(kept(db.session.get_one(Mailbox, mailbox_id)), Tokens(access="newer"), asked_at=now, now=now)
        provider.gate.set()
        assert late.result(PATIENCE_S) == "newer"


@pytest.fixture(scope="module")
def strict_dovecot(signing_in: Provider) -> Iterator[Dovecot]:
    """A Dovecot that asks the provider about every token.

    Its user is not the one of the tests, whose own temporary folder is private.
    """
    with TemporaryDirectory(prefix="desk-oauth-") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "oauth2.conf"
        yield from _asking(signing_in, place)


def _asking(signing_in: Provider, place: Path) -> Iterator[Dovecot]:
    place.write_text(
        f"introspection_url = http://127.0.0.1:{signing_in.port}/introspect\n"
        "introspection_mode = post\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\n"
    )
    passdb = f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {place}\n}}\n"
    patient = "auth_failure_delay = 0\nlogin_trusted_networks = 127.0.0.0/8\n"
    with running_dovecot(f"auth_mechanisms = plain login xoauth2\n{patient}{passdb}") as server:
        yield server


def at_dovecot(server: Dovecot, provider: Provider) -> Mailbox:
    mailbox = a_mailbox(
        imap_host=server.host, imap_port=server.port, imap_user="ada", imap_sign_in=SignIn.OAUTH
    )
    a_grant(provider, mailbox)
    return mailbox


@pytest.mark.mailserver
def test_mail_is_fetched_with_a_token_that_dovecot_has_checked(
    calling_desk: Flask, provider: Provider, strict_dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox = at_dovecot(strict_dovecot, provider)
    strict_dovecot.put("ada", a_mail().as_bytes())
    assert poll_mailboxes() == 1
    assert db.session.scalars(select(InboundMail.mailbox_id)).all() == [mailbox.id]
    assert "canary" not in caplog.text
    assert "canary" not in repr(access_of(mailbox))


@pytest.mark.mailserver
def test_a_token_that_the_server_no_longer_takes_is_renewed_at_once(
    calling_desk: Flask, provider: Provider, strict_dovecot: Dovecot
) -> None:
    mailbox = at_dovecot(strict_dovecot, provider)
    poll_mailboxes()
    assert mailbox.error is None
    provider.access.clear()
    mailbox.next_poll_at = None
    poll_mailboxes()
    assert mailbox.error is None
    assert len(provider.asked) == 2


@pytest.mark.mailserver
def test_a_mailbox_without_a_sign_in_says_so_and_stops_no_other(
    calling_desk: Flask, provider: Provider, strict_dovecot: Dovecot
) -> None:
    shut_out = at_dovecot(strict_dovecot, provider)
    well = a_mailbox("sales@fernhill.example", imap_host=strict_dovecot.host, imap_port=strict_dovecot.port)
    well.imap_user, well.imap_sign_in = "berta", SignIn.OAUTH
    a_grant(provider, well, refresh_token=seal(provider.seed("berta").encode()))
    locked(shut_out.id).refresh_token = seal(b"long gone")  # type: ignore[union-attr]
    strict_dovecot.put("berta", a_mail().as_bytes())
    assert [fetch_mailbox(access_of(one)) for one in (shut_out, well)] == [0, 1]
    assert db.session.scalars(select(InboundMail.mailbox_id)).all() == [well.id]
    assert shut_out.error is not None
    assert "no longer accepts the sign-in" in shut_out.error
