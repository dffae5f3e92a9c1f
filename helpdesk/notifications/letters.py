"""What the desk writes to clients: plain texts, one template for each occasion and language."""

from dataclasses import dataclass
from enum import StrEnum

from flask import current_app

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.threading import with_subject_tag
from helpdesk.tickets.models import Ticket

LANGUAGES = ("en", "ru")


class Occasion(StrEnum):
    """Why a client gets a letter; each has a template in every language."""

    RECEIVED = "received"
    RECEIVED_UNKNOWN = "received_unknown"
    REPLY = "reply"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A finished text. The subject carries the ticket's number."""

    subject: str
    body: str
    language: str


def write(occasion: Occasion, ticket: Ticket, **words: str | bool) -> Letter:
    """The letter in the contact's language, else the company's, else the one of the ticket's mailbox.

    `words` are what only this occasion knows (the agent's answer, the resolution). Nothing else of the ticket
    than its number, subject and contact's name is within the template's reach.
    """
    language = language_of(ticket)
    template = current_app.jinja_env.get_template(f"outgoing/{language}/{occasion}.txt")
    values = {"number": tag_of(ticket), "firm": settings().firm_name, "name": _name_of(ticket)}
    text = template.render({**values, "subject": ticket.subject, **words})
    return Letter(subject=_subject(occasion, ticket), body=text.strip() + "\n", language=language)


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
