"""What became of a message that came in, in a sentence, and how it looks."""

from dataclasses import dataclass

from helpdesk.i18n import gettext as _
from helpdesk.i18n import ngettext
from helpdesk.mail.held import why
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.models import InboundMail, InboundState

HEADER_BYTES, HEADER_LINES = 256 * 1024, 400


@dataclass(frozen=True)
class Fate:
    """The state in a word with its colour, and the sentence behind it."""

    word: str
    tone: str
    sentence: str


def fate_of(mail: InboundMail) -> Fate:
    """What to say of it in a list and on top of its own page."""
    word, tone = {
        InboundState.RECEIVED: (_("on its way"), "live"),
        InboundState.PROCESSED: (_("taken in"), "good"),
        InboundState.IGNORED: (_("left aside"), ""),
        InboundState.QUARANTINED: (_("held"), "risk"),
        InboundState.DISCARDED: (_("discarded"), ""),
    }[mail.state]
    return Fate(word, tone, _sentence(mail))


def headers_of(mail: InboundMail) -> str:
    """The lines on top of the message as they came, without what cannot be shown."""
    head = mail.raw[:HEADER_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = head.decode("utf-8", "replace").splitlines()[:HEADER_LINES]
    return "\n".join("".join(sign for sign in line if sign.isprintable() or sign == "\t") for line in lines)


def kind_of(mail: InboundMail) -> str:
    """What the mail is, in words; empty while it has not been read."""
    words = {
        MailKind.PERSON: _("a person's mail"),
        MailKind.THANKS: _("a thank you and nothing else"),
        MailKind.AUTOMATIC: _("written by a machine"),
        MailKind.AWAY: _("a note of absence"),
        MailKind.LIST: _("from a mailing list"),
        MailKind.BOUNCE: _("a delivery report"),
        MailKind.RECEIPT: _("a receipt"),
        MailKind.COMPLAINT: _("a complaint about our mail"),
        MailKind.SPAM: _("spam, as its server says"),
    }
    return words[mail.mail_kind] if mail.mail_kind else ""


def _sentence(mail: InboundMail) -> str:
    if mail.state is InboundState.RECEIVED:
        return _on_its_way(mail)
    if mail.state is InboundState.PROCESSED:
        return _taken_in(mail)
    if mail.copy_of_id is not None:
        return _("A copy of a mail that is here already.")
    return f"{why(mail)}."


def _on_its_way(mail: InboundMail) -> str:
    if not mail.sha256:
        return _("Its server lists it and has not handed it over yet: it is asked again.")
    if mail.attempts and mail.error:
        return ngettext(
            "Tried %(num)s time so far, and soon again.",
            "Tried %(num)s times so far, and soon again.",
            mail.attempts,
        )
    return _("Stored as it came, and about to be taken in.")


def _taken_in(mail: InboundMail) -> str:
    sentences = {
        "opened": _("It opened a ticket."),
        "joined": _("It became part of a ticket."),
        "duplicate": _("It is part of its ticket already."),
        "bounce": _("It told us of a mail that did not arrive, and stands at that mail."),
        "read_receipt": _("It told us that a mail arrived or was read, and stands at that mail."),
        "complaint": _("Somebody does not want our mail: nothing automatic goes there any more."),
    }
    return sentences.get(mail.reason or "", _("It was taken in."))
