"""How the bytes of a mail become one value that says what it holds and what it is; never raises."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

from helpdesk.mail import pgp
from helpdesk.mail.attachments import ParsedAttachment, read_attachments, take_uuencoded
from helpdesk.mail.body import Body, read_body
from helpdesk.mail.bounces import Bounce, reported_message_ids
from helpdesk.mail.charset import clean_text
from helpdesk.mail.classifying import Verdict, classify
from helpdesk.mail.cms import is_enveloped_data
from helpdesk.mail.forwards import forwarded_from
from helpdesk.mail.frame_tree import Heights
from helpdesk.mail.headers import Address, Headers, bounded_id, one_line, read_message_ids
from helpdesk.mail.invitations import Invitation, read_invitation
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.mime import SMIME, TOO_COMPLEX, Part, read_tree
from helpdesk.mail.passed_on import PassedOn, read_passed_on
from helpdesk.mail.quotes import fold
from helpdesk.mail.receipts import Receipts
from helpdesk.mail.trace import LENGTH_KEPT, LINES_KEPT, RECEIVED, RESULTS

RECEIVED_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
SENDERS = ("from", "sender", "reply-to", "return-path")
SUBJECT_LIMIT = 998
ADDRESS_LIMIT = 200
REPORTS = frozenset({MailKind.BOUNCE, MailKind.RECEIPT, MailKind.COMPLAINT})
NOBODY = Address("", "")


@dataclass(frozen=True)
class ParsedMail:
    """All that a mail says; every string can be stored. Names and addresses are only claims."""

    message_id: str
    subject: str
    from_email: str
    from_name: str
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: str
    text: str
    html: str
    reply: str
    quoted: str
    attachments: tuple[ParsedAttachment, ...]
    kind: MailKind
    is_auto: bool
    is_out_of_office: bool
    is_bounce: bool
    bounces: tuple[Bounce, ...]
    reported_ids: tuple[str, ...]
    receipts: Receipts
    is_feedback_report: bool
    is_read_receipt: bool
    is_spam: bool
    is_encrypted: bool
    is_signed: bool
    is_list: bool
    evidence: tuple[str, ...]
    loop_marks: tuple[str, ...]
    authentication_results: tuple[str, ...]
    forwarded_from_email: str
    passed_on: PassedOn | None
    fingerprint: str
    defects: tuple[str, ...]
    invitation: Invitation | None = None
    verification: str = ""
    trace: tuple[tuple[str, str], ...] = ()
    heights: Heights | None = None

    @property
    def reply_until(self) -> int:
        """Where in `text` the fold begins; the length of the text when nothing is folded."""
        return len(self.reply)

    @property
    def is_too_complex(self) -> bool:
        return any(defect.startswith(TOO_COMPLEX) for defect in self.defects)


@dataclass(frozen=True, slots=True)
class Words:
    """The body in both forms, and the files beside it."""

    text: str
    html: str
    attachments: tuple[ParsedAttachment, ...]
    is_sealed: bool = False
    is_clear_signed: bool = False
    invitation: Invitation | None = None
    odd_charsets: tuple[str, ...] = ()
    history: int = -1


def parse(raw: bytes) -> ParsedMail:
    """Read one mail; beyond the limits `defects` says MailTooComplex and words and files are left out."""
    tree, defects = read_tree(raw)
    headers = tree.headers
    sender = _sender(headers)
    words = _words(tree, defects)
    folded = fold(words.text, words.history)
    files = any(not one.inline for one in words.attachments)
    verdict = classify(tree, words.text, folded.reply, sender.email, has_files=files)
    return ParsedMail(
        **_head(headers, raw),
        **_all_of(verdict),
        from_email=sender.email,
        from_name=sender.name,
        text=words.text,
        html=words.html,
        reply=folded.reply,
        quoted=folded.quoted,
        attachments=words.attachments,
        invitation=words.invitation,
        reported_ids=reported_message_ids(tree) if verdict.kind in REPORTS else (),
        is_encrypted=words.is_sealed or _is_encrypted(tree),
        is_signed=words.is_clear_signed or _is_signed(tree),
        forwarded_from_email=forwarded_from(tree, words.text),
        passed_on=read_passed_on(tree, words.text),
        fingerprint=_fingerprint(headers, words),
        defects=(*defects, *words.odd_charsets),
    )


def _head(headers: Headers, raw: bytes) -> dict[str, Any]:
    """What stands in the head alone, under the names of ParsedMail."""
    return {
        "message_id": _message_id(headers, raw),
        "subject": headers.text("subject")[:SUBJECT_LIMIT],
        "reply_to": _addresses(headers, "reply-to"),
        "to": _addresses(headers, "to"),
        "cc": _addresses(headers, "cc"),
        "delivered_to": tuple(dict.fromkeys(one.email for one in _addresses(headers, *RECEIVED_FOR))),
        "in_reply_to": _ids(headers, "in-reply-to"),
        "references": _ids(headers, "references"),
        "date": headers.text("date")[:100],
        "loop_marks": tuple(clean_text(one)[:200] for one in headers.raw_all("x-loop")),
        "authentication_results": tuple(clean_text(one) for one in headers.raw_all(RESULTS)),
        "trace": _trace(headers),
    }


def _all_of(verdict: Verdict) -> dict[str, Any]:
    """Its fields, each of which a ParsedMail has under the same name."""
    return {one.name: getattr(verdict, one.name) for one in fields(verdict)}


def _words(tree: Part, defects: tuple[str, ...]) -> Words:
    if any(defect.startswith(TOO_COMPLEX) for defect in defects):
        return Words("", "", ())
    body: Body = read_body(tree)
    words, history = body.text_and_history()
    text, uuencoded = take_uuencoded(words)
    is_sealed = pgp.is_sealed(text)
    return Words(
        text=clean_text(pgp.without_seal(text) if is_sealed else pgp.without_signature(text)),
        html=body.html,
        attachments=read_attachments(body.files, body.html) + uuencoded,
        is_sealed=is_sealed,
        is_clear_signed=pgp.is_clear_signed(text),
        invitation=next((one for part in body.files if (one := _invitation(part))), None),
        odd_charsets=tuple(dict.fromkeys(_odd_charsets(tree))),
        history=history if text == words else -1,
    )


def _invitation(part: Part) -> Invitation | None:
    is_calendar = part.content_type in {"text/calendar", "application/ics"}
    return read_invitation(part.text) if is_calendar else None


def _odd_charsets(tree: Part) -> Iterator[str]:
    """Which step of the ladder won where the declared character set did not."""
    for part in tree.walk():
        if part.content_type in {"text/plain", "text/html"} and part.decoded.step not in {"declared", "utf8"}:
            declared = one_line(part.parameters.get("charset", ""))[:40] or "none"
            yield f"character set {declared}: text {part.decoded.step}"


def _sender(headers: Headers) -> Address:
    """From, else Sender, Reply-To, Return-Path; the empty address if none of them names one."""
    for name in SENDERS:
        found = headers.addresses(name)
        if found:
            return found[0]
    return NOBODY


def _addresses(headers: Headers, *names: str) -> tuple[Address, ...]:
    return headers.addresses(*names)[:ADDRESS_LIMIT]


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(one for value in headers.raw_all(name) for one in read_message_ids(value))[-ADDRESS_LIMIT:]


def _trace(headers: Headers) -> tuple[tuple[str, str], ...]:
    lines = islice(headers.in_order(RECEIVED, RESULTS), LINES_KEPT)
    return tuple((name, clean_text(value)[:LENGTH_KEPT]) for name, value in lines)


def _message_id(headers: Headers, raw: bytes) -> str:
    """The id as given, else one made from all the bytes, so that two mails never share it by chance."""
    given = headers.raw("message-id").strip()
    found = read_message_ids(given)
    if found:
        return found[0]
    bare = given.strip("<> ")
    if bare and not re.search(r"\s", bare):
        return bounded_id(f"<{bare}>")
    return f"<{hashlib.sha256(raw).hexdigest()}@missing.local>"


def _is_encrypted(tree: Part) -> bool:
    return any(part.content_type == "multipart/encrypted" or _is_enveloped(part) for part in tree.walk())


def _is_enveloped(part: Part) -> bool:
    """By what is inside; what cannot be recognised counts as encrypted unless it says otherwise."""
    if not part.is_smime or part.children:
        return False
    declared = part.parameters.get("smime-type", "").lower()
    is_named = declared in {"enveloped-data", "authenveloped-data"} or (
        part.content_type in SMIME and not declared
    )
    return is_named or is_enveloped_data(part.content)


def _is_signed(tree: Part) -> bool:
    return any(
        part.content_type == "multipart/signed"
        or (part.is_smime and (bool(part.children) or "signed" in part.parameters.get("smime-type", "")))
        for part in tree.walk()
    )


def _fingerprint(headers: Headers, words: Words) -> str:
    """Equal for two copies of one mail: From, Date and body, with differences of white space ignored."""
    squeezed = " ".join((words.text + words.html).split())
    files = " ".join(one.sha256 for one in words.attachments)
    parts = (headers.raw("from"), headers.raw("date"), squeezed, files)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
