"""The talk with a relay: it ends in time, and heeds what the relay says of itself."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from aiosmtpd.controller import Controller

from helpdesk.mail import relay as talk
from helpdesk.mail.compose import address_for, is_foreign
from helpdesk.mail.models import Encryption
from helpdesk.mail.relay import Fate, Parcel, Relay, deliver, knock
from helpdesk.mail.relay_words import id_given, megabytes
from helpdesk.mail.verp import outbox_id_of, return_address
from helpdesk.notifications.models import DeliveryState
from tests.servers import PATIENCE_S, Sink, free_port

HANNA, FOREIGN = "hanna@brightwater.example", "анна@brightwater.example"
KEYS = {1: b"first key", 2: b"second key"}
OURS = "<m.1.2.1.abc@desk.example>"


def a_parcel(*more: str, content: bytes = b"Subject: hi\r\n\r\nHello.\r\n") -> Parcel:
    foreign = tuple(one for one in more if is_foreign(one))
    return Parcel(
        sender="support@fernhill.example",
        recipients=(HANNA, *more),
        content=content,
        foreign=foreign,
        international=content if foreign else None,
    )


def at(port: int) -> Relay:
    return Relay(host="127.0.0.1", port=port, encryption=Encryption.NONE)


def nothing() -> None:
    return


@contextmanager
def a_relay(**options: object) -> Iterator[tuple[int, Sink]]:
    sink, port = Sink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, server_hostname="sink", **options)  # type: ignore[arg-type]
    controller.start()
    try:
        yield port, sink
    finally:
        controller.stop()


@contextmanager
def a_dripping_relay(answers: Callable[[str], str]) -> Iterator[tuple[int, threading.Event]]:
    """Says one letter at a time where `answers` says drip; its port, and whether it was hung up on."""
    listener, is_left = socket.create_server(("127.0.0.1", 0)), threading.Event()
    threading.Thread(target=_talk, args=(listener, answers, is_left), daemon=True).start()
    try:
        yield int(listener.getsockname()[1]), is_left
    finally:
        listener.close()


def _talk(listener: socket.socket, answers: Callable[[str], str], is_left: threading.Event) -> None:
    line, _ = listener.accept()
    with line, line.makefile("rb") as lines, suppress(OSError):
        line.sendall(b"220 slow\r\n")
        for said in iter(lines.readline, b""):
            answer = answers(said.decode().strip())
            if answer == "drip":
                _drip(line)
                return
            if answer:
                line.sendall(answer.encode() + b"\r\n")
    is_left.set()


def _drip(line: socket.socket) -> None:
    """Breaks when the other side hangs up; ends by itself after longer than anybody here should wait."""
    for _ in range(1000):
        line.sendall(b"x")
        time.sleep(0.02)


def test_a_relay_that_never_ends_its_sentence_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "BEFORE_THE_DOT_S", 0.3)
    with a_dripping_relay(lambda said: "drip" if said.startswith("mail") else "250 ok") as (port, is_left):
        outcome = deliver(at(port), a_parcel(), before_the_dot=nothing)
        assert outcome.fates[HANNA].state is DeliveryState.DELAYED
        assert is_left.wait(PATIENCE_S)


def test_one_that_drips_after_the_dot_leaves_the_mail_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "AFTER_THE_DOT_S", 0.3)
    answers = {".": "drip", "DATA": "354 go on", "Subject: hi": "", "": "", "Hello.": ""}
    with a_dripping_relay(lambda said: answers.get(said, "250 ok")) as (port, is_left):
        outcome = deliver(at(port), a_parcel(), before_the_dot=nothing)
        assert outcome.fates[HANNA].state is DeliveryState.UNCERTAIN
        assert not outcome.is_relay_down
        assert is_left.wait(PATIENCE_S)


def test_a_relay_that_is_not_there_is_down_and_one_that_refuses_is_not() -> None:
    outcome = deliver(at(free_port()), a_parcel(), before_the_dot=nothing)
    assert outcome.is_relay_down
    assert outcome.fates[HANNA].state is DeliveryState.DELAYED
    with a_relay() as (port, sink):
        sink.script.recipients = {HANNA: "550 5.1.1 No such user"}
        outcome = deliver(at(port), a_parcel(), before_the_dot=nothing)
    assert not outcome.is_relay_down
    assert outcome.fates[HANNA] == Fate(DeliveryState.FAILED, "550 5.1.1 No such user")


def test_knocking_says_what_is_wrong_and_sends_nothing() -> None:
    assert "Nobody listens on port" in (knock(at(free_port())) or "")
    with a_relay() as (port, sink):
        assert knock(at(port)) is None
        assert sink.taken == []


def test_what_is_larger_than_the_relay_takes_fails_before_it_is_sent() -> None:
    with a_relay(data_size_limit=2_000_000) as (port, sink):
        outcome = deliver(at(port), a_parcel(content=b"x" * 3_000_000), before_the_dot=nothing)
    assert outcome.fates[HANNA] == Fate(
        DeliveryState.FAILED, "The mail has 2.9 MB and the relay takes no more than 2 MB."
    )
    assert sink.taken == []


def test_letters_of_any_language_before_the_at_go_where_the_relay_can_carry_them() -> None:
    with a_relay(enable_SMTPUTF8=True) as (port, sink):
        fates = deliver(at(port), a_parcel(FOREIGN), before_the_dot=nothing).fates
    assert {one.state for one in fates.values()} == {DeliveryState.ACCEPTED}
    assert sink.taken[0].recipients == (HANNA, FOREIGN)
    with a_relay(enable_SMTPUTF8=False) as (port, sink):
        fates = deliver(at(port), a_parcel(FOREIGN), before_the_dot=nothing).fates
    assert fates[FOREIGN].state is DeliveryState.FAILED
    assert fates[HANNA].state is DeliveryState.ACCEPTED
    assert sink.taken[0].recipients == (HANNA,)


@pytest.mark.parametrize(
    ("answer", "host", "given"),
    [
        ("250 2.0.0 Ok: queued as 4F1A2B", "mail.example", None),
        ("250 2.0.0 OK <abc@prod.example> [Hostname=AM1]", "smtp.office365.com", "<abc@prod.example>"),
        (f"250 2.6.0 {OURS} [InternalId=17]", "mail.example", None),
        (
            "250 Ok 0102018f2b3c4d5e-12345678-1234-1234-1234-123456789abc-000000",
            "email-smtp.eu-west-1.amazonaws.com",
            "<0102018f2b3c4d5e-12345678-1234-1234-1234-123456789abc-000000@eu-west-1.amazonses.com>",
        ),
        (
            "250 Ok 0102018f2b3c4d5e-12345678-1234-1234-1234-123456789abc-000000",
            "email-smtp.us-east-1.amazonaws.com",
            "<0102018f2b3c4d5e-12345678-1234-1234-1234-123456789abc-000000@email.amazonses.com>",
        ),
        ("250 Ok 0102018f2b3c4d5e-12345678-1234-1234-1234-123456789abc-000000", "mail.example", None),
        ("550 5.1.1 <hanna@brightwater.example> unknown", "mail.example", None),
    ],
)
def test_the_id_that_a_relay_gives_is_known(answer: str, host: str, given: str | None) -> None:
    assert id_given(answer, host, OURS) == given


def test_the_return_address_leads_to_its_mail_and_no_other() -> None:
    ours = return_address("support@fernhill.example", 4711, KEYS)
    assert outbox_id_of([HANNA, ours.upper()], KEYS) == 4711
    assert outbox_id_of([ours], {1: KEYS[1]}) is None
    assert outbox_id_of([ours.replace("4711", "4712")], KEYS) is None
    long = f"{'x' * 50}@fernhill.example"
    assert return_address(long, 4711, KEYS) == long


def test_domains_are_written_in_punycode() -> None:
    assert address_for("hanna@bücher.example") == "hanna@xn--bcher-kva.example"
    assert address_for(FOREIGN) == FOREIGN


@pytest.mark.parametrize(("size", "words"), [(1, "0.1 MB"), (1024 * 1024, "1 MB"), (3_000_000, "2.9 MB")])
def test_sizes_are_said_in_megabytes(size: int, words: str) -> None:
    assert megabytes(size) == words
