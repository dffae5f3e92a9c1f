"""How the bytes of a mail become one value that says what it holds and what it is; never raises."""

import hashlib
import re
from dataclasses import dataclass

from helpdesk.mail.attachments import ParsedAttachment, read_attachments, take_uuencoded
from helpdesk.mail.body import Body, read_body
from helpdesk.mail.bounces import Bounce, looks_like_bounce, read_bounces, reported_message_ids
from helpdesk.mail.charset import clean_text
from helpdesk.mail.forwards import forwarded_from
from helpdesk.mail.headers import Address, Headers, read_message_ids
from helpdesk.mail.machine import Facts, automatic_signs, list_sign, out_of_office_sign, spam_sign
from helpdesk.mail.mime import TOO_COMPLEX, Part, read_tree
from helpdesk.mail.passed_on import PassedOn, read_passed_on
from helpdesk.mail.quotes import fold

RECEIVED_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
SENDERS = ("from", "sender", "reply-to", "return-path")
SUBJECT_LIMIT = 998
ADDRESS_LIMIT = 200
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
    is_auto: bool
    is_out_of_office: bool
    is_bounce: bool
    bounces: tuple[Bounce, ...]
    reported_ids: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of mail this is, with the reasons."""

    is_auto: bool
    is_out_of_office: bool
    is_bounce: bool
    bounces: tuple[Bounce, ...]
    is_list: bool
    is_spam: bool
    evidence: tuple[str, ...]


def parse(raw: bytes) -> ParsedMail:
    """Read one mail; beyond the limits `defects` says MailTooComplex and words and files are left out."""
    tree, defects = read_tree(raw)
    headers = tree.headers
    sender = _sender(headers)
    words = _words(tree, defects)
    verdict = judge(tree, words.text, sender.email)
    folded = fold(words.text)
    return ParsedMail(
        message_id=_message_id(headers, raw),
        subject=headers.text("subject")[:SUBJECT_LIMIT],
        from_email=sender.email,
        from_name=sender.name,
        reply_to=_addresses(headers, "reply-to"),
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        delivered_to=tuple(dict.fromkeys(one.email for one in _addresses(headers, *RECEIVED_FOR))),
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"),
        date=headers.text("date")[:100],
        text=words.text,
        html=words.html,
        reply=folded.reply,
        quoted=folded.quoted,
        attachments=words.attachments,
        is_auto=verdict.is_auto,
        is_out_of_office=verdict.is_out_of_office,
        is_bounce=verdict.is_bounce,
        bounces=verdict.bounces,
        reported_ids=reported_message_ids(tree) if verdict.is_bounce else (),
        is_feedback_report=_reports(tree, "feedback-report"),
        is_read_receipt=_reports(tree, "disposition-notification"),
        is_spam=verdict.is_spam,
        is_encrypted=_is_encrypted(tree, words.text),
        is_signed=_is_signed(tree, words.text),
        is_list=verdict.is_list,
        evidence=verdict.evidence,
        loop_marks=tuple(clean_text(one)[:200] for one in headers.raw_all("x-loop")),
        authentication_results=tuple(clean_text(one) for one in headers.raw_all("authentication-results")),
        forwarded_from_email=forwarded_from(tree, words.text),
        passed_on=read_passed_on(tree, words.text),
        fingerprint=_fingerprint(headers, words),
        defects=defects,
    )


def judge(tree: Part, text: str, sender: str) -> Verdict:
    """Everything that says whether and which machine wrote the mail."""
    facts = _facts(tree, text, sender)
    signs = automatic_signs(facts)
    receipt = _reports(tree, "disposition-notification") or _reports(tree, "feedback-report")
    is_bounce = (not receipt or "automatically rejected" in facts.subject.lower()) and looks_like_bounce(
        tree, text, sender
    )
    away = "" if is_bounce else out_of_office_sign(facts, bool(signs))
    spam = spam_sign(tree.headers)
    marks = (*signs, *(["delivery report"] if is_bounce else ()), away and f"away: {away}", spam)
    return Verdict(
        is_auto=bool(signs) or is_bounce or bool(away),
        is_out_of_office=bool(away),
        is_bounce=is_bounce,
        bounces=read_bounces(tree, text, sender) if is_bounce else (),
        is_list=bool(list_sign(facts)),
        is_spam=bool(spam),
        evidence=tuple(mark for mark in marks if mark),
    )


def _facts(tree: Part, text: str, sender: str) -> Facts:
    return Facts(tree.headers, sender, tree.headers.text("subject"), tree.content_type, text)


def _words(tree: Part, defects: tuple[str, ...]) -> Words:
    if any(defect.startswith(TOO_COMPLEX) for defect in defects):
        return Words("", "", ())
    body: Body = read_body(tree)
    text, uuencoded = take_uuencoded(body.text)
    html = body.html
    return Words(clean_text(text), html, read_attachments(body.files, html) + uuencoded)


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


def _message_id(headers: Headers, raw: bytes) -> str:
    """The id as given, else one made from all the bytes, so that two mails never share it by chance."""
    given = headers.raw("message-id").strip()
    found = read_message_ids(given)
    if found:
        return found[0][:998]
    bare = given.strip("<> ")
    if bare and not re.search(r"\s", bare):
        return f"<{bare[:996]}>"
    return f"<{hashlib.sha256(raw).hexdigest()}@missing.local>"


def _reports(tree: Part, kind: str) -> bool:
    declared = tree.parameters.get("report-type", "").lower() == kind
    return declared or any(part.content_type == f"message/{kind}" for part in tree.children)


def _is_encrypted(tree: Part, text: str) -> bool:
    for part in tree.walk():
        if part.content_type == "multipart/encrypted":
            return True
        if part.content_type.endswith("pkcs7-mime") and "signed" not in part.parameters.get("smime-type", ""):
            return True
    return text.lstrip().startswith("-----BEGIN PGP MESSAGE-----")


def _is_signed(tree: Part, text: str) -> bool:
    for part in tree.walk():
        if part.content_type == "multipart/signed":
            return True
        if part.content_type.endswith("pkcs7-mime") and "signed" in part.parameters.get("smime-type", ""):
            return True
    return "-----BEGIN PGP SIGNED MESSAGE-----" in text[:2_000]


def _fingerprint(headers: Headers, words: Words) -> str:
    """Equal for two copies of one mail: From, Date and body, with differences of white space ignored."""
    squeezed = " ".join((words.text + words.html).split())
    files = " ".join(one.sha256 for one in words.attachments)
    parts = (headers.raw("from"), headers.raw("date"), squeezed, files)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
