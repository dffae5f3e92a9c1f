"""What must come out of whole mails, sound and broken."""

import random
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail.headers import Address
from helpdesk.mail.opening import open_mail
from helpdesk.mail.parsing import ParsedMail, parse
from tests.effort import effort

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.eml"))


def read(name: str) -> ParsedMail:
    return parse((SAMPLES / f"{name}.eml").read_bytes())


def mail(head: str, body: str = "Hello", *, encoding: str = "utf-8") -> ParsedMail:
    return parse(f"{head}\r\n\r\n{body}\r\n".encode(encoding, "surrogateescape"))


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in strings(one)]
    if is_dataclass(value):
        return [text for one in fields(value) for text in strings(getattr(value, one.name))]
    return []


def check_storable(found: ParsedMail) -> None:
    for text in strings(found):
        assert "\0" not in text
        text.encode("utf-8")
    assert found.reply + found.quoted == found.text


def test_a_russian_mail_in_three_character_sets_is_read() -> None:
    found = read("plain_russian")
    assert found.subject == "Не печатается накладная № 17"
    assert found.from_name == "Анна Ковалёва"
    assert found.text == "Добрый день, помогите.\n-- \nАнна"
    assert found.reply == "Добрый день, помогите.\n"


def test_people_are_read_with_names_that_hold_commas() -> None:
    found = read("plain_russian")
    assert found.to == (Address("Support, CRM", "support@helpdesk.example"),)
    assert found.cc == (Address("", "sklad@sever-opt.example"),)
    assert found.from_email == "anna.kovaleva@sever-opt.example"
    assert found.delivered_to == ("support@helpdesk.example",)


def test_a_picture_that_the_html_names_is_inline_and_a_file_is_not() -> None:
    picture, file = read("picture_inside").attachments
    assert (picture.name, picture.inline, picture.content_id) == ("shot.png", True, "shot1@brightmill")
    assert (file.name, file.inline, file.content) == ("Счёт No 5.pdf", False, b"%PDF-")


def test_text_and_html_of_one_mail_are_both_kept() -> None:
    found = read("picture_inside")
    assert found.text == "See the picture."
    assert found.html.startswith("<p>See the picture.</p>")


def test_an_enclosed_mail_is_a_file_named_by_its_subject_and_its_words_stay_inside() -> None:
    found = read("enclosed_mail")
    assert [one.name for one in found.attachments] == ["Old_new price.eml", "invite.ics"]
    assert found.text == "As agreed."
    assert found.forwarded_from_email == "jon@quarry.example"


def test_the_outermost_forwarded_sender_is_found() -> None:
    assert read("forwarded").forwarded_from_email == "hugo@fjordline.example"


def test_a_boundary_that_never_occurs_is_guessed() -> None:
    found = read("broken_boundary")
    assert found.text == "The words survive."
    assert [one.name for one in found.attachments] == ["part-1.zip"]
    assert "the declared boundary does not occur" in found.defects


def test_a_mail_without_id_gets_one_from_its_bytes() -> None:
    first, second = mail("From: a@b.example\r\nX: 1"), mail("From: a@b.example\r\nX: 2")
    assert first.message_id.endswith("@missing.local>")
    assert first.message_id != second.message_id


@pytest.mark.parametrize("given", ["<" + "知" * 400 + "@x.example>", "知" * 400 + "@x.example"])
def test_an_id_that_no_index_holds_is_known_again_in_answers(given: str) -> None:
    found = parse(f"Message-ID: {given}\r\nIn-Reply-To: <{given.strip('<>')}>\r\n\r\nHello".encode())
    assert found.in_reply_to == (found.message_id,)
    assert len(found.message_id.encode()) <= 998


def test_two_copies_of_one_mail_have_one_fingerprint() -> None:
    head = "From: a@b.example\r\nDate: Mon, 1 Jun 2026 10:00:00 +0000\r\nReceived: by x{}"
    assert mail(head.format(1)).fingerprint == mail(head.format(2)).fingerprint
    assert mail(head.format(1)).fingerprint != mail(head.format(1), "Other").fingerprint


