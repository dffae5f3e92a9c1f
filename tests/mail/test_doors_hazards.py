"""What mail servers do to a desk: die at any step, count anew, refuse moves, hang, hand over rubbish."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from flask import Flask
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from sqlalchemy import func, select

from helpdesk import clock, killpoints
from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.killpoints import MailPoint
from helpdesk.mail import listening
from helpdesk.mail.actions import retry
from helpdesk.mail.fetching import fetch_mailbox
from helpdesk.mail.imap import TROUBLE
from helpdesk.mail.imap import session as imap_session
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.mailboxes import access_of
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.mail.reading import NoReader, reader
from helpdesk.notifications.models import Notice
from helpdesk.secrets_box import seal
from tests.choosing import chosen
from tests.factories import a_mailbox, an_administrator, three_lines
from tests.mail.letters import a_mail, hanna, messages, tickets
from tests.servers import PASSWORD, Dovecot

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.mailserver]


class Died(BaseException):
    """As if the process had ended here."""


@pytest.fixture
def mailbox(session: object, dovecot: Dovecot, request: pytest.FixtureRequest) -> Mailbox:
    """A mailbox of this test alone on the running server."""
    three_lines()
    hanna()
    name = f"{abs(hash(request.node.nodeid)):x}@fernhill.example"
    return a_mailbox(
        name,
        imap_host=dovecot.host,
        imap_port=dovecot.port,
        imap_user=name,
        imap_secret=seal(PASSWORD.encode()),
    )


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where a kill is armed, the step breaks off as by kill -9."""

    def die(*_: object) -> None:
        raise Died

    monkeypatch.setattr("helpdesk.killpoints.os.kill", die)
    yield
    killpoints._Armed.point = None


def poll(mailbox: Mailbox) -> int:
    db.session.commit()
    return fetch_mailbox(access_of(mailbox))


def rows() -> list[InboundMail]:
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def told(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == kind)) or 0


def lying(dovecot: Dovecot, mailbox: Mailbox, folder: str) -> int:
    with dovecot.as_user(mailbox.address) as client:
        if not client.folder_exists(folder):
            return 0
        client.select_folder(folder)
        return len(client.search("ALL"))


def without_move(monkeypatch: pytest.MonkeyPatch) -> None:
    has = IMAPClient.has_capability
    monkeypatch.setattr(IMAPClient, "has_capability", lambda self, name: name != "MOVE" and has(self, name))


@pytest.mark.usefixtures("mortal")
@pytest.mark.parametrize("point", list(MailPoint))
def test_whoever_dies_at_any_step_leaves_one_mail_one_ticket_and_one_message(
    mailbox: Mailbox,
    dovecot: Dovecot,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    point: MailPoint,
) -> None:
    without_move(monkeypatch)
    mailbox.move_to = "Done"
    raw = a_mail().as_bytes()
    dovecot.put(mailbox.address, raw)
    killpoints.arm(point)
    with suppress(Died):
        poll(mailbox)
        process_inbound()
    killpoints._Armed.point = None
    db.session.rollback()
    with clock.frozen(lambda: now + timedelta(minutes=10)):
        poll(mailbox)
        process_inbound()
    (mail,), (ticket,) = rows(), tickets()
    assert len(messages(ticket)) == 1
    assert mail.raw.replace(b"\r\n", b"\n") == raw
    assert (mail.state, mail.moved_to, mail.moved_at is None) == (InboundState.PROCESSED, "Done", False)
    assert [lying(dovecot, mailbox, folder) for folder in ("INBOX", "Done")] == [0, 1]


def test_fetched_mail_goes_to_the_folder_that_was_wished(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime
) -> None:
    mailbox.move_to = "Archive"
    dovecot.put(mailbox.address, a_mail().as_bytes())
    poll(mailbox)
    assert [lying(dovecot, mailbox, folder) for folder in ("INBOX", "Archive")] == [0, 1]
    assert rows()[0].moved_at == now


