"""What a message would say, as plain values for `helpdesk mail inspect`; nothing is stored. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from helpdesk.mail.body_alone import BodyAlone
from helpdesk.mail.cleaning import clean_html
from helpdesk.mail.parsing import ParsedMail

Seen = Mapping[str, Any]
EMPTY: Seen = {
    "file": "",
    "subject": "",
    "from_email": "",
    "from_name": "",
    "message_id": "",
    "to_emails": [],
    "cc_emails": [],
    "text": "",
    "html": "",
    "reply": "",
    "attachments": [],
    "is_auto": False,
    "is_out_of_office": False,
    "is_bounce": False,
    "bounces": [],
    "is_feedback_report": False,
    "is_spam": False,
    "is_encrypted": False,
    "is_signed": False,
    "forwarded_from_email": "",
    "defects": [],
}


def seen_in(file: str, mail: ParsedMail) -> Seen:
    """Everything read from one message, under the names of `EMPTY` and a few more."""
    return {
        **EMPTY,
        **_envelope(mail),
        **_words(mail),
        **_verdicts(mail),
        "file": file,
        "attachments": [_file(one) for one in mail.attachments],
        "bounces": [
            {"recipient": one.recipient, "status": one.status, "hard": one.hard} for one in mail.bounces
        ],
        "defects": list(mail.defects),
    }


def seen_in_body(file: str, body: BodyAlone) -> Seen:
    """A body by itself."""
    return {**EMPTY, "file": file, "text": body.text, "reply": body.reply}


def not_seen(file: str, sentence: str) -> Seen:
    """The same names for what could not be read, and why."""
    return {**EMPTY, "file": file, "defects": [sentence]}


def _envelope(mail: ParsedMail) -> Seen:
    return {
        "subject": mail.subject,
        "from_email": mail.from_email,
        "from_name": mail.from_name,
        "message_id": mail.message_id,
        "to_emails": _emails(mail.to),
        "cc_emails": _emails(mail.cc),
        "reply_to_emails": _emails(mail.reply_to),
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date,
    }


def _words(mail: ParsedMail) -> Seen:
    """The HTML is cleaned; its own pictures stay references, since they are listed as attachments."""
    return {
        "text": mail.text,
        "html": clean_html(mail.html, names_blocked=True).html if mail.html else "",
        "reply": mail.reply,
    }


def _verdicts(mail: ParsedMail) -> Seen:
    return {
        "is_auto": mail.is_auto,
        "is_out_of_office": mail.is_out_of_office,
        "is_bounce": mail.is_bounce,
        "is_feedback_report": mail.is_feedback_report,
        "is_read_receipt": mail.is_read_receipt,
        "is_list": mail.is_list,
        "is_spam": mail.is_spam,
        "is_verification": bool(mail.verification),
        "is_encrypted": mail.is_encrypted,
        "is_signed": mail.is_signed,
        "forwarded_from_email": mail.forwarded_from_email,
        "evidence": list(mail.evidence),
    }


def _emails(addresses: Iterable[Any]) -> list[str]:
    return [one.email for one in addresses]


def _file(one: Any) -> Seen:
    names = ("name", "content_type", "size", "sha256", "inline")
    return {name: getattr(one, name) for name in names}
