"""What leaves: headers that thread, bodies that arrive, and nothing that a field smuggles in."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from helpdesk.errors import BadInput
from helpdesk.mail.compose import Kind, Outgoing, OutgoingFile, build, chain
from helpdesk.mail.headers import Address
from helpdesk.mail.parsing import parse

MAIL = Outgoing(
    from_name="Firm support",
    from_email="support@helpdesk.example",
    to=(Address("Анна, Ковалёва", "anna@sever-opt.example"),),
    subject="[HD#1042] Не печатается накладная после обновления, и это очень длинная тема письма",
    text="Добрый день!\n.\nСтрока\n",
    message_id="<m.1042.77.1.aaaaaaaaaaaaaaaaaaaa.o9@helpdesk.example>",
    sent_at=datetime(2026, 6, 1, 10, 0, tzinfo=UTC),
    instance_id="desk-a",
    reply_to="support+t.1042.77.1.aaaaaaaaaaaaaaaaaaaa@helpdesk.example",
    in_reply_to="<last@sever-opt.example>",
    references=("<first@sever-opt.example>", "<ours@helpdesk.example>"),
)
MACHINE_HEADERS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop")


def read(outgoing: Outgoing) -> EmailMessage:
    found = email.message_from_bytes(build(outgoing), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_our_own_reader_gets_back_what_was_written() -> None:
    found = parse(build(MAIL))
    assert found.subject == MAIL.subject
    assert found.to == MAIL.to
    assert found.text == "Добрый день!\n.\nСтрока"
    assert found.references == (*MAIL.references, MAIL.in_reply_to)
    assert found.reply_to == (Address("Firm support", MAIL.reply_to),)


def test_the_standard_reader_gets_it_too() -> None:
    found = read(MAIL)
    assert found["Subject"] == MAIL.subject
    assert found["To"].addresses[0].display_name == "Анна, Ковалёва"
    assert found["Message-ID"] == MAIL.message_id


@pytest.mark.parametrize("html", [None, "<p>Добрый день!</p>\r<p>x" + "y" * 3_000 + "</p>"])
def test_lines_end_with_crlf_and_are_short_and_plain(html: str | None) -> None:
    raw = build(replace(MAIL, html=html, text="a\rb\nc\r\n" + "x" * 2_000))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


def test_html_always_has_a_plain_twin() -> None:
    found = read(replace(MAIL, html="<p>Hello <b>Anna</b></p>", text=""))
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert found.get_body(("plain",)).get_content().strip() == "Hello Anna"  # type: ignore[union-attr]


def test_pictures_go_with_the_page_and_files_behind() -> None:
    files = (
        OutgoingFile("shot.png", "image/png", b"PNG", "shot@helpdesk"),
        OutgoingFile("Счёт № 5.pdf", "application/pdf", b"%PDF"),
        OutgoingFile("mail.eml", "message/rfc822", b"X: y\n\nz"),
    )
    found = parse(build(replace(MAIL, html='<img src="cid:shot@helpdesk">', files=files)))
    assert [(one.name, one.inline) for one in found.attachments] == [
        ("shot.png", True),
        ("Счёт № 5.pdf", False),
        ("mail.eml", False),
    ]
    assert found.attachments[2].content == b"X: y\n\nz"


def test_a_persons_reply_carries_no_mark_of_a_machine() -> None:
    found = read(MAIL)
    assert [name for name in MACHINE_HEADERS if name in found] == []
    assert MAIL.envelope_sender == "support@helpdesk.example"


@pytest.mark.parametrize(
    ("kind", "auto", "precedence"),
    [(Kind.NOTICE, "auto-generated", None), (Kind.ACKNOWLEDGEMENT, "auto-replied", "bulk")],
)
def test_what_the_desk_says_by_itself_asks_for_no_answer(
    kind: Kind, auto: str, precedence: str | None
) -> None:
    outgoing = replace(MAIL, kind=kind)
    found: Any = read(outgoing)
    assert [found[name] for name in MACHINE_HEADERS] == [auto, "All", precedence, "desk-a"]
    assert outgoing.envelope_sender == "<>"
    assert parse(build(outgoing)).is_auto


def test_a_long_chain_keeps_its_first_and_its_last_twenty() -> None:
    ids = tuple(f"<{number}@x.example>" for number in range(60))
    assert chain(ids, "<60@x.example>") == (ids[0], *ids[41:], "<60@x.example>")


def test_long_ids_are_sent_as_they_are() -> None:
    long = tuple(f"<{'x' * 150}{number}@mail.example>" for number in range(20))
    assert parse(build(replace(MAIL, references=long))).references == (*long, MAIL.in_reply_to)


def test_ids_that_would_break_a_header_are_left_out() -> None:
    evil = ("<a@b>\r\nBcc: <c@d>", "<a b@c>", "no id", "<" + "x" * 900 + "@y>", "<ok@x.example>")
    assert chain(evil, "") == ("<ok@x.example>",)


def test_a_foreign_domain_is_written_in_punycode() -> None:
    found = read(replace(MAIL, to=(Address("", "anna@почта.example"),)))
    assert found["To"] == "anna@xn--80a1acny.example"


SIGNS = ["\r\n", "\n", "\r", "\0", "\u2028", "\u2029", "\x85", "\x0b", "\ud800"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "change",
    [
        lambda evil: replace(MAIL, subject=evil),
        lambda evil: replace(MAIL, from_name=evil),
        lambda evil: replace(MAIL, from_email=f"a{evil}@x.example"),
        lambda evil: replace(MAIL, to=(Address(evil, "a@x.example"),)),
        lambda evil: replace(MAIL, to=(Address("", f"a@x.example{evil}"),)),
        lambda evil: replace(MAIL, cc=(Address("", f"a{evil}@x.example"),)),
        lambda evil: replace(MAIL, reply_to=f"a{evil}@x.example"),
        lambda evil: replace(MAIL, message_id=f"<a{evil}@x.example>"),
        lambda evil: replace(MAIL, kind=Kind.NOTICE, instance_id=evil),
    ],
    ids=["subject", "from name", "from", "to name", "to", "cc", "reply to", "message id", "instance"],
)
def test_a_field_that_would_add_a_header_is_refused(change: Any, sign: str) -> None:
    with pytest.raises(BadInput):
        build(change(f"x{sign}Bcc: victim@x.example"))


@pytest.mark.parametrize("sign", SIGNS[:-1])
def test_a_file_name_adds_no_header(sign: str) -> None:
    file = OutgoingFile(f"a{sign}X-Evil: 1{sign}.txt", "text/plain\r\nX-Evil: 1", b"x")
    assert b"\nX-Evil" not in build(replace(MAIL, files=(file,)))


@pytest.mark.parametrize(
    "address", ["", "nobody", "@x.example", "a@", "a b@x.example", "a@x.example, b@x.example"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        build(replace(MAIL, to=(Address("", address),)))


@pytest.mark.parametrize("count", [0, 51])
def test_a_mail_goes_to_somebody_and_to_at_most_fifty(count: int) -> None:
    people = tuple(Address("", f"p{number}@x.example") for number in range(count))
    with pytest.raises(BadInput):
        build(replace(MAIL, to=people))
