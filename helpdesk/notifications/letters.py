"""What the desk writes to clients: plain texts, one for each occasion and language."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from sqlalchemy import Boolean, Select, Text, column, func, select, table

from helpdesk.accounts.models import Account, Person
from helpdesk.accounts.rules import signed, signed_form
from helpdesk.clients.models import Company, Contact
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.linking import text_to_html
from helpdesk.mail.threading import with_subject_tag
from helpdesk.notifications.texts import filled, worded
from helpdesk.notifications.wording import Occasion
from helpdesk.rich.cleaning import clean
from helpdesk.rich.letters import PLACE, SIGNED, dressed, placed, sealed, with_signature
from helpdesk.tickets.models import Ticket

LANGUAGES = ("en", "ru")
# The table of mailboxes stands on a floor above; what it says under a mail is all that is read here.
MAILBOX = table(
    "mailbox",
    column("id"),
    column("active", Boolean),
    column("is_default", Boolean),
    column("signature", Text),
    column("signature_html", Text),
)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A finished text, and the same as HTML, None: plain only. The subject carries the ticket's number."""

    subject: str
    body: str
    language: str
    html: str | None = None


@dataclass(frozen=True)
class Signature:
    """What stands under a mail, and its form, None: lines of words."""

    text: str = ""
    html: str | None = None


UNSIGNED = Signature()


def write(
    occasion: Occasion,
    ticket: Ticket,
    *,
    by_phone: bool = False,
    form: str | None = None,
    signature: Signature = UNSIGNED,
    **words: str,
) -> Letter:
    """The letter in the contact's language, else the company's, else the one of the ticket's mailbox.

    `words` are what only this occasion knows, as the agent's answer; `form` is the answer's HTML, None: lines
    of words. Nothing else of the ticket than its number, subject and contact's name is within the
    text's reach.
    """
    language = language_of(ticket)
    known = {"number": tag_of(ticket), "firm": settings().firm_name, "name": _name_of(ticket)}
    known |= {"subject": ticket.subject, "signature": signature.text, **words}
    wording = worded(occasion, language, ticket.mailbox_id)
    body, html = laid(wording, language, known, by_phone=by_phone, form=form, closing_html=signature.html)
    return Letter(subject=_subject(occasion, ticket), body=body, language=language, html=html)


def laid(
    wording: str,
    language: str,
    known: dict[str, str],
    *,
    by_phone: bool,
    form: str | None = None,
    closing_html: str | None = None,
) -> tuple[str, str]:
    """The wording with its places filled, plainly and as HTML; `closing_html` is the signature's form."""
    answer, signature = known.get("answer", ""), known.get("signature", "")
    marks = ({"answer": PLACE} if answer else {}) | ({"signature": SIGNED} if closing_html else {})
    frame = filled(wording, language, known | marks, by_phone=by_phone)
    html = _as_html(frame, clean(form or "") or text_to_html(answer), closing_html)
    plain = frame.replace(SIGNED, signature) if closing_html else frame
    return plain.replace(PLACE, answer), html


def _as_html(frame: str, answer: str, closing_html: str | None) -> str:
    """The text's twin: what it says is escaped, only answer and signature bring a form of their own."""
    html = text_to_html(frame)
    return dressed(sealed(placed(with_signature(html, closing_html) if closing_html else html, answer)))


def signature_of(person_id: int, mailbox_id: int | None) -> Signature:
    """What stands under a mail of this person: his own words, else his name, then the mailbox's, else the
    firm's name.
    """
    own = select(Person.name, Account.signature, Account.signature_html, Account.phone).outerjoin(Account)
    name, text, html, phone = db.session.execute(own.where(Person.id == person_id)).one()
    shared = db.session.execute(signature_of_mailbox(mailbox_id)).first()
    return signature_from(
        Signature(text or "", html),
        name,
        Signature(shared.signature or "", shared.signature_html) if shared else UNSIGNED,
        phone=phone or "",
    )


def signature_from(own: Signature, name: str, shared: Signature, *, phone: str = "") -> Signature:
    """Both together with what is known filled in; a form as soon as one of them has one."""
    text = closing(own.text, name, shared.text, phone=phone)
    if own.html is None and shared.html is None:
        return Signature(text)
    values = {"name": name, "phone": phone, "firm": settings().firm_name}
    parts = (_form_of(own, name, values), _form_of(shared, settings().firm_name, values))
    return Signature(text, clean("".join(parts)) or None)


def _form_of(one: Signature, otherwise: str, values: Mapping[str, str]) -> str:
    if one.html is not None:
        return clean(signed_form(one.html, values))
    lines = signed(one.text.strip() or otherwise, values).splitlines()
    return f"<div>{'<br>'.join(escape(line) for line in lines)}</div>" if lines else ""


def signature_of_mailbox(mailbox_id: int | None) -> Select[tuple[str, str | None]]:
    """The words under everybody's mail from there with their form; from the default mailbox if that one is
    not active.
    """
    wanted = func.coalesce(MAILBOX.c.id == mailbox_id, False)
    order = (wanted.desc(), MAILBOX.c.is_default.desc(), MAILBOX.c.id)
    both = select(MAILBOX.c.signature, MAILBOX.c.signature_html)
    return both.where(MAILBOX.c.active).order_by(*order).limit(1)


def closing(own: str, name: str, shared: str, *, phone: str = "") -> str:
    """The lines under a mail; `own` and `shared` may be empty, and may have places for what is known."""
    values = {"name": name, "phone": phone, "firm": settings().firm_name}
    lines = (own.strip() or name, shared.strip() or settings().firm_name)
    return "\n".join(filter(None, (signed(one, values) for one in lines)))


def language_of(ticket: Ticket) -> str:
    contact = db.session.get_one(Contact, ticket.contact_id)
    company = db.session.get_one(Company, ticket.company_id)
    wanted = (contact.person.language, company.language, ticket.language, settings().default_language)
    return next(language for language in wanted if language in LANGUAGES)


def tag_of(ticket: Ticket) -> str:
    return f"{settings().ticket_prefix}#{ticket.id}"


def _name_of(ticket: Ticket) -> str:
    """The contact's name once somebody has said who it is; a stranger's claim is not repeated."""
    contact = db.session.get_one(Contact, ticket.contact_id)
    return db.session.get_one(Person, contact.person_id).name if contact.verified_at else ""


def _subject(occasion: Occasion, ticket: Ticket) -> str:
    """To a stranger the number only, so that nobody can use the desk to send his words to a third person."""
    subject = "" if occasion is Occasion.RECEIVED_UNKNOWN else " ".join(ticket.subject.split())
    return with_subject_tag(subject[:200], settings().ticket_prefix, ticket.id)
