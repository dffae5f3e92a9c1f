"""What lies in wrappers is read, what cannot be opened is kept, and neither stops the mail."""

from dataclasses import replace

import pytest

from helpdesk.mail.cms import signed_content
from helpdesk.mail.opening import open_mail
from helpdesk.mail.parsing import ParsedMail, parse
from helpdesk.mail.plainly import read_plainly, read_raw
from helpdesk.mail.rtf import rtf_to_text
from helpdesk.mail.winmail import UNOPENED, with_winmail_opened
from tests.mail.sealed import HEAD, letter, signed, winmail

INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe server room is locked: \xd0\xb4\xd0\xb0.\r\n"
RTF = (
    rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\f0 \'cf\'f0\'e8\'e2\'e5\'f2,\par see \u8364?5 {\b now}.}"
)
PDF = b"%PDF-1.4 offer"


def names(mail: ParsedMail) -> list[str]:
    return [one.name for one in mail.attachments]


def test_words_under_an_opaque_signature_are_read() -> None:
    found = parse(letter("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", signed(INNER)))
    assert (found.text.strip(), found.is_signed, found.is_encrypted) == (
        "The server room is locked: да.",
        True,
        False,
    )
    assert names(found) == []


def test_an_opaque_signature_is_known_by_what_is_inside() -> None:
    found = parse(letter("application/octet-stream", signed(INNER), name="smime.p7m"))
    assert (found.text.strip(), found.is_signed) == ("The server room is locked: да.", True)


def test_a_signature_written_as_a_stream_is_read() -> None:
    """Indefinite lengths, and the content in several pieces."""
    pieces = b"\x24\x80\x04\x03abc\x04\x02de\x00\x00"
    data = bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + pieces + b"\x00\x00"
    inside = b"\x02\x01\x01\x31\x00" + b"\x30\x80" + data + b"\x00\x00"
    der = b"\x30\x80" + bytes.fromhex("06092a864886f70d010702") + b"\xa0\x80\x30\x80" + inside + bytes(6)
    assert signed_content(der) == b"abcde"


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_a_damaged_signature_keeps_the_file(cut: int) -> None:
    broken = signed(INNER)[: 12 + cut]
    found = parse(letter("application/pkcs7-mime; smime-type=signed-data", broken, name="smime.p7m"))
    assert (names(found), found.text) == (["smime.p7m"], "")


@pytest.mark.parametrize(
    "raw",
    [
        letter("application/pkcs7-mime; smime-type=enveloped-data", b"\x30\x0bsecret", name="smime.p7m"),
        letter("application/octet-stream", bytes.fromhex("300f06092a864886f70d010703a002"), name="smime.p7m"),
        HEAD + b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n",
        HEAD + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n",
    ],
    ids=["enveloped", "by its content", "PGP/MIME", "PGP in the text"],
)  # fmt: skip
def test_an_encrypted_mail_says_so_and_shows_no_noise(raw: bytes) -> None:
    found = parse(raw)
    assert (found.is_encrypted, found.text.strip()) == (True, "")


def test_a_compressed_or_certificate_file_is_no_encrypted_mail() -> None:
    raw = letter("application/pkcs7-mime; smime-type=certs-only", b"\x30\x03abc", name="smime.p7c")
    assert not parse(raw).is_encrypted


def test_words_signed_by_pgp_stand_without_its_marks() -> None:
    body = (
        b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nPlease call.\r\n- -- \r\nEva\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\n"
    )
    found = parse(HEAD + body)
    assert (found.text.strip(), found.reply.strip(), found.is_signed) == (
        "Please call.\n-- \nEva",
        "Please call.",
        True,
    )


def test_rich_text_reads_as_text() -> None:
    assert rtf_to_text(RTF) == "Привет,\nsee €5 now."


def test_html_inside_rich_text_leaves_its_words_only() -> None:
    wrapped = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello"
        rb"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}"
    )
    assert rtf_to_text(wrapped) == "Hello"


