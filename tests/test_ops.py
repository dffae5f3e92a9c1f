"""Alive, ready, and what strangers learn of it."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk import heartbeat
from helpdesk.db import db
from helpdesk.notifications.models import Outbox, OutboxKind
from tests.browsing import sign_in
from tests.conftest import NOON
from tests.factories import a_mailbox, an_administrator, an_agent


def a_beat(at: datetime = NOON, error: str | None = None) -> None:
    heartbeat.beat("sweep", now=at, error=error)
    db.session.commit()


def test_alive_is_always_ok(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_ready_when_everything_runs(client: FlaskClient, now: datetime) -> None:
    a_beat()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "worker": "ok",
            "jobs": "ok",
            "outgoing_mail": "ok",
            "mailboxes": "ok",
        },
    }


def test_not_ready_without_a_worker(client: FlaskClient, now: datetime) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["worker"] == "not ok"


def test_not_ready_when_the_worker_is_silent_for_long(client: FlaskClient, now: datetime) -> None:
    a_beat(NOON - timedelta(minutes=3))
    assert client.get("/readyz").status_code == 503


def test_not_ready_while_a_mailbox_cannot_be_read(client: FlaskClient, now: datetime) -> None:
    a_beat()
    a_mailbox("support@helpdesk.example").failing_since = NOON
    db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "support@helpdesk.example" not in answer.text


@pytest.mark.parametrize(
    ("minutes", "field", "status"),
    [(14, "polled_at", 200), (16, "polled_at", 503), (16, "next_poll_at", 503), (25, "created_at", 503)],
)
def test_not_ready_while_a_mailbox_is_silent(
    minutes: int, field: str, status: int, client: FlaskClient, now: datetime
) -> None:
    a_beat()
    mailbox = a_mailbox("support@helpdesk.example", imap_host="imap.helpdesk.example")
    setattr(mailbox, field, NOON - timedelta(minutes=minutes))
    db.session.commit()
    answer = client.get("/readyz")
    said = answer.get_json()["checks"]["mailboxes"]
    assert (answer.status_code, said) == (status, "ok" if status == 200 else "not ok")


def a_letter(key: str, at: datetime, **more: object) -> None:
    """A mail of the outbox, written at that moment."""
    letter = {
        "kind": OutboxKind.NOTICE,
        "rfc_message_id": f"<{key}@desk.example>",
        "due_at": at,
        "attempts": 0,
    }
    words = {"subject": "Solved", "body": "It works again.", "language": "en"}
    db.session.add(Outbox(key=key, created_at=at, **{**letter, **words, **more}))
    a_beat()


def test_not_ready_while_mail_waits_that_should_have_gone(client: FlaskClient, now: datetime) -> None:
    a_letter("late", NOON - timedelta(minutes=6))
    assert client.get("/readyz").status_code == 503


def test_not_ready_while_every_mail_is_put_off_again_and_again(client: FlaskClient, now: datetime) -> None:
    a_letter("put off", NOON - timedelta(hours=2), attempts=4, due_at=NOON + timedelta(hours=1))
    answer = client.get("/readyz")
    assert answer.json is not None
    assert (answer.status_code, answer.json["checks"]["outgoing_mail"]) == (503, "not ok")


def test_ready_while_one_mail_is_put_off_and_others_leave(client: FlaskClient, now: datetime) -> None:
    a_letter("put off", NOON - timedelta(hours=2), attempts=4, due_at=NOON + timedelta(hours=1))
    a_letter("sent", NOON - timedelta(hours=1), attempts=1, finished_at=NOON - timedelta(hours=1))
    assert client.get("/readyz").status_code == 200


def test_an_agent_learns_no_details(client: FlaskClient, now: datetime) -> None:
    a_beat(error="ConnectionRefusedError")
    sign_in(client, an_agent())
    assert "sweep" not in client.get("/readyz").text


def test_an_administrator_reads_what_is_wrong(client: FlaskClient, now: datetime) -> None:
    a_beat(error="ConnectionRefusedError")
    sign_in(client, an_administrator())
    answer = client.get("/readyz")
    assert answer.json is not None
    assert answer.json["checks"]["jobs"] == "not ok: sweep"
