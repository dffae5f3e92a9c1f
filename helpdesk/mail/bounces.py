"""What a delivery report says: who was not reached, for good or for now, and about which mail of ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from helpdesk.mail.headers import Headers, lowered_domain, read_addresses, read_message_ids
from helpdesk.mail.mime import Part

STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
FAILED = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b(?!\.)")
SMTP_CODE = re.compile(r"(?<![\d.-])([45])\d\d(?=[ -]|$)(?!-\d{3}-\d)(?! (?:bytes|KB))")
EMAIL = re.compile(r"[\w.+=&%!'#$/*-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}|[\w.+-]+@\[\d+(?:\.\d+){3}\]")
BRACKETED = re.compile(
    r"[<(\"'\[]\s*(?:mailto:|smtp:|rfc822;\s*)?([\w.+=&%!'#$/*-]+@[\w.-]+\w)\s*[>)\"'\]]", re.IGNORECASE
)
FAILURE_SUBJECT = re.compile(
    r"^failed mail|automatically rejected|失败|退信|"
    r"undeliver|delivery (?:status|failure|failed|problem|report|notification|error|has failed)|"
    r"(?:mail|message)[\w ]{0,30} (?:delivery )?(?:fail|return)|returned (?:mail|to sender|message)|"
    r"failure (?:notice|delivery)|"
    r"non.?deliver|not delivered|could ?n.t be delivered|could not be delivered|"
    r"mail(?:er)? (?:error|failure)|"
    r"mail system error|delivery (?:delayed|warning|temporarily)|message delayed|bounced|"
    r"user unknown|rejected:|nondeliverable|"
    r"unzustellbar|zustell|nicht zugestellt|non remis|échec de la remise|non distribu|"
    r"no se puede entregar|"
    r"не доставлено|недоставленн|не удалось доставить|mensagem não entregue|mancato recapito|"
    r"onbestelbaar|error sending",
    re.IGNORECASE,
)
FAILURE_TEXT = re.compile(
    r"has been returned because|automatically rejected|"
    r"(?:could|can) ?not be (?:delivered|sent)|couldn.t be delivered|(?:was|were|is|"
    r"has) (?:not (?:been )?|un)deliver(?:ed|able)|"
    r"unable to deliver|not able to deliver|wasn't able to deliver|undeliverable|delivery (?:to|"
    r"failed|error|of)|permanent (?:fatal )?err|fatal error|"
    r"user unknown|unknown user|no such user|mailbox (?:is )?(?:unavailable|full|not found|"
    r"does not exist)|does not exist|"
    r"failed (?:address|recipient|to deliver)|returned to (?:you|sender)|not (?:known|found|listed)|"
    r"quota|over ?quota|"
    r"undelivered|not delivered|was rejected|address(?:es)? (?:failed|had|rejected)|problem delivering|"
    r"did not reach|не удалось доставить|не доставлено|nicht zugestellt|n'a pas pu|"
    r"can.t be delivered|unreachable|"
    r"the following (?:recipient|address)|error while|error occurred|no longer|bad address|"
    r"invalid (?:recipient|address)|unknown (?:recipient|address)",
    re.IGNORECASE,
)
DELAY = re.compile(
    r"\bwarning\b|\bdelayed\b|\bdeferred\b|will (?:continue|keep|be retried|retry)|still (?:trying|"
    r"being)|"
    r"not yet (?:been )?delivered|temporar(?:y|ily)|will try again|do not (?:need to )?re-?send",
    re.IGNORECASE,
)
GAVE_UP = re.compile(
    r"permanent|gave up|giving up|fatal|too long|no longer|bounced|has been returned|"
    r"failed permanently|unknown user|user unknown|no such user",
    re.IGNORECASE,
)
ORIGINAL_BELOW = re.compile(
    r"^.{0,40}(?:(?:original|returned|unsent|your) message "
    r"(?:follows|was (?!addressed)|headers?|below|text|details)|"
    r"below this line is a copy|"
    r"this is a copy of (?:the|your) message|message header follows|"
    r"headers? of the (?:original )?message|"
    r"-{2,} ?(?:original|returned|unsent|start of).{0,30}(?:message|mail)|included is a copy|"
    r"received: from ).*$",
    re.IGNORECASE | re.MULTILINE,
)
REPORTERS = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|maildelivery|mmdf|bounces?|mta)(?![a-z])",
    re.IGNORECASE,
)
CULPRITS = re.compile(
    r"(?:following|these|intended) (?:recipient|address|user)|recipients? (?:of|for)|did not reach|"
    r"delivered to (?:the following|these)|failed (?:address|recipient)|addresses? failed|"
    r"permanent fatal errors|transcript of session|failed permanently|your message was addressed",
    re.IGNORECASE,
)
UNNAMED_HOST = re.compile(r"^[ \t]+([\w.+-]{2,64})[ \t]*$", re.MULTILINE)
MASKED = re.compile(r"\.\.\.?@")  # what archives write instead of the rest of a name
REPORTING_NAME = re.compile(
    r"mail delivery|mailer-?daemon|postmaster|delivery (?:sub)?system|internet mail", re.IGNORECASE
)
GATEWAYS = re.compile(
    r"^[^@]*(?:smtp|anti-?virus|system.?administrator|imss|mail.?service|gateway)[^@]*@", re.IGNORECASE
)
PREFIX = re.compile(r"^(?:smtp|mailto|rfc822)[=:;]", re.IGNORECASE)
LIST_ROLE = re.compile(r"-(?:admin|bounces?|owner|request)(?:\+[^@]*)?@", re.IGNORECASE)
HEAD = 6_000
ANY_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
LOOKED_THROUGH = 50_000
MOST_IDS = 100


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient not reached; `status` as in RFC 3463 or empty; not `hard` means for now."""

    recipient: str
    status: str
    hard: bool
    diagnostic: str = ""


