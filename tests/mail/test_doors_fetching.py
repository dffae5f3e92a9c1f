"""Copying mail from a real Dovecot: each message once, whatever happens between commit and flag."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from helpdesk import clock
from helpdesk.db import db
from helpdesk.mail.copying import HEAD_OF_HUGE
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.jobs import poll_mailboxes, probe_mailboxes, process_inbound, send_outbox, watch_mailboxes
from helpdesk.mail.mailboxes import access_of, back_off, claim_due
from helpdesk.mail.models import Encryption, InboundMail, Mailbox
from helpdesk.mail.queries import mailbox_states
from helpdesk.notifications.models import Notice
from helpdesk.secrets_box import seal
from tests.choosing import chosen
from tests.factories import a_mailbox, an_administrator, three_lines
from tests.mail.letters import a_mail, tickets
from tests.servers import PASSWORD, Dovecot, Sink, free_port

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.mailserver]


@pytest.fixture
def mailbox(session: object, dovecot: Dovecot, request: pytest.FixtureRequest) -> Mailbox:
    """A mailbox of this test alone on the running server."""
    three_lines()
    name = f"{abs(hash(request.node.nodeid)):x}@fernhill.example"
    return a_mailbox(
        name,
        imap_host=dovecot.host,
        imap_port=dovecot.port,
        imap_user=name,
        imap_secret=seal(PASSWORD.encode()),
    )


def stored() -> list[InboundMail]:
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def poll(mailbox: Mailbox) -> int:
    return fetch_mailbox(access_of(mailbox))


def test_a_mail_in_the_mailbox_becomes_a_ticket(mailbox: Mailbox, dovecot: Dovecot, now: datetime) -> None:
    dovecot.put(mailbox.address, a_mail(to=mailbox.address).as_bytes())
    assert poll_mailboxes() == 1
    process_inbound()
    (ticket,) = tickets()
    assert (ticket.subject, ticket.mailbox_id) == ("Prescriptions print blank", mailbox.id)


def test_what_a_mailbox_writes_to_itself_goes_the_whole_way(
    mailbox: Mailbox, dovecot: Dovecot, relay: Sink, now: datetime
) -> None:
    mailbox.probes_daily = True
    db.session.commit()
    probe_mailboxes()
    send_outbox()
    dovecot.put(mailbox.address, relay.taken[0].raw)
    poll_mailboxes()
    process_inbound()
    (mail,), (state,) = stored(), mailbox_states(now)
    assert state.probe is not None
    assert (mail.state, mail.reason, state.probe.seconds, tickets()) == ("ignored", "own_probe", 0, [])


def test_the_bytes_are_those_of_the_server_and_the_mail_is_marked_as_read(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime
) -> None:
    dovecot.put(mailbox.address, a_mail().as_bytes())
    poll(mailbox)
    (mail,) = stored()
    assert b"The printer in room 3" in mail.raw
    assert (mail.size, mail.flagged_at) == (len(mail.raw), now)
    with dovecot.as_user(mailbox.address) as client:
        assert client.get_flags([mail.uid])[mail.uid] >= (rb"\Seen",)


def test_a_second_look_finds_nothing_new(mailbox: Mailbox, dovecot: Dovecot, now: datetime) -> None:
    dovecot.put(mailbox.address, a_mail().as_bytes())
    assert [poll(mailbox), poll(mailbox), poll(mailbox)] == [1, 0, 0]
    assert len(stored()) == 1


def test_a_mail_that_somebody_has_read_on_his_phone_is_fetched_all_the_same(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime
) -> None:
    dovecot.put(mailbox.address, a_mail().as_bytes())
    with dovecot.as_user(mailbox.address) as client:
        client.add_flags(client.search("ALL"), [rb"\Seen"])
    assert poll(mailbox) == 1


def test_a_connection_lost_before_the_flag_doubles_nothing(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_client: IMAPClient, *_: object, **__: object) -> None:
        raise IMAPClientAbortError("connection lost")

    dovecot.put(mailbox.address, a_mail().as_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "add_flags", breaks)
        poll(mailbox)
    assert [mail.flagged_at for mail in stored()] == [None]
    assert "connection lost" in (mailbox.error or "")
    assert poll(mailbox) == 0
    assert [mail.flagged_at for mail in stored()] == [now]
    assert mailbox.error is None


def test_mail_from_before_the_mailbox_was_connected_stays_where_it_is(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime
) -> None:
    old, recent = mailbox.created_at - timedelta(days=30), mailbox.created_at + timedelta(days=1)
    with IMAPClient(dovecot.host, dovecot.port, ssl=False) as client:
        client.login(mailbox.address, PASSWORD)
        client.append("INBOX", a_mail("an old one").as_bytes(), msg_time=old)
        client.append("INBOX", a_mail("a recent one").as_bytes(), msg_time=recent)
    poll(mailbox)
    assert b"a recent one" in stored()[-1].raw
    assert not any(b"an old one" in mail.raw for mail in stored())


def test_a_new_numbering_of_the_same_mails_doubles_nothing(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime
) -> None:
    raw = a_mail().as_bytes()
    dovecot.put(mailbox.address, raw)
    poll(mailbox)
    with IMAPClient(dovecot.host, dovecot.port, ssl=False) as client:
        client.login(mailbox.address, PASSWORD)
        client.create_folder("Fresh")
        client.append("Fresh", raw)
        client.append("Fresh", a_mail("new").as_bytes())
    mailbox.uidvalidity = (mailbox.uidvalidity or 0) - 1
    (mail,) = stored()
    mail.uidvalidity, mail.folder, mailbox.imap_folder = mailbox.uidvalidity, "Fresh", "Fresh"
    assert poll(mailbox) == 1
    assert len(stored()) == 2


def test_of_a_huge_mail_only_the_beginning_is_fetched(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, app: Flask
) -> None:
    dovecot.put(mailbox.address, a_mail("word " * 300_000).as_bytes())
    with chosen(app, mail_limit_mib=1):
        poll(mailbox)
    (mail,) = stored()
    assert (len(mail.raw) < HEAD_OF_HUGE + 1000, mail.size > 1_500_000, mail.is_partial) == (True, True, True)
    process_inbound()
    assert tickets()[0].subject == "Prescriptions print blank"


def test_a_server_that_is_away_shows_at_the_mailbox_and_is_tried_again_later(
    mailbox: Mailbox, now: datetime
) -> None:
    mailbox.imap_port = free_port()
    assert poll_mailboxes() == 0
    assert mailbox.error
    assert "Nobody listens on port" in mailbox.error
    assert (mailbox.failing_since, mailbox.failures) == (now, 1)
    assert mailbox.next_poll_at == now + timedelta(minutes=1)


def test_after_a_quarter_of_an_hour_without_an_answer_somebody_is_told_once(
    mailbox: Mailbox, now: datetime
) -> None:
    boss = an_administrator()
    mailbox.imap_port = free_port()
    for minutes in (0, 1, 3, 7, 15, 30):
        with clock.frozen(lambda minutes=minutes: now + timedelta(minutes=minutes)):  # type: ignore[misc]
            poll(mailbox)
            watch_mailboxes()
    told = db.session.scalars(select(Notice.kind).where(Notice.person_id == boss.id)).all()
    assert told == ["mail.mailbox_failing"]


def test_visits_that_all_die_before_their_end_are_told_of_too(mailbox: Mailbox, now: datetime) -> None:
    boss, mailbox.polled_at = an_administrator(), now
    watch_mailboxes()
    for minutes in range(0, 40, 5):
        with clock.frozen(lambda minutes=minutes: now + timedelta(minutes=minutes)):  # type: ignore[misc]
            assert claim_due(now=now + timedelta(minutes=minutes)) is not None
            watch_mailboxes()
    told = db.session.scalars(select(Notice).where(Notice.person_id == boss.id)).one()
    assert (told.kind, told.created_at) == ("mail.mailbox_failing", now + timedelta(minutes=15))


def test_the_waiting_grows_to_a_quarter_of_an_hour() -> None:
    minutes = [back_off(failures) // timedelta(minutes=1) for failures in (1, 2, 3, 4, 5, 50)]
    assert minutes == [1, 2, 4, 8, 15, 15]


def test_a_wrong_password_is_said_without_the_password(mailbox: Mailbox, now: datetime) -> None:
    mailbox.imap_secret = seal(b"not the word")
    poll(mailbox)
    assert ": [AUTHENTICATIONFAILED]" in (mailbox.error or "")
    assert "not the word" not in (mailbox.error or "")


def test_a_line_that_cannot_be_protected_is_refused(mailbox: Mailbox, now: datetime) -> None:
    mailbox.imap_encryption = Encryption.TLS
    poll(mailbox)
    assert "does not speak TLS" in (mailbox.error or "")


def conditions(now: datetime) -> list[str]:
    return [state.condition for state in mailbox_states(now)]


def test_each_mailbox_says_how_it_fares(mailbox: Mailbox, dovecot: Dovecot, now: datetime) -> None:
    mailbox.connected_at = now
    assert conditions(now) == ["waiting"]
    poll(mailbox)
    assert conditions(now) == ["well"]
    assert conditions(now + timedelta(minutes=16)) == ["silent"]
    mailbox.imap_port = free_port()
    poll(mailbox)
    assert conditions(now) == ["failing"]
    mailbox.imap_host = None
    mailbox.failing_since = None
    assert conditions(now) == ["door"]


def test_a_mailbox_that_answers_again_is_well(mailbox: Mailbox, dovecot: Dovecot, now: datetime) -> None:
    mailbox.imap_port = free_port()
    poll_mailboxes()
    mailbox.imap_port = dovecot.port
    later = now + timedelta(minutes=2)
    with clock.frozen(lambda: later):
        poll_mailboxes()
    assert (mailbox.error, mailbox.failures, mailbox.failing_since) == (None, 0, None)
    assert mailbox.polled_at == later


def test_a_look_that_the_database_broke_off_is_taken_up_at_once(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def database_goes(*_: object, **__: object) -> None:
        raise OperationalError("select 1", {}, Exception("the server closed the connection"))

    dovecot.put(mailbox.imap_user or "", a_mail(subject="While it went").as_bytes())
    with monkeypatch.context() as away:
        away.setattr(IMAPClient, "select_folder", database_goes)
        with pytest.raises(OperationalError):
            poll_mailboxes()
    assert poll_mailboxes() == 1