@pytest.mark.parametrize(
    ("head", "email"),
    [
        ("From: ", ""),
        ("X: nobody", ""),
        ("From: undisclosed\r\nReply-To: Eva <eva@x.example>", "eva@x.example"),
        ("Return-Path: <bob@x.example>", "bob@x.example"),
        ("From: carl@x.example (Carl)", "carl@x.example"),
        ("From: carl @ x.example", "carl@x.example"),
        ("From: <carl@x.example>, dora@x.example", "carl@x.example"),
        ('From: "carl@fake.example" <dora@x.example>', "dora@x.example"),
        ("From: Team: carl@x.example, dora@x.example;", "carl@x.example"),
        ("From: =?utf-8?q?carl=40x=2Eexample?= <dora@x.example>", "dora@x.example"),
    ],
)
def test_the_sender_is_found_in_odd_headers(head: str, email: str) -> None:
    assert mail(head).from_email == email


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("=?utf-8?q?Fr=C3?= =?utf-8?q?=B6sche?=", "Frösche"),
        ("=?UTF-8?B?0J/RgNC40LLQtdGC?=", "Привет"),
        ("=?x-unknown?q?caf=E9?=", "café"),
        ("=?utf-8?q?a_b?= c =?utf-8?q?d?=", "a b c d"),
        ("=?utf-8?b?not base64 at all", "=?utf-8?b?not base64 at all"),
        ("one\r\n  two", "one  two"),
        ("a\u202eb", "ab"),
    ],
)
def test_encoded_subjects_are_read(subject: str, expected: str) -> None:
    assert mail(f"Subject: {subject}").subject == expected


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-r"])
def test_raw_eight_bit_headers_are_guessed(encoding: str) -> None:
    found = mail("Subject: Не открывается карточка клиента", encoding=encoding)
    assert found.subject == "Не открывается карточка клиента"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (r"C:\temp\report.xlsx", "report.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("e\u0301t\u00e9.txt", "été.txt"),
        ("=?utf-8?q?=D0=90.txt?=", "А.txt"),
    ],
)
def test_file_names_are_shown_without_tricks(given: str, shown: str) -> None:
    found = mail(f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{given}"')
    assert [one.name for one in found.attachments] == [shown]


def test_utf_7_is_not_decoded_in_a_body() -> None:
    found = mail("Content-Type: text/plain; charset=utf-7", "+ADw-script+AD4-")
    assert found.text.strip() == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(10_000)),
        b"Content-Type: message/rfc822\n\n" * 10_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000,
        b"X: y\n" * 5_000 + b"\nbody",
        b"X: " + b"y" * 300_000 + b"\n\nbody",
    ],
    ids=["nested multiparts", "nested mails", "parts", "header lines", "header bytes"],
)
def test_a_mail_beyond_the_limits_is_flagged_and_not_raised(raw: bytes) -> None:
    found = parse(b"From: a@b.example\nSubject: Big\nMIME-Version: 1.0\n" + raw)
    assert found.is_too_complex
    assert found.subject == "Big"


def test_twenty_levels_are_still_read() -> None:
    levels = (b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(20))
    found = parse(b"".join(levels) + b"Content-Type: text/plain\n\ndeep")
    assert (found.text, found.is_too_complex) == ("deep", False)


@pytest.mark.parametrize(
    ("head", "encrypted", "signed"),
    [
        ("Content-Type: multipart/encrypted; boundary=b", True, False),
        ("Content-Type: multipart/signed; boundary=b", False, True),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", True, False),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", False, True),
    ],
)
def test_encrypted_and_signed_mails_are_recognised(head: str, encrypted: bool, signed: bool) -> None:
    found = mail(head, "--b\r\n\r\nx\r\n--b--")
    assert (found.is_encrypted, found.is_signed) == (encrypted, signed)


def test_a_file_written_into_the_text_in_the_old_way_is_taken_out() -> None:
    found = mail("From: a@b.example", "Look:\r\nbegin 644 note.txt\r\n%2&5L;&\\`\r\n`\r\nend\r\n")
    assert [(one.name, one.content) for one in found.attachments] == [("note.txt", b"Hello")]
    assert "begin" not in found.text


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("SGVsbG8=", b"Hello"),
        ("SGVsbG8", b"Hello"),
        ("SGVs!bG8=", b"Hello"),
        ("SGU=eA==", b"Hex"),
        ("S", b""),
    ],
)
def test_damaged_base64_gives_what_can_be_read(body: str, content: bytes) -> None:
    found = mail("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64", body)
    assert found.attachments[0].content == content


@given(st.binary(max_size=3_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    check_storable(parse(raw))


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_sample_is_read(name: str) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    chance = random.Random(name)
    for _ in range(60):
        damaged = bytearray(raw)
        for _ in range(12):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        check_storable(parse(bytes(damaged[: chance.randrange(len(damaged))])))


def test_a_subject_without_end_is_read_as_far_as_it_is_kept() -> None:
    subject = b"Subject: " + b"=?utf-8?q?door_?= " * 50_000
    raw = b"From: eva@harbour.example\r\n" + subject + b"\r\n\r\nIt sticks."
    found, cost = effort(lambda: parse(raw))
    assert (found.subject[:9], found.from_email) == ("door door", "eva@harbour.example")
    assert cost < 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Message-ID", b"<a" + b" " * 40_000 + b"b"),
        ("References", b" " * 40_000),
        ("From", b"x" * 200_000),
        ("Cc", b"=?utf-8?Q?" * 20_000),
        ("X-Failed-Recipients", b"1" * 200_000),
        ("Subject", b"Undelivered mail\r\n\r\n" + b"\n" * 200_000),
    ],
)
def test_no_header_or_report_takes_long_to_read(name: str, value: bytes) -> None:
    raw = b"Return-Path: <>\r\nSender: mailer-daemon@x.example\r\n" + name.encode() + b": " + value
    _, cost = effort(lambda: parse(raw))
    assert cost < 200


@pytest.mark.parametrize("odd", ["a_" * 6_000, "a1@" * 2_000, "~/" * 6_000, "<!--" * 5_000])
def test_words_that_no_database_could_index_are_too_complex(odd: str) -> None:
    found = open_mail(f"From: eve@x.example\r\n\r\n{odd}\r\n".encode())
    assert (found.is_too_complex, found.from_email) == (True, "eve@x.example")


@pytest.mark.parametrize(
    "usual",
    [
        "anna_bell@firm.example," * 2_000,
        "foo_bar_baz " * 9_000,
        "<!-- x -->" * 9_000,
        "-_" * 1_500,
        "x" * 200_000,
    ],
)
def test_long_lists_names_and_comments_are_words_like_others(usual: str) -> None:
    assert not open_mail(f"From: eve@x.example\r\n\r\n{usual}\r\n".encode()).is_too_complex