@pytest.mark.parametrize(
    "noise", [b"{" * 5000 + b"x", b"{\\rtf1 \\u99999999 \\'zz \\bin9 }}}}", b"{\\rtf1 \\uc999\\u-1 a"]
)
def test_odd_rich_text_breaks_nothing(noise: bytes) -> None:
    assert isinstance(rtf_to_text(noise), str)


def test_winmail_gives_its_files_and_its_words() -> None:
    stream = winmail(rtf=RTF, files={"offer.pdf": PDF, "../../etc/päss.txt": b"x"})
    found = with_winmail_opened(parse(letter("application/ms-tnef", stream, name="winmail.dat")))
    assert found.text == "Привет,\nsee €5 now."
    assert [(one.name, one.content_type, one.content) for one in found.attachments] == [
        ("offer.pdf", "application/pdf", PDF),
        ("päss.txt", "text/plain", b"x"),
    ]


def test_words_of_the_mail_itself_come_before_those_of_winmail() -> None:
    mail = parse(letter("application/ms-tnef", winmail(rtf=RTF), name="winmail.dat"))
    found = with_winmail_opened(replace(mail, text="Mine"))
    assert (found.text, names(found)) == ("Mine", [])


def test_a_damaged_winmail_is_kept_as_a_file() -> None:
    stream = winmail(files={"offer.pdf": PDF}, damage=True)
    found = with_winmail_opened(parse(letter("application/ms-tnef", stream, name="winmail.dat")))
    assert names(found) == ["winmail.dat"]
    assert UNOPENED in found.defects


CALENDAR = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
DTSTART;TZID=Russian Standard Time:20260401T143000
DURATION:PT1H30M
SUMMARY:Printer\\, room 3
ORGANIZER;CN="Eva
  Lang":mailto:eva@harbour.example
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_is_read_and_stays_a_file() -> None:
    head = b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n\r\nCome\r\n--b\r\n'
    raw = (
        HEAD
        + head
        + b"Content-Type: text/calendar; method=REQUEST\r\n\r\n"
        + CALENDAR.encode()
        + b"\r\n--b--\r\n"
    )
    found = parse(raw)
    assert names(found) == ["invite.ics"]
    seen = found.invitation
    assert seen is not None
    assert (seen.method, seen.title, seen.organiser) == ("REQUEST", "Printer, room 3", "Eva Lang")
    assert (seen.start, seen.end) == ("2026-04-01T11:30:00+00:00", "2026-04-01T13:00:00+00:00")


@pytest.mark.parametrize(
    ("line", "start"),
    [("DTSTART;VALUE=DATE:20260401", "2026-04-01"), ("DTSTART:20260401T100000Z", "2026-04-01T10:00:00+00:00"),
     ("DTSTART;TZID=Nowhere/City:20260401T100000", "2026-04-01T10:00:00"), ("DTSTART:soon", ""), ("X:y", "")],
)  # fmt: skip
def test_days_instants_and_odd_dates_of_invitations(line: str, start: str) -> None:
    raw = HEAD + f"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n".encode()
    seen = parse(raw).invitation
    assert seen is not None
    assert seen.start == start


def test_the_second_way_of_reading_finds_words_names_and_files() -> None:
    raw = (
        "From: =?koi8-r?B?5dfB?= <eva@harbour.example>\r\nSubject: Привет =?utf-8?q?=D0=B4=D0=B0?=\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nWords\r\n"
        '--b\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\nx\r\n--b--\r\n'
    ).encode()
    found = read_plainly(raw, "why")
    assert (found.from_name, found.from_email, found.subject) == ("Ева", "eva@harbour.example", "Привет да")
    assert (found.text, names(found), found.defects) == ("Words", ["a.pdf"], ("why",))


@pytest.mark.parametrize("raw", [b"", b"\0" * 40, b"\xff\xfe" * 90, b"Subject: a\0b\r\n\r\nc\0d"])
def test_the_last_way_reads_anything(raw: bytes) -> None:
    assert "\0" not in read_raw(raw, "why").text
    assert "\0" not in open_mail(raw).text + open_mail(raw).subject