def read_bounces(tree: Part, text: str, sender: str) -> tuple[Bounce, ...]:
    """The failures a mail reports, empty if it is no delivery report."""
    reports = [part for part in tree.walk() if part.content_type.endswith("/delivery-status")]
    found = tuple(bounce for part in reports for bounce in _from_report(part))
    return _unrepeated(found or _from_text(tree, text, sender))


def looks_like_bounce(tree: Part, text: str, sender: str) -> bool:
    """Also true when no recipient can be named."""
    return bool(read_bounces(tree, text, sender)) or _text_says_failed(tree, text, sender)


def reported_message_ids(tree: Part) -> tuple[str, ...]:
    """Ids of the mail a report is about: from enclosed headers first, else from anywhere in its text."""
    enclosed = [part for part in tree.walk() if part is not tree]
    ids = [part.headers.raw("message-id") for part in enclosed]
    texts = [part.text for part in tree.walk() if part.content_type.startswith(("text/", "message/"))]
    ids += [_id_line(text) for text in texts]
    ids += [found[0] for text in texts for found in islice(ANY_ID.finditer(text[:LOOKED_THROUGH]), MOST_IDS)]
    ids += [tree.headers.raw("in-reply-to"), tree.headers.raw("references")]
    return tuple(dict.fromkeys(one for value in ids for one in read_message_ids(value)))[:MOST_IDS]


def _id_line(text: str) -> str:
    found = re.search(
        r"^[ \t]*(?:X-|Original-)?Message-I[dD]:\s*(<[^<>\s]+>)", text, re.MULTILINE | re.IGNORECASE
    )
    return found[1] if found else ""


def fields_of(part: Part) -> Iterator[dict[str, str]]:
    """The groups of fields of a message/delivery-status, the first of which is about the message."""
    for block in re.split(r"\n\s*\n", part.text):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        fields = re.findall(r"^([A-Za-z-]+)[ \t]*:[ \t]*(.*)$", unfolded, re.MULTILINE)
        yield {name.lower(): value.strip() for name, value in fields}


def _from_report(part: Part) -> Iterator[Bounce]:
    for block in fields_of(part):
        action = block.get("action", "").split(" ")[0].strip(";").lower()
        recipient = _recipient(block)
        if not recipient or action in {"delivered", "relayed", "expanded", "delivery"}:
            continue
        diagnostic = block.get("diagnostic-code", "")
        status = _status_in(block.get("status", "")) or _status_in(diagnostic)
        if action in {"failed", "delayed"} or status[:1] in {"4", "5"} or not action:
            yield Bounce(recipient, status, _is_final(action, status), diagnostic[:500])


def _is_final(action: str, status: str) -> bool:
    """RFC 3464: `failed` means that nobody tries any more, also when the last trouble was a passing one."""
    return action == "failed" or (action != "delayed" and status[:1] != "4")


def _recipient(block: dict[str, str]) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = block.get(name, "").rpartition(";")[2].strip()
        found = read_addresses(value)
        if found and not MASKED.search(found[0].email):
            return found[0].email
    return ""


def _status_in(text: str, pattern: re.Pattern[str] = STATUS) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _unrepeated(found: tuple[Bounce, ...]) -> tuple[Bounce, ...]:
    return tuple({bounce.recipient.lower(): bounce for bounce in reversed(found)}.values())[::-1]


