"""How a mailbox fares, on its own page and in the list: last success, last mail, what waits, what fails."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.mail.jobs import probe_mailboxes
from helpdesk.mail.models import Mailbox
from helpdesk.mail.probe_models import MailboxProbe
from tests.browsing import form, sign_in
from tests.factories import a_mailbox, an_administrator, three_lines
from tests.mail.letters import a_mail, arrive
from tests.moments import at

REFUSAL = "move failed: OVERQUOTA"
PLACES = ("/settings/mailboxes/{}", "/settings/mailboxes")


@pytest.fixture
def mailbox(client: FlaskClient, session: object, now: datetime) -> Mailbox:
    three_lines()
    mailbox = a_mailbox(imap_host="imap.fernhill.example", polled_at=now, move_to="Old", imap_user="us")
    sign_in(client, an_administrator())
    return mailbox


def pages(client: FlaskClient, mailbox: Mailbox) -> tuple[str, str]:
    db.session.commit()
    one, every = (client.get(place.format(mailbox.id)).text for place in PLACES)
    return one.partition("How it fares")[2], every


def test_a_quiet_mailbox_says_when_it_was_looked_into_and_that_nothing_waits(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    one, every = pages(client, mailbox)
    assert now.isoformat()[:16] in one
    assert "none yet" in one
    assert "none yet" in every
    assert "nothing waits" in one
    assert "cannot be moved" not in one + every


def test_what_waits_and_what_failed_is_said(client: FlaskClient, mailbox: Mailbox, now: datetime) -> None:
    for hours in (2, 1):
        arrive(a_mail(), mailbox, now=now - timedelta(hours=hours))
    mailbox.error, mailbox.failing_since = "Nobody answers there.", now
    one, every = pages(client, mailbox)
    assert "2 messages wait" in one
    assert (now - timedelta(hours=1)).isoformat()[:16] in one
    assert (now - timedelta(hours=1)).isoformat()[:16] in every
    assert "Nobody answers there." in one
    assert "Nobody answers there." in every


@pytest.mark.parametrize(
    ("returned", "minutes", "words"),
    [(42, 1, "42 seconds"), (None, 5, "on its way since"), (None, 31, "not come back")],
)
def test_the_last_round_trip_is_said_where_the_mailbox_writes_to_itself(
    client: FlaskClient, mailbox: Mailbox, now: datetime, returned: int | None, minutes: int, words: str
) -> None:
    mailbox.probes_daily, sent_at = True, now - timedelta(minutes=minutes)
    db.session.commit()
    with at(sent_at):
        probe_mailboxes()
    if returned:
        probe = db.session.scalars(select(MailboxProbe)).one()
        probe.returned_at = sent_at + timedelta(seconds=returned)
    one, _ = pages(client, mailbox)
    assert words in one.partition("Round trip")[2].partition("</div>")[0]


def test_mail_that_cannot_be_moved_is_said_until_another_folder_is_given(
    client: FlaskClient, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.move_error, mailbox.move_failures = REFUSAL, 3
    mailbox.next_move_at = now + timedelta(minutes=15)
    for page in pages(client, mailbox):
        assert REFUSAL in page
    page = client.get(f"/settings/mailboxes/{mailbox.id}").text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    sheet = {
        "address": mailbox.address,
        "name": mailbox.name,
        "language": "en",
        "imap_host": "imap.fernhill.example",
        "imap_encryption": "none",
        "imap_user": "us",
        "imap_password": "k9-Quiet",
        "smtp_encryption": "none",
        "move_to": "Archive",
        "version": version,
    }
    assert client.post(f"/settings/mailboxes/{mailbox.id}", data=form(**sheet)).status_code == 303
    for page in pages(client, mailbox):
        assert REFUSAL not in page
    db.session.expire_all()
    kept = db.session.get_one(Mailbox, mailbox.id)
    assert (kept.move_to, kept.next_move_at) == ("Archive", None)
