"""How an outgoing mail is written, byte for byte: headers, both bodies and files, and nothing smuggled in."""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from enum import StrEnum

from helpdesk.errors import BadInput
from helpdesk.mail.charset import clean_text
from helpdesk.mail.filenames import clean_name
from helpdesk.mail.headers import Address
from helpdesk.mail.plaintext import html_to_text

REFERENCES_KEPT = 20
MAX_RECIPIENTS = 50
NULL_SENDER = "<>"
FORBIDDEN = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
MESSAGE_ID = re.compile(r"^<[^<>\s@]+@[^<>\s@]+>$")
ID_LENGTH = 240
LOCAL_LENGTH = 64
DOMAIN = re.compile(r"(?=.{1,253}$)[^.@\s<>,;:()\[\]\"\\]{1,63}(\.[^.@\s<>,;:()\[\]\"\\]{1,63})*")
WORD_BYTES = 45
MEDIA_TYPE = re.compile(r"^(application|audio|font|image|text|video)/[\w.+-]+$")
ID_HEADERS = frozenset({"references", "in-reply-to", "message-id"})


class Kind(StrEnum):
    """Who speaks: a person, the desk in answer to a mail, or the desk by itself."""

    REPLY = "reply"
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send; with a `content_id` the HTML shows it in place."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything one mail needs; `sent_at` is aware, `references` is the chain oldest first.

    `is_international` lets addresses stand as they are written (RFC 6532), for relays that offer SMTPUTF8.
    """

    from_name: str
    from_email: str
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    sent_at: datetime
    instance_id: str
    kind: Kind = Kind.REPLY
    html: str | None = None
    cc: tuple[Address, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_root: str = ""
    topic: str = ""
    files: tuple[OutgoingFile, ...] = ()
    is_international: bool = False

    @property
    def envelope_sender(self) -> str:
        """The null sender for what a machine wrote, so that nobody's machine answers it."""
        return self.from_email if self.kind is Kind.REPLY else NULL_SENDER

    @property
    def envelope_recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ascii_address(one.email) for one in (*self.to, *self.cc)))


