"""Mail texts as the settings show them: what each occasion is, what can be filled in, and a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select

from helpdesk.admin.letter_frame import letter_page, packed
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.i18n import told
from helpdesk.mail.frame_height import heights_of
from helpdesk.mail.frame_rooms import Room, rooms_of
from helpdesk.mail.models import Mailbox
from helpdesk.mail.queries import default_mailbox
from helpdesk.mail.threading import with_subject_tag
from helpdesk.notifications.letters import UNSIGNED, Signature, signature_from
from helpdesk.notifications.models import MailOccasionOff, MailText
from helpdesk.notifications.reactions import REOPEN_DAYS
from helpdesk.notifications.text_settings import OCCASIONS, Place, number_of
from helpdesk.notifications.texts import filled, phrases, worded
from helpdesk.notifications.wording import Occasion, checked

SAMPLE_NUMBER = 1042
LARGER = 1.08
NAMES: Mapping[Occasion, tuple[Any, Any]] = {
    Occasion.RECEIVED: (
        lazy_gettext("Receipt"),
        lazy_gettext("To a client we know, as soon as the request has a number."),
    ),
    Occasion.RECEIVED_UNKNOWN: (
        lazy_gettext("Receipt for a stranger"),
        lazy_gettext("To an address we do not know. It repeats nothing that the stranger wrote."),
    ),
    Occasion.REPLY: (
        lazy_gettext("Answer"),
        lazy_gettext("Around every answer that somebody here writes to a client."),
    ),
    Occasion.FORWARD: (
        lazy_gettext("Question to a third party"),
        lazy_gettext("Around what somebody here asks a vendor or partner."),
    ),
    Occasion.RESOLVED: (
        lazy_gettext("Solved"),
        lazy_gettext("When we believe that the request is solved; not after a solution on the phone."),
    ),
    Occasion.REOPENED: (
        lazy_gettext("Opened again"),
        lazy_gettext("When somebody here opens a solved request again."),
    ),
}
MEANINGS: Mapping[str, Any] = {
    "greeting": lazy_gettext("Hello with the client's name, if we know it"),
    "name": lazy_gettext("the client's name; empty for somebody we do not know"),
    "thanks": lazy_gettext("thanks for the mail, or for the call"),
    "number": lazy_gettext("the number of the request"),
    "subject": lazy_gettext("the subject of the request"),
    "firm": lazy_gettext("the name of our firm"),
    "days": lazy_gettext("days within which an answer opens it again"),
    "answer": lazy_gettext("what the agent wrote; it must be there"),
    "signature": lazy_gettext("the agent's signature and the mailbox's"),
}


@dataclass(frozen=True)
class Row:
    """One occasion in the list; `own` are the languages with words of our own."""

    number: int
    name: Any
    says: Any
    is_sent: bool
    own: frozenset[str]
    for_mailboxes: int


@dataclass(frozen=True)
class Preview:
    """A mail to an invented client; with an `error` the text could not be saved like this. `packed` is the
    text for the address of its frame, "" for one too long; `rooms` say how high that must be.
    """

    sender: str
    to: str
    subject: str
    text: str
    error: str
    packed: str
    rooms: Sequence[Room]


def overview() -> list[Row]:
    """Every occasion. Two statements."""
    silent = set(db.session.scalars(select(MailOccasionOff.occasion)))
    own = db.session.execute(select(MailText.occasion, MailText.language, MailText.mailbox_id)).all()
    return [
        Row(
            number=number_of(one),
            name=NAMES[one][0],
            says=NAMES[one][1],
            is_sent=one.value not in silent,
            own=frozenset(row.language for row in own if row.occasion == one and row.mailbox_id is None),
            for_mailboxes=sum(1 for row in own if row.occasion == one and row.mailbox_id is not None),
        )
        for one in OCCASIONS
    ]


def in_force(place: Place) -> str:
    return worded(place.occasion, place.language, place.mailbox[0] if place.mailbox else None)


def preview(place: Place, body: str) -> Preview:
    """The text around an invented ticket, and why it cannot be saved, if so."""
    sample, stranger = phrases(place.language), place.occasion is Occasion.RECEIVED_UNKNOWN
    mailbox = _mailbox(place)
    return Preview(
        sender=f"{mailbox.name} <{mailbox.address}>" if mailbox else settings().firm_name,
        to="" if stranger else sample["sample_name"],
        subject=with_subject_tag(
            "" if stranger else sample["sample_subject"], settings().ticket_prefix, SAMPLE_NUMBER
        ),
        text=filled(body, place.language, _invented(place, mailbox)),
        error=_error(place.occasion, body),
        packed=packed(body),
        rooms=_rooms(_letter(place, body, mailbox)),
    )


def letter(place: Place, body: str) -> str:
    """The same mail as a page: what the client's program draws."""
    return _letter(place, body, _mailbox(place))


def _letter(place: Place, body: str, mailbox: Mailbox | None) -> str:
    form = _signature(place, mailbox).html
    return letter_page(body, place.language, _invented(place, mailbox), closing_html=form)


def _rooms(page: str) -> list[Room]:
    """Its letters are a little larger than those of a mail that came in."""
    counted = heights_of(page, ())
    return rooms_of(round(LARGER * height) for height in counted.blocked) if counted else []


def _mailbox(place: Place) -> Mailbox | None:
    return db.session.get(Mailbox, place.mailbox[0]) if place.mailbox else default_mailbox()


def _signature(place: Place, mailbox: Mailbox | None) -> Signature:
    shared = Signature(mailbox.signature, mailbox.signature_html) if mailbox else UNSIGNED
    return signature_from(UNSIGNED, phrases(place.language)["sample_agent"], shared)


def _invented(place: Place, mailbox: Mailbox | None) -> dict[str, str]:
    sample = phrases(place.language)
    return {
        "number": f"{settings().ticket_prefix}#{SAMPLE_NUMBER}",
        "firm": settings().firm_name,
        "name": "" if place.occasion is Occasion.RECEIVED_UNKNOWN else sample["sample_name"],
        "subject": sample["sample_subject"],
        "days": str(REOPEN_DAYS),
        "answer": sample["sample_answer"],
        "signature": _signature(place, mailbox).text,
    }


def _error(occasion: Occasion, body: str) -> str:
    try:
        checked(occasion, body)
    except BadInput as problem:
        return told(problem)
    return ""