def _text_says_failed(tree: Part, text: str, sender: str) -> bool:
    """Whether a report in plain words lies here. What many machines write, such as absence notes and alarms,
    is one only if its subject and its text say so and it names somebody.
    """
    if tree.headers.has("x-failed-recipients"):
        return True
    by_subject = bool(FAILURE_SUBJECT.search(_subject(tree)))
    if REPORTERS.match(sender) or tree.content_type == "multipart/report":
        return by_subject or (_says_failed(text) and bool(_named_in(tree, text, sender)))
    is_machine = _has_null_sender(tree.headers) or _is_from_a_machine(tree) or bool(GATEWAYS.search(sender))
    return is_machine and by_subject and _says_failed(text) and bool(_named_in(tree, text, sender))


def _says_failed(text: str) -> bool:
    return bool(FAILURE_TEXT.search(text[:HEAD]))


def _subject(tree: Part) -> str:
    return tree.headers.text("subject")[:300]


def _has_null_sender(headers: Headers) -> bool:
    return any(value.strip() == "<>" for value in headers.raw_all("return-path"))


def _is_from_a_machine(tree: Part) -> bool:
    """A person who writes about undelivered mail is a client, so the words alone prove nothing."""
    value = tree.headers.raw("auto-submitted").lower()
    is_declared = bool(value) and not value.startswith("no")
    is_declared = is_declared or tree.headers.raw("precedence").strip().lower() == "bulk"
    name = tree.headers.text("from")
    return is_declared or tree.content_type == "multipart/report" or bool(REPORTING_NAME.search(name))


def _from_text(tree: Part, text: str, sender: str) -> tuple[Bounce, ...]:
    if not _text_says_failed(tree, text, sender):
        return ()
    said = _above_the_original(text)
    status = _status_in(said, FAILED)
    hard = _is_hard(_subject(tree), said, status)
    return tuple(Bounce(recipient, status, hard) for recipient in _named_in(tree, text, sender))


def _named_in(tree: Part, text: str, sender: str) -> list[str]:
    """Whom the words say they did not reach."""
    said, own = _above_the_original(text), _own_addresses(tree, sender)
    named = read_addresses(tree.headers.raw("x-failed-recipients"))
    return (
        [address.email for address in named]
        or _recipients_in(said, own)
        or _recipients_in(text[:HEAD], own)[:1]
        or _of_this_host(said, sender)
    )


def _is_hard(subject: str, said: str, status: str) -> bool:
    if status:
        return status[0] == "5"
    code = SMTP_CODE.search(said)
    if code and not DELAY.search(subject):
        return code[1] == "5"
    return bool(GAVE_UP.search(said)) or not DELAY.search(subject + "\n" + said)


def _above_the_original(text: str) -> str:
    text = text[:LOOKED_THROUGH]
    cut = ORIGINAL_BELOW.search(text)
    above = text[: cut.start()] if cut and EMAIL.search(text[: cut.start()]) else text
    return above[:HEAD]


def _own_addresses(tree: Part, sender: str) -> frozenset[str]:
    """Addresses that stand in a report without being the one that failed."""
    known = tree.headers.addresses("to", "cc", "from", "sender", "reply-to", "return-path", "delivered-to")
    emails = {address.email.lower() for address in known} | {sender.lower()}
    return frozenset(emails | {LIST_ROLE.sub("@", email) for email in emails})


def _recipients_in(said: str, own: frozenset[str]) -> list[str]:
    culprits = CULPRITS.search(said)
    if culprits:
        named = _foreign((match[0] for match in EMAIL.finditer(said[culprits.start() :][:800])), own)
        if named:
            return named[:50]
    plausible = (match[1] for match in BRACKETED.finditer(said))
    found = _foreign(plausible, own) or _foreign((match[0] for match in EMAIL.finditer(said)), own)
    return found[:50]


def _of_this_host(said: str, sender: str) -> list[str]:
    """Some hosts name their own people without the domain, alone on an indented line."""
    culprits = CULPRITS.search(said)
    found = UNNAMED_HOST.search(said, culprits.end()) if culprits else None
    domain = lowered_domain(sender).rpartition("@")[2]
    return [f"{found[1]}@{domain}"] if found and domain else []


def _foreign(addresses: Iterator[str], own: frozenset[str]) -> list[str]:
    bare = (PREFIX.sub("", one.strip("'\"<>.,;:")) for one in addresses)
    cleaned = (lowered_domain(address) for address in bare)
    kept = (
        one
        for one in cleaned
        if one.lower() not in own and not REPORTERS.match(one) and not MASKED.search(one)
    )
    return list(dict.fromkeys(kept))
