"""What a page says about a message that became no ticket: why, and what speaks for and against it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from helpdesk.clients.models import CompanyKind
from helpdesk.clients.queries import find_contact_by_email
from helpdesk.i18n import gettext as _
from helpdesk.i18n import ngettext
from helpdesk.mail.actions import HELD
from helpdesk.mail.claiming import STOPPED
from helpdesk.mail.judging import ANSWERS_NOTICE, FLOOD, FLOODED, SHOULD_BE_KNOWN
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.pointing import pointers_of
from helpdesk.mail.reading import TOO_MUCH, NoReader, Unreadable, reader
from helpdesk.mail.verification import PROVES_AN_ADDRESS

REASONS = {
    "spam": _l("The receiving server marked it as spam"),
    "own": _l("Our own mail that came back"),
    "own_probe": _l("The mailbox wrote it to itself, to show that mail goes the whole way"),
    "copy": _l("A copy of a mail that is here already"),
    "bounce_unmatched": _l("A delivery report about a mail that we do not know"),
    "bounce_unproved": _l("A delivery report that does not prove to be about a mail of ours: only shown"),
    "read_receipt": _l("A read receipt"),
    "complaint": _l("A complaint report of a mail provider"),
    "list": _l("A mailing list, which this mailbox takes no tickets from"),
    "agent_away": _l("The note of absence of one of our own people"),
    "answer_to_notice": _l("A machine's answer to a mail from the desk to one of its own people"),
    "away_note": _l("A note of absence that answers nothing of ours"),
    "finished_ticket": _l("A machine's answer to a ticket that ended long ago"),
}
SENTENCES = (FLOODED, TOO_MUCH, STOPPED, ANSWERS_NOTICE, PROVES_AN_ADDRESS, SHOULD_BE_KNOWN)
UNREADABLE = _l("It could not be read within the limits")
BROKEN = _l("Something broke while it was taken in")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at; a bad one speaks against the mail."""

    is_good: bool
    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    """The mail as far as it can be shown; `text` None: it cannot be read at all."""

    sender: str
    to: str
    text: str | None
    quoted: str
    checks: tuple[Check, ...]


def why(mail: InboundMail) -> str:
    """The reason in a few words, for lists."""
    if mail.state is InboundState.DISCARDED:
        return (mail.reason or "").rstrip(".")
    if mail.state is InboundState.IGNORED:
        code = (mail.reason or "").partition(":")[0]
        return str(REASONS.get(code, code))
    if mail.error and " " in mail.error and ":" not in mail.error.partition(" ")[0]:
        return _trouble(mail).rstrip(".")
    return str(BROKEN)


def _trouble(mail: InboundMail) -> str:
    """What kept it out, as it was written down; the sentences we know in the reader's language."""
    values = {"most": FLOOD, "sender": mail.from_email or ""}
    known = next((one for one in SENTENCES if one % values == mail.error), None)
    return _(known, **values) if known else mail.error or ""


def sight_of(mail: InboundMail) -> Sight:
    """Open the mail in the reader's process and look at it; an unreadable one is said to be so."""
    try:
        parsed = reader.read(mail.raw)
    except (Unreadable, NoReader):
        broken = Check(is_good=False, name=_("Content"), words=str(UNREADABLE))
        return Sight(sender=mail.from_email or "", to="", text=None, quoted="", checks=(broken, _tries(mail)))
    return Sight(
        sender=f"{parsed.from_name} <{parsed.from_email}>" if parsed.from_name else parsed.from_email,
        to=", ".join(one.email for one in parsed.to),
        text=parsed.reply or parsed.text,
        quoted=parsed.quoted if parsed.reply else "",
        checks=(
            _sender(parsed),
            _thread(parsed),
            _machine(parsed),
            _content(parsed),
            _tries(mail),
        ),
    )


def _sender(parsed: ParsedMail) -> Check:
    contact = find_contact_by_email(parsed.from_email) if parsed.from_email else None
    if contact is None:
        words = _("Nobody we know writes from this address")
    elif contact.company.kind is CompanyKind.UNKNOWN:
        return Check(is_good=False, name=_("Sender"), words=_("Nobody has said yet who this client is"))
    else:
        words = _("%(name)s of %(company)s", name=contact.person.name, company=contact.company.name)
    return Check(is_good=contact is not None, name=_("Sender"), words=words)


def _thread(parsed: ParsedMail) -> Check:
    numbers = list(dict.fromkeys(one.ticket_id for one in pointers_of(parsed)))
    if not numbers:
        return Check(is_good=True, name=_("Thread"), words=_("It begins something new"))
    listed = ", ".join(str(number) for number in numbers[:5])
    return Check(is_good=True, name=_("Thread"), words=_("It points to ticket %(numbers)s", numbers=listed))


def _machine(parsed: ParsedMail) -> Check:
    if parsed.is_auto:
        return Check(is_good=False, name=_("Writer"), words="; ".join(parsed.evidence) or _("A machine"))
    return Check(is_good=True, name=_("Writer"), words=_("A person, as far as one can see"))


def _content(parsed: ParsedMail) -> Check:
    if parsed.defects:
        return Check(is_good=False, name=_("Content"), words=", ".join(parsed.defects[:5]))
    count = len(parsed.attachments)
    words = (
        ngettext("Reads well, %(num)d file", "Reads well, %(num)d files", count) if count else _("Reads well")
    )
    return Check(is_good=True, name=_("Content"), words=words)


def _tries(mail: InboundMail) -> Check:
    words = ngettext("Tried %(num)d time", "Tried %(num)d times", mail.attempts)
    said = f"{words}: {mail.error}" if mail.error and why(mail) == BROKEN else words
    return Check(is_good=not mail.error or mail.reason == HELD, name=_("Attempts"), words=said)
