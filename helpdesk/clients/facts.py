"""What is known of a company or a contact as people read it: for the history, and to notice a stale form."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from helpdesk import history
from helpdesk.clients.models import Company, CompanyDomain, Contact, ContactAddress, ContactPhone
from helpdesk.clients.rules import domain_shown
from helpdesk.db import db
from helpdesk.history import Facts

COMPANY, CONTACT = "company", "contact"
ON_AT_FIRST = frozenset({"colleagues_answer"})  # whatever is new has these


def company_facts(company: Company) -> Facts:
    """Everything that may be changed on a company."""
    domains = select(CompanyDomain.domain).where(CompanyDomain.company_id == company.id)
    return {
        "name": company.name,
        "vip": company.vip,
        "main_phone": company.main_phone,
        "domains": sorted(domain_shown(name) for name in db.session.scalars(domains)),
        "zone": company.zone,
        "language": company.language,
        "colleagues_answer": company.colleagues_answer,
        "systems": company.systems,
        "note": company.note,
        "confirmed": company.confirmed_at is not None,
        "retired": company.retired_at is not None,
    }


def contact_facts(contact: Contact) -> Facts:
    """Everything that may be changed on a contact; the company by its name."""
    emails = select(ContactAddress.email).where(ContactAddress.contact_id == contact.id)
    numbers = select(ContactPhone.typed).where(ContactPhone.contact_id == contact.id)
    return {
        "name": contact.person.name,
        "position": contact.position,
        "vip": contact.vip,
        "company": contact.company.name,
        "emails": list(db.session.scalars(emails.order_by(ContactAddress.id))),
        "phones": list(db.session.scalars(numbers.order_by(ContactPhone.id))),
        "language": contact.person.language,
        "zone": contact.person.zone,
        "note": contact.note,
        "confirmed": contact.verified_at is not None,
        "retired": contact.retired_at is not None,
    }


def note_company(company: Company, before: Facts | None, *, by: int, now: datetime) -> None:
    """Write down what changed since `before` (None: it is new)."""
    thing = (COMPANY, company.id, company.name)
    history.changed(thing, before, _told(company_facts(company), before), by=by, now=now)


def note_contact(contact: Contact, before: Facts | None, *, by: int, now: datetime) -> None:
    """Write down what changed since `before` (None: it is new)."""
    thing = (CONTACT, contact.id, contact.person.name)
    history.changed(thing, before, _told(contact_facts(contact), before), by=by, now=now)


def stamp(facts: Facts, fields: Iterable[str]) -> str:
    """A short mark of these fields as they stand: another one means that somebody changed them."""
    text = json.dumps([facts.get(field) for field in fields], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _told(after: Facts, before: Facts | None) -> Facts:
    """Of something new only what it has beyond what all have at first."""
    if before is not None:
        return after
    return {name: value for name, value in after.items() if bool(value) is not (name in ON_AT_FIRST)}