def test_a_visit_that_was_overtaken_copies_nothing_and_the_other_one_does(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_move(monkeypatch)
    mailbox.move_to, mailbox.next_poll_at = "Done", now + timedelta(minutes=5)
    db.session.commit()
    slow = access_of(mailbox, now=now)
    mailbox.next_poll_at = now + timedelta(minutes=10)
    dovecot.put(mailbox.address, a_mail().as_bytes())
    db.session.commit()
    assert fetch_mailbox(slow) == 1
    assert [lying(dovecot, mailbox, folder) for folder in ("INBOX", "Done")] == [1, 0]
    poll(mailbox)
    assert [lying(dovecot, mailbox, folder) for folder in ("INBOX", "Done")] == [0, 1]


def test_what_was_moved_by_a_visit_that_died_is_known_as_gone_when_its_server_counts_anew(
    mailbox: Mailbox, dovecot: Dovecot, mortal: None
) -> None:
    mailbox.move_to = "Done"
    dovecot.put(mailbox.address, a_mail().as_bytes())
    killpoints.arm(MailPoint.MOVED)
    with suppress(Died):
        poll(mailbox)
    killpoints._Armed.point = None
    db.session.rollback()
    rows()[0].uidvalidity = mailbox.uidvalidity = 7
    assert rows()[0].moved_at is None
    poll(mailbox)
    assert rows()[0].moved_at is not None
    assert lying(dovecot, mailbox, "Done") == 1


def test_a_refused_move_is_shown_and_retried_and_never_fetches_again(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise IMAPClientError("move failed: [OVERQUOTA] Quota exceeded")

    mailbox.move_to = "Archive"
    dovecot.put(mailbox.address, a_mail().as_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "move", full)
        counts = [poll(mailbox) for _ in range(3)]
    assert (counts, len(rows()), mailbox.failures) == ([1, 0, 0], 1, 0)
    assert "OVERQUOTA" in (mailbox.move_error or "")
    assert (mailbox.next_move_at or now) > now
    poll(mailbox)
    assert (rows()[0].moved_at, mailbox.move_error, lying(dovecot, mailbox, "INBOX")) == (now, None, 0)


def test_a_server_that_counts_anew_opens_no_ticket_twice_and_is_told_once(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_administrator()
    for number in range(3):
        dovecot.put(mailbox.address, a_mail(f"letter {number}").as_bytes())
    poll(mailbox)
    process_inbound()
    count_anew(monkeypatch)
    dovecot.put(mailbox.address, a_mail("a new one").as_bytes())
    assert [poll(mailbox), poll(mailbox)] == [1, 0]
    process_inbound()
    assert (len(tickets()), len(rows()), told("mail.renumbered")) == (4, 4, 1)
    assert len({(mail.uidvalidity, mail.uid) for mail in rows()}) == 4


def test_a_month_of_unknown_mail_behind_new_numbers_waits_for_people(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll(mailbox)
    with dovecot.as_user(mailbox.address) as client:
        for number in range(3):
            client.append("INBOX", a_mail(f"old {number}").as_bytes(), msg_time=now - timedelta(days=9))
        client.append("INBOX", a_mail("ancient").as_bytes(), msg_time=now - timedelta(days=40))
    count_anew(monkeypatch)
    assert poll(mailbox) == 3
    process_inbound()
    assert [mail.state for mail in rows()] == [InboundState.QUARANTINED] * 3
    assert tickets() == []


def count_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    select_folder = IMAPClient.select_folder

    def other(client: IMAPClient, *args: object, **more: object) -> dict[bytes, object]:
        facts = select_folder(client, *args, **more)
        return {**facts, b"UIDVALIDITY": int(facts[b"UIDVALIDITY"]) + 1}

    monkeypatch.setattr(IMAPClient, "select_folder", other)


def unparsable(_answer: dict[int, object]) -> object:
    raise IMAPClientError("could not parse the answer")


def silent(answer: dict[int, object]) -> object:
    """As servers do that cannot render a message: all is well, and nothing is said of it."""
    return {uid: facts for uid, facts in answer.items() if uid != 1}


@pytest.mark.parametrize("withheld", [unparsable, silent])
def test_a_message_that_the_server_cannot_hand_over_is_held_and_the_next_one_comes(
    mailbox: Mailbox,
    dovecot: Dovecot,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    withheld: Callable[[dict[int, object]], object],
) -> None:
    for subject in ("first", "second"):
        dovecot.put(mailbox.address, a_mail(subject=subject).as_bytes())
    fetch = IMAPClient.fetch

    def rubbish(client: IMAPClient, uids: list[int], items: list[str]) -> object:
        is_body = 1 in uids and "BODY.PEEK[]" in items
        return withheld(fetch(client, uids, items)) if is_body else fetch(client, uids, items)

    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "fetch", rubbish)
        assert poll(mailbox) == 1
        for minutes in (2, 10):
            with clock.frozen(lambda minutes=minutes: now + timedelta(minutes=minutes)):  # type: ignore[misc]
                poll(mailbox)
    process_inbound()
    assert [ticket.subject for ticket in tickets()] == ["second"]
    held = next(mail for mail in rows() if mail.uid == 1)
    assert (held.state, held.attempts) == (InboundState.QUARANTINED, 3)
    retry(held, by=system_id(), now=now)
    db.session.commit()
    poll(mailbox)
    process_inbound()
    assert {ticket.subject for ticket in tickets()} == {"first", "second"}


def test_a_message_over_which_the_line_breaks_three_times_is_stepped_over(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("first", "second"):
        dovecot.put(mailbox.address, a_mail(subject=subject).as_bytes())
    fetch = IMAPClient.fetch

    def breaks(client: IMAPClient, uids: list[int], items: list[str]) -> object:
        if 1 in uids and "BODY.PEEK[]" in items:
            raise IMAPClientAbortError("connection lost")
        return fetch(client, uids, items)

    monkeypatch.setattr(IMAPClient, "fetch", breaks)
    assert [poll(mailbox) for _ in range(5)] == [0, 0, 0, 1, 0]
    assert {mail.uid: mail.sha256 == "" for mail in rows()} == {1: True, 2: False}


def test_of_a_huge_mail_the_ticket_has_the_words_and_names_what_stayed(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, app: Flask
) -> None:
    letter = a_mail("The film of the fault is attached.")
    letter.add_attachment(bytes(1_600_000), "video", "mp4", filename="fault.mp4")
    dovecot.put(mailbox.address, letter.as_bytes())
    with chosen(app, mail_limit_mib=1):
        poll(mailbox)
        process_inbound()
    (mail,), (ticket,) = rows(), tickets()
    (message,) = messages(ticket)
    assert (mail.is_partial, len(mail.raw) < 5_000, mail.size > 2_000_000) == (True, True, True)
    assert "The film of the fault" in message.text
    assert any("fault.mp4, 2 MB" in str(sign) for sign in message.evidence)


def test_a_server_that_greets_and_says_no_more_is_cut_off(mailbox: Mailbox, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox.imap_port = silent.getsockname()[1]

        def greet() -> None:
            line, _ = silent.accept()
            with line, line.makefile("rb") as said, suppress(OSError):
                line.sendall(b"* OK Hello\r\n")
                tag = said.readline().partition(b" ")[0]
                line.sendall(b"* CAPABILITY IMAP4rev1\r\n%b OK Done\r\n* OK, but" % tag)
                said.read()  # until the other side hangs up

        threading.Thread(target=greet, daemon=True).start()
        with (
            pytest.raises(TROUBLE) as trouble,
            imap_session(access_of(mailbox), longest=timedelta(seconds=0.3)),
        ):
            pytest.fail("It answered.")
    assert not isinstance(trouble.value, TimeoutError), "it took the patience of a single answer"


def test_whoever_listens_has_the_mailbox_looked_into_as_soon_as_something_comes(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = threading.Event()

    def call(access: object) -> bool:
        called.set()
        raise listening.Renewed

    monkeypatch.setattr(listening, "_call", call)
    access = access_of(mailbox)
    db.session.commit()
    longest = {"longest": timedelta(minutes=1)}
    listener = threading.Thread(target=listening.listen, args=(access,), kwargs=longest, daemon=True)
    listener.start()
    while not called.wait(0.15):
        assert listener.is_alive()
        dovecot.put(mailbox.address, a_mail().as_bytes())
    listener.join()


def test_a_program_that_cannot_read_holds_no_mail(
    mailbox: Mailbox, dovecot: Dovecot, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.put(mailbox.address, a_mail().as_bytes())
    poll(mailbox)

    def broken(_raw: bytes) -> None:
        raise NoReader

    with monkeypatch.context() as patch:
        patch.setattr(reader, "read", broken)
        for minutes in (0, 2, 4, 6):
            later = now + timedelta(minutes=minutes)
            with clock.frozen(lambda later=later: later), pytest.raises(NoReader):  # type: ignore[misc]
                process_inbound()
    with clock.frozen(lambda: now + timedelta(minutes=8)):
        process_inbound()
    assert (rows()[0].state, rows()[0].attempts) == (InboundState.PROCESSED, 1)
