"""Which mails a machine wrote, and the sign that says so."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.mail.headers import Headers, one_line

SILENT_SENDERS = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|(?:do-?)?no[t_.-]?-?reply|do[._-]?not[._-]?reply|"
    r"noreply|no[._-]reply|"
    r"nobody|bounces?|auto-?(?:reply|responder|confirm|mailer)|autoanswer|listserv|"
    r"majordomo)(?:[+._=-].*)?$",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"out of (?:the )?office|\booo\b|away from (?:the )?(?:office|my (?:desk|mail))|on (?:vacation|"
    r"holiday|annual leave|parental leave)|"
    r"vacation (?:reply|notice|response)|on vacation|abwesen|nicht im (?:büro|haus)|"
    r"absence du bureau|absent du bureau|"
    r"réponse automatique d.absence|en congés?|fuera de (?:la )?oficina|ausente|assente|"
    r"fuori (?:ufficio|sede)|afwezig|"
    r"frånvar|fravær|poissa|poza biurem|nieobecn|mimo kancelář|nepřítomn|"
    r"нет на рабочем месте|вне офиса|в отпуске|отсутству|нет в офисе|не в офисе|"
    r"在宅勤務|不在|外出|休暇|부재",
    re.IGNORECASE,
)
AUTOMATIC_SUBJECT = re.compile(
    r"^\W*(?:auto(?:matic|mated|mat)?[\s:_-]*(?:reply|response|answer|antwort)|autoreply|auto:|"
    r"autosvar|automatisch\w* antwort|automatisk svar|"
    r"réponse automatique|respuesta automática|risposta automatica|resposta automática|"
    r"automatická odpověď|"
    r"odpowiedź automatyczna|автоматический ответ|автоответ|автовідповідь|自动回复|"
    r"自動回覆|自動返信|자동 회신|"
    r"out of (?:the )?office|abwesenheits|vacation)",
    re.IGNORECASE,
)
SUPPRESSED = frozenset({"all", "oof", "autoreply"})
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
LOOP_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-loop",
    "x-autoreply-from",
)
LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the signs look at."""

    headers: Headers
    from_email: str
    subject: str
    content_type: str
    text: str


Sign = Callable[[Facts], str]


def automatic_signs(facts: Facts) -> tuple[str, ...]:
    """Every sign that a machine wrote this, strongest first; empty if a person seems to have."""
    return tuple(evidence for sign in AUTOMATIC if (evidence := sign(facts)))


def out_of_office_sign(facts: Facts, is_automatic: bool) -> str:
    """Why this is a note of absence, or empty; a person who writes about leave is none."""
    value = facts.headers.raw("auto-submitted").lower()
    if "vacation" in value:
        return f"Auto-Submitted: {value}"
    if AWAY.search(facts.subject) and (is_automatic or AUTOMATIC_SUBJECT.match(facts.subject)):
        return f"Subject: {facts.subject}"
    if AUTOMATIC_SUBJECT.match(facts.subject) and _suppress(facts):
        return f"Subject: {facts.subject}"
    found = AWAY.search(facts.text[:2_000]) if is_automatic and _is_an_answer(facts) else None
    return f"Text: {one_line(found[0])}" if found else ""


def _is_an_answer(facts: Facts) -> bool:
    """A newsletter about holidays is automatic too, but answers nobody."""
    value = facts.headers.raw("auto-submitted").lower()
    has_reference = facts.headers.has("in-reply-to") or facts.subject.lower().startswith(("re:", "aw:"))
    is_reply = value.startswith("auto-replied") or facts.headers.has("x-autoreply")
    named = bool(AUTOMATIC_SUBJECT.match(facts.subject))
    return is_reply or named or (has_reference and not list_sign(facts))


def list_sign(facts: Facts) -> str:
    return next((f"{name}: present" for name in LIST_HEADERS if facts.headers.has(name)), "")


def spam_sign(headers: Headers) -> str:
    """The verdict of the server that received the mail; we never rate ourselves."""
    if headers.raw("x-spam-flag").lower().startswith("yes"):
        return "X-Spam-Flag: YES"
    if headers.raw("x-spam-status").lower().startswith("yes"):
        return "X-Spam-Status: Yes"
    level = headers.raw("x-ms-exchange-organization-scl") or _level(
        headers.raw("x-forefront-antispam-report")
    )
    is_high = level.strip().isdecimal() and int(level) >= 5
    return f"SCL: {level.strip()}" if is_high else ""


def _level(report: str) -> str:
    found = re.search(r"\bSCL:(\d+)", report)
    return found[1] if found else ""


def _auto_submitted(facts: Facts) -> str:
    value = facts.headers.raw("auto-submitted")
    first = re.split(r"[\s;(]", value.strip().lower(), maxsplit=1)[0]
    return f"Auto-Submitted: {one_line(value)}" if first not in {"", "no"} else ""


def _precedence(facts: Facts) -> str:
    for name in ("precedence", "x-precedence"):
        value = facts.headers.raw(name).strip().lower().replace("-", "_")
        if value in BULK:
            return f"{name.title()}: {value}"
    return ""


def _loop_header(facts: Facts) -> str:
    found = next((name for name in LOOP_HEADERS if facts.headers.has(name)), "")
    return f"{found.title()}: {one_line(facts.headers.raw(found))[:80]}" if found else ""


def _suppress(facts: Facts) -> str:
    value = facts.headers.raw("x-auto-response-suppress")
    asked = {one.strip().lower() for one in value.split(",")}
    return f"X-Auto-Response-Suppress: {one_line(value)}" if asked & SUPPRESSED else ""


def _null_sender(facts: Facts) -> str:
    empty = any(value.strip() == "<>" for value in facts.headers.raw_all("return-path"))
    return "Return-Path: <>" if empty else ""


def _report(facts: Facts) -> str:
    return "Content-Type: multipart/report" if facts.content_type == "multipart/report" else ""


def _silent_sender(facts: Facts) -> str:
    local = facts.from_email.rpartition("@")[0]
    return f"From: {local}@" if SILENT_SENDERS.match(local) else ""


def _automatic_subject(facts: Facts) -> str:
    return f"Subject: {facts.subject[:80]}" if AUTOMATIC_SUBJECT.match(facts.subject) else ""


AUTOMATIC: tuple[Sign, ...] = (
    _auto_submitted,
    _precedence,
    _loop_header,
    _suppress,
    list_sign,
    _null_sender,
    _report,
    _silent_sender,
    _automatic_subject,
)
