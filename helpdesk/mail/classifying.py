"""The one place that says what a mail is, with the evidence for it."""

from dataclasses import dataclass

from helpdesk.mail.absence import AWAY, LOOKED_AT, NAMED_AUTOMATIC, SAYS_I_AM_AWAY
from helpdesk.mail.bounces import Bounce, looks_like_bounce, read_bounces
from helpdesk.mail.headers import one_line
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.machine import Facts, automatic_signs, list_sign, spam_sign
from helpdesk.mail.mime import Part
from helpdesk.mail.receipts import Receipts, read_receipts
from helpdesk.mail.thanks import is_only_thanks
from helpdesk.mail.verification import verification_sign


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a mail is; `evidence` are the signs, strongest first, as a person may read them."""

    kind: MailKind
    is_auto: bool
    is_out_of_office: bool
    is_bounce: bool
    is_list: bool
    is_spam: bool
    is_feedback_report: bool
    is_read_receipt: bool
    bounces: tuple[Bounce, ...]
    receipts: Receipts
    evidence: tuple[str, ...]
    verification: str = ""


def classify(tree: Part, text: str, reply: str, sender: str, *, has_files: bool) -> Verdict:
    """Judge the whole mail; `reply` are its new words without what they quote."""
    facts = Facts(tree.headers, sender, tree.headers.text("subject"), tree.content_type, text)
    signs = automatic_signs(facts)
    is_complaint, is_read_receipt = (
        _reports(tree, "feedback-report"),
        _reports(tree, "disposition-notification"),
    )
    is_bounce = _is_bounce(tree, facts, is_receipt=is_complaint or is_read_receipt)
    away = "" if is_bounce else out_of_office_sign(facts, is_automatic=bool(signs))
    spam = spam_sign(tree.headers)
    is_auto = bool(signs) or is_bounce or bool(away)
    receipts = read_receipts(tree)
    is_thanks = not is_auto and not has_files and is_only_thanks(reply)
    kind = _first(
        (bool(spam), MailKind.SPAM),
        (is_complaint, MailKind.COMPLAINT),
        (is_bounce, MailKind.BOUNCE),
        (is_read_receipt or bool(receipts.delivered), MailKind.RECEIPT),
        (bool(away), MailKind.AWAY),
        (bool(list_sign(facts)), MailKind.LIST),
        (is_auto, MailKind.AUTOMATIC),
        (is_thanks, MailKind.THANKS),
    )
    marks = (*signs, *(["delivery report"] if is_bounce else ()), away and f"away: {away}", spam)
    return Verdict(
        kind=kind,
        is_auto=is_auto,
        is_out_of_office=bool(away),
        is_bounce=is_bounce,
        is_list=bool(list_sign(facts)),
        is_spam=bool(spam),
        is_feedback_report=is_complaint,
        is_read_receipt=is_read_receipt,
        bounces=read_bounces(tree, text, sender) if is_bounce else (),
        receipts=receipts,
        evidence=tuple(mark for mark in (*marks, "only thanks" if is_thanks else "") if mark),
        verification=verification_sign(facts, is_automatic=bool(signs)),
    )


def out_of_office_sign(facts: Facts, *, is_automatic: bool) -> str:
    """Why this is a note of absence, or empty; a person who writes about leave is none."""
    value = facts.headers.raw("auto-submitted").lower()
    if "vacation" in value:
        return f"Auto-Submitted: {one_line(value)[:80]}"
    if AWAY.search(facts.subject) and is_automatic and not _is_from_a_list(facts):
        return f"Subject: {facts.subject[:80]}"
    if NAMED_AUTOMATIC.match(facts.subject) and facts.headers.has("x-auto-response-suppress"):
        return f"Subject: {facts.subject[:80]}"
    said = facts.text[:LOOKED_AT]
    found = (AWAY.search(said) or SAYS_I_AM_AWAY.search(said)) if _is_an_answer(facts, is_automatic) else None
    return f"Text: {one_line(found[0])}" if found else ""


def _is_from_a_list(facts: Facts) -> bool:
    return bool(list_sign(facts)) and not facts.headers.raw("auto-submitted").lower().startswith(
        "auto-replied"
    )


def _is_an_answer(facts: Facts, is_automatic: bool) -> bool:
    """A newsletter about holidays is automatic too, but answers nobody."""
    if not is_automatic:
        return False
    value = facts.headers.raw("auto-submitted").lower()
    has_reference = facts.headers.has("in-reply-to") or facts.subject.lower().startswith(("re:", "aw:"))
    is_reply = value.startswith("auto-replied") or facts.headers.has("x-autoreply")
    named = bool(NAMED_AUTOMATIC.match(facts.subject))
    return is_reply or named or (has_reference and not list_sign(facts))


def _is_bounce(tree: Part, facts: Facts, *, is_receipt: bool) -> bool:
    is_rejected = "automatically rejected" in facts.subject.lower()
    return (not is_receipt or is_rejected) and looks_like_bounce(tree, facts.text, facts.from_email)


def _reports(tree: Part, kind: str) -> bool:
    declared = tree.parameters.get("report-type", "").lower() == kind
    return declared or any(part.content_type == f"message/{kind}" for part in tree.children)


def _first(*cases: tuple[bool, MailKind]) -> MailKind:
    return next((kind for holds, kind in cases if holds), MailKind.PERSON)
