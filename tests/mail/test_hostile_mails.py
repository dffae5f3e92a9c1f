"""Mails made to break the reader: none does, and whatever is read can be stored."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.mail.body_alone import open_body
from helpdesk.mail.inspecting import EMPTY, seen_in, seen_in_body
from helpdesk.mail.mime import MAX_PARTS
from helpdesk.mail.opening import open_mail
from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.plainly import read_plainly, read_raw
from helpdesk.mail.shown import page_of

DEEP = 10_000
SAMPLE = b"""From: =?utf-8?b?0JXQstCw?= <eva@harbour.example>
To: a@b.example, c@d.example
Subject: =?koi8-r?Q?=F0=D2=C9?= \xcf\xf0
Message-ID: <1@harbour.example>
References: <0@x>
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=utf-8

Hello
> quoted
--c
Content-Type: text/html

<p>Hello<img src=cid:1></p>
--c--
--b
Content-Type: image/png; name*=utf-8''%D0%B0.png
Content-ID: <1>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b
Content-Type: text/calendar

BEGIN:VEVENT
SUMMARY:x
END:VEVENT
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; a@b.example
Action: failed
Status: 5.1.1
--b--
""".replace(b"\n", b"\r\n")


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings_in(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings_in(one)


def assert_storable(mail: ParsedMail) -> None:
    """PostgreSQL takes any text but NUL and lone surrogates."""
    for text in strings_in(mail):
        assert "\0" not in text
        text.encode("utf-8")


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_strings_that_can_be_stored(raw: bytes) -> None:
    assert_storable(parse(raw))
    assert_storable(read_raw(raw, "why"))


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.binary(min_size=1, max_size=6)), max_size=6))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_mail_is_read_stored_and_shown(damage: list[tuple[int, bytes]]) -> None:
    raw = bytearray(SAMPLE)
    for place, noise in damage:
        raw[place : place + len(noise)] = noise
    found = open_mail(bytes(raw))
    assert_storable(found)
    seen = seen_in("x.eml", found)
    assert set(EMPTY) <= set(json.loads(json.dumps(seen)))
    assert "\x1b" not in page_of(seen)


@given(st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_bytes_can_be_a_body(raw: bytes) -> None:
    seen = seen_in_body("b.txt", open_body(raw))
    assert seen["text"].startswith(seen["reply"])
    json.dumps(seen).encode("utf-8")


def test_the_sample_is_read_in_full_by_both_ways() -> None:
    for found in (parse(SAMPLE), read_plainly(SAMPLE, "why")):
        assert (found.from_name, found.from_email) == ("Ева", "eva@harbour.example")
        assert found.text.startswith("Hello")
        assert "а.png" in [one.name for one in found.attachments]


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(DEEP)
)


@pytest.mark.parametrize(
    "raw",
    [
        NESTED + b"\r\nend",
        b"Content-Type: message/rfc822\r\n\r\n" * DEEP + b"end",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * DEEP + b"--b--\r\n",
        b"X-Line: y\r\n" * DEEP + b"\r\nend",
    ],
    ids=["nested parts", "mails in mails", "parts side by side", "headers"],
)
def test_ten_thousand_of_anything_are_too_complex_and_said_to_be(raw: bytes) -> None:
    found = parse(b"From: eva@harbour.example\r\nSubject: Deep\r\n" + raw)
    assert (found.is_too_complex, found.from_email, found.subject) == (True, "eva@harbour.example", "Deep")
    assert (found.text, found.attachments) == ("", ())


def test_as_many_parts_as_are_allowed_are_read() -> None:
    count = MAX_PARTS - 2
    body = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n" * count
    found = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body + b"--b--\r\n")
    assert len(found.attachments) == count


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<a href="java&#x0A;script:alert(1)">x</a>',
    '<form action="https://evil.example"><input name=password></form>',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    "<style>@import 'https://evil.example/x.css'</style>",
    '<p style="background:url(https://evil.example/x)">x</p>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
]
FORBIDDEN = ("<script", "onerror=", "onload=", "<iframe", "javascript:", "<form", "<input", "<meta", "<base",
             "<style", "<svg", "<math", "url(")  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_inside_a_real_mail_is_text_or_gone(payload: str) -> None:
    raw = SAMPLE.replace(b"<p>Hello", f"<p>Hello{payload}".encode()).replace(
        b"0JXQstCw?=", b"0JXQstCw?= <b>x</b>"
    )
    seen = seen_in("x.eml", parse(raw))
    assert "Hello" in seen["html"]
    for trace in FORBIDDEN:
        assert trace not in seen["html"].lower()


def test_names_with_overrides_and_controls_are_plain() -> None:
    head = "From: =?utf-8?q?Eva=E2=80=AE=07_=3Cb=3E=0D=0ABcc=3A_x?= <eva@harbour.example>\r\n\r\nx"
    found = parse(head.encode())
    assert found.from_name == "Eva <b> Bcc: x"
    assert parse(f"From: {'n' * 900} <e@h.example>\r\n\r\nx".encode()).from_name == "n" * 200
