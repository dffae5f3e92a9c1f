"""The second way of reading a mail, by the standard library with its oldest rules; and the last one. Pure."""

import hashlib
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message
from typing import TypeAlias

from helpdesk.mail.attachments import ParsedAttachment
from helpdesk.mail.charset import clean_text, decode
from helpdesk.mail.filenames import clean_name
from helpdesk.mail.headers import Address, Headers, read_message_ids
from helpdesk.mail.parsing import NOBODY, ParsedMail, parse
from helpdesk.mail.plaintext import html_to_text
from helpdesk.mail.quotes import fold

PARTS = 500
TEXT_LIMIT = 1_000_000
SENDERS = ("from", "sender", "reply-to", "return-path")
Plain: TypeAlias = "Message[str, str]"


def read_plainly(raw: bytes, defect: str) -> ParsedMail:
    """Headers, words and files without any judgement. Raises whatever the library raises."""
    message = message_from_bytes(raw, policy=policy.compat32)
    leaves = [part for part in message.walk() if not part.is_multipart()][:PARTS]
    words = [part for part in leaves if part.get_content_maintype() == "text" and not _name(part)]
    plain = [_text(part) for part in words if part.get_content_subtype() != "html"]
    html = [_text(part) for part in words if part.get_content_subtype() == "html"]
    text = "\n\n".join(one for one in plain if one.strip()) or html_to_text("\n".join(html))
    files = [part for part in leaves if part not in words]
    return _mail(raw, _headers(message), text, "\n".join(html), tuple(map(_file, files)), defect)


def read_raw(raw: bytes, defect: str) -> ParsedMail:
    """The bytes as text: nothing else could be made of them."""
    return _mail(raw, Headers(()), decode(raw[:TEXT_LIMIT]).text, "", (), defect)


def _headers(message: Plain) -> Headers:
    """Our own decoding of names and words over the library's cutting of lines."""
    lines = ((name.lower(), _bytes(value)) for name, value in message.raw_items())
    return Headers(tuple(lines))


def _bytes(value: object) -> bytes:
    """The library keeps what is not ASCII as surrogates."""
    try:
        return str(value).encode("ascii", "surrogateescape")
    except UnicodeError:
        return str(value).encode("utf-8", "replace")


def _text(part: Plain) -> str:
    content = part.get_payload(decode=True)
    declared = str(part.get_param("charset", ""))
    return decode(content, declared).text if isinstance(content, bytes) else ""


def _name(part: Plain) -> str:
    try:
        return clean_name(str(part.get_filename("")))
    except (UnicodeError, ValueError, TypeError, AttributeError, LookupError):
        return "file"


def _file(part: Plain) -> ParsedAttachment:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    digest = hashlib.sha256(content).hexdigest()
    content_type = clean_text(part.get_content_type())
    name = _name(part) or "part.bin"
    return ParsedAttachment(name, content_type, len(content), digest, content, "", inline=False)


def _sender(headers: Headers) -> Address:
    return next((one for name in SENDERS for one in headers.addresses(name)), NOBODY)


def _mail(
    raw: bytes, headers: Headers, text: str, html: str, files: tuple[ParsedAttachment, ...], defect: str
) -> ParsedMail:
    folded = fold(clean_text(text))
    digest = hashlib.sha256(raw).hexdigest()
    ids = read_message_ids(headers.raw("message-id"))
    sender = _sender(headers)
    return replace(
        parse(b""),
        message_id=ids[0] if ids else f"<{digest}@missing.local>",
        subject=headers.text("subject")[:998],
        from_email=sender.email,
        from_name=sender.name,
        to=headers.addresses("to")[:200],
        cc=headers.addresses("cc")[:200],
        in_reply_to=read_message_ids(headers.raw("in-reply-to")),
        references=read_message_ids(headers.raw("references")),
        text=folded.reply + folded.quoted,
        reply=folded.reply,
        quoted=folded.quoted,
        html=clean_text(html),
        attachments=files,
        fingerprint=digest,
        defects=(defect,),
    )