class MailPolicy(EmailPolicy):
    """The SMTP policy, but folding only where nothing is lost.

    The library of Python 3.11 encodes long ids as words and drops blanks between encoded words.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        pieces = _pieces(name.lower(), value)
        if not pieces:
            return super().fold_binary(name, value)
        encoding = "utf-8" if self.utf8 else "ascii"
        return f"{name}: {f'{self.linesep} '.join(pieces)}{self.linesep}".encode(encoding)


POLICY = MailPolicy(linesep=SMTP.linesep, cte_type="7bit", max_line_length=76)
INTERNATIONAL = POLICY.clone(utf8=True)


def build(outgoing: Outgoing) -> bytes:
    """The mail with CRLF line ends only; raises BadInput for a field that would break a header."""
    message = EmailMessage(policy=INTERNATIONAL if outgoing.is_international else POLICY)
    for name, value in _headers(outgoing):
        message[name] = value
    _write_bodies(message, outgoing)
    return message.as_bytes()


def ascii_address(email: str) -> str:
    """The address with its domain in punycode; raises BadInput if not every relay can carry it."""
    address = address_for(email)
    if not address.isascii():
        raise BadInput("%(email)s is not a mail address we can write to.", "address", email=email)
    return address


def address_for(email: str) -> str:
    """The same, where letters of any language may stand before the @ (RFC 6531)."""
    local, at, domain = checked(email, "address").strip().rpartition("@")
    try:
        plain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadInput("%(email)s has a domain that cannot be written to.", "address", email=email) from error
    is_whole = at and 0 < len(local.encode()) <= LOCAL_LENGTH and DOMAIN.fullmatch(plain)
    if not is_whole or re.search(r'[\s<>,;:()"\\]', local):
        raise BadInput("%(email)s is not a mail address we can write to.", "address", email=email)
    return f"{local}@{plain}"


def is_foreign(email: str) -> bool:
    """Whether only a relay with SMTPUTF8 can carry the address."""
    return not email.rpartition("@")[0].isascii()


def checked(value: str, field: str) -> str:
    """The value itself; raises BadInput if it holds a line break or another control character."""
    if FORBIDDEN.search(value):
        raise BadInput("A line of a mail's head cannot hold line breaks or control characters.", field)
    return value


def chain(references: tuple[str, ...], in_reply_to: str) -> tuple[str, ...]:
    """References as sent: the first and the last twenty, ending with the mail that is answered."""
    whole = (*references, *([in_reply_to] if in_reply_to else []))
    known = [one for one in dict.fromkeys(reversed(whole)) if _is_message_id(one)][::-1]
    return tuple(known if len(known) <= REFERENCES_KEPT + 1 else [known[0], *known[-REFERENCES_KEPT:]])


def encoded_words(text: str) -> list[str]:
    """RFC 2047 words of at most 75 characters, cut between characters; ASCII text stays as it is."""
    if text.isascii():
        return [text]
    chunks = [""]
    for letter in text:
        if len((chunks[-1] + letter).encode()) > WORD_BYTES:
            chunks.append("")
        chunks[-1] += letter
    return [f"=?utf-8?B?{b64encode(chunk.encode()).decode('ascii')}?=" for chunk in chunks]


def _pieces(name: str, value: str) -> list[str]:
    """The value cut where it may be folded; empty leaves it to the library."""
    if name in ID_HEADERS:
        return str(value).split()
    if name in ("subject", "thread-topic") and not value.isascii():
        return encoded_words(str(value))
    if isinstance(value, AddressHeader):
        return _folded_addresses(value.addresses)
    return []


def _folded_addresses(addresses: tuple[HeaderAddress, ...]) -> list[str]:
    pieces = []
    for address in addresses:
        name, spec = address.display_name, address.addr_spec
        pieces += [str(address)] if name.isascii() else [*encoded_words(name), f"<{spec}>"]
        pieces[-1] += ","
    return [*pieces[:-1], pieces[-1].removesuffix(",")]


def _headers(outgoing: Outgoing) -> list[tuple[str, str | tuple[HeaderAddress, ...]]]:
    if not _is_message_id(outgoing.message_id):
        raise BadInput("The mail has no valid Message-ID.", "message_id")
    sender = Address(outgoing.from_name, outgoing.from_email)
    spelled = address_for if outgoing.is_international else ascii_address
    optional: list[tuple[str, str | tuple[HeaderAddress, ...]]] = [
        ("Cc", _header_addresses(outgoing.cc, "cc", spelled)),
        ("Reply-To", _header_addresses(_reply_to(outgoing), "reply_to")),
        ("In-Reply-To", outgoing.in_reply_to if _is_message_id(outgoing.in_reply_to) else ""),
        ("References", " ".join(_references(outgoing))),
        ("Thread-Topic", checked(outgoing.topic, "subject")),
    ]
    return [
        ("From", _header_addresses((sender,), "from")),
        ("To", _recipients(outgoing)),
        ("Subject", checked(outgoing.subject, "subject")),
        ("Date", format_datetime(outgoing.sent_at)),
        ("Message-ID", outgoing.message_id),
        *((name, value) for name, value in optional if value),
        *_machine_headers(outgoing),
    ]


def _references(outgoing: Outgoing) -> tuple[str, ...]:
    """The chain, and before it the one id that all mails of the conversation share."""
    before = (outgoing.thread_root,) if _is_message_id(outgoing.thread_root) else ()
    return tuple(dict.fromkeys((*before, *chain(outgoing.references, outgoing.in_reply_to))))


def _machine_headers(outgoing: Outgoing) -> list[tuple[str, str]]:
    """What tells other machines not to answer; a person's reply carries none of it (RFC 3834)."""
    if outgoing.kind is Kind.REPLY:
        return []
    is_answer = outgoing.kind is Kind.ACKNOWLEDGEMENT
    return [
        ("Auto-Submitted", "auto-replied" if is_answer else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        *([("Precedence", "bulk")] if is_answer else []),
        ("X-Loop", checked(outgoing.instance_id, "instance_id")),
    ]


def _recipients(outgoing: Outgoing) -> tuple[HeaderAddress, ...]:
    count = len(outgoing.to) + len(outgoing.cc)
    if not outgoing.to or count > MAX_RECIPIENTS:
        raise BadInput(
            "A mail goes to between 1 and %(most)s people, not %(count)s.",
            "to",
            most=MAX_RECIPIENTS,
            count=count,
        )
    spelled = address_for if outgoing.is_international else ascii_address
    return _header_addresses(outgoing.to, "to", spelled)


def _reply_to(outgoing: Outgoing) -> tuple[Address, ...]:
    return (Address(outgoing.from_name, outgoing.reply_to),) if outgoing.reply_to else ()


def _header_addresses(
    addresses: tuple[Address, ...], field: str, spelled: Callable[[str], str] = ascii_address
) -> tuple[HeaderAddress, ...]:
    return tuple(
        HeaderAddress(checked(one.name, field), *spelled(one.email).rsplit("@", 1)) for one in addresses
    )


def _is_message_id(text: str) -> bool:
    return len(text) <= ID_LENGTH and text.isascii() and bool(MESSAGE_ID.match(text))


def _write_bodies(message: EmailMessage, outgoing: Outgoing) -> None:
    """Plain text always; HTML beside it, its pictures with it, other files behind."""
    text = clean_text(outgoing.text) or html_to_text(clean_text(outgoing.html or ""))
    message.set_content(text.rstrip("\n") + "\n", cte=_encoding(text))
    inline = [file for file in outgoing.files if file.content_id and outgoing.html]
    if outgoing.html:
        html = clean_text(outgoing.html)
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        _add_pictures(message, inline)
    for file in outgoing.files:
        if file not in inline:
            kind, subtype = _media_type(file)
            message.add_attachment(file.content, kind, subtype, filename=_name(file))


def _add_pictures(message: EmailMessage, inline: list[OutgoingFile]) -> None:
    parts = message.get_payload()
    page = parts[-1] if isinstance(parts, list) else None
    if not isinstance(page, EmailMessage):
        return
    for file in inline:
        kind, subtype = _media_type(file)
        cid = f"<{checked(file.content_id, 'content_id').strip('<>')}>"
        page.add_related(file.content, kind, subtype, cid=cid, filename=_name(file), disposition="inline")


def _encoding(text: str) -> str:
    """Base64 where many letters would be escaped, else quoted-printable; both keep lines short."""
    foreign = sum(letter > "\x7f" for letter in text)
    return "base64" if foreign * 4 > len(text) else "quoted-printable"


def _media_type(file: OutgoingFile) -> tuple[str, str]:
    """Types that would change the structure of the mail are sent as plain bytes."""
    given = file.content_type.lower()
    kind, _, subtype = (given if MEDIA_TYPE.match(given) else "application/octet-stream").partition("/")
    return kind, subtype


def _name(file: OutgoingFile) -> str:
    return clean_name(file.name) or "file"
