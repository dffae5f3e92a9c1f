"""Making contacts, how to reach them, and saying who somebody is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.accounts.people import create_person, sort_key
from helpdesk.clients import phones, rules
from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.models import CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.clients.queries import company_by_domain, find_contact_by_email
from helpdesk.db import db
from helpdesk.errors import RuleViolation

_Row = TypeVar("_Row")


def make_contact(
    name: str,
    company_id: int,
    *,
    now: datetime,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    verified: bool = False,
    position: str = "",
    language: str | None = None,
    region: str = "GB",
) -> Contact:
    """A new person as contact of the company. The name falls back to the first address or number.

    Raises RuleViolation when nothing at all is known, or an address belongs to somebody else.
    """
    emails, typed = [e for e in emails if e.strip()], [p for p in phones if p.strip()]
    name = " ".join(name.split()) or next(iter([*emails, *typed]), "").strip()
    if not name:
        raise RuleViolation(_("Give at least a name, an address or a number."))
    person = create_person(name, language=language, zone=None, now=now)
    contact = _kept(
        Contact(
            person_id=person.id,
            company_id=company_id,
            position=position.strip(),
            verified_at=now if verified else None,
            created_at=now,
        )
    )
    for email in emails:
        _add_address(contact, email)
    for number in typed:
        _add_phone(contact, number, region)
    refresh_lookup(contact)
    return contact


def contact_for_address(email: str, name: str, *, now: datetime, language: str | None = None) -> Contact:
    """The contact of that address, made when nobody has it: unverified, at the company of its domain.

    Two senders of the same new address wait for each other (advisory lock until the end of the transaction).
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(rules.address(email), 71))))
    found = find_contact_by_email(email)
    if found:
        return found
    company = company_by_domain(rules.domain_of(email))
    return make_contact(name, company.id, emails=(email,), now=now, language=language)


def add_address(contact: Contact, email: str) -> ContactAddress:
    """One more mail address. Raises RuleViolation for what is none, or is somebody else's."""
    address = _add_address(contact, email)
    refresh_lookup(contact)
    return address


def _add_address(contact: Contact, email: str) -> ContactAddress:
    email = rules.address(email)
    if not rules.is_address(email):
        raise RuleViolation(_("“%(email)s” is no mail address.", email=email))
    owner = find_contact_by_email(email)
    if owner and owner.id != contact.id:
        raise RuleViolation(
            _(
                "%(email)s belongs to %(name)s of %(company)s.",
                email=email,
                name=owner.person.name,
                company=owner.company.name,
            )
        )
    query = select(ContactAddress).where(ContactAddress.email == email)
    return (
        db.session.scalars(query).one()
        if owner
        else _kept(ContactAddress(contact_id=contact.id, email=email))
    )


def add_phone(contact: Contact, typed: str, *, region: str = phones.DEFAULT_REGION) -> ContactPhone:
    """One more number, as typed and in E.164; the same number twice is kept once."""
    phone = _add_phone(contact, typed, region)
    refresh_lookup(contact)
    return phone


def _add_phone(contact: Contact, typed: str, region: str) -> ContactPhone:
    typed = " ".join(typed.split())
    number = phones.e164(typed, region)
    same = ContactPhone.e164 == number if number else ContactPhone.typed == typed
    found = db.session.scalars(
        select(ContactPhone).where(ContactPhone.contact_id == contact.id, same)
    ).first()
    return found or _kept(ContactPhone(contact_id=contact.id, typed=typed, e164=number))


def set_reach(
    contact: Contact, emails: Sequence[str], numbers: Sequence[str], *, region: str = phones.DEFAULT_REGION
) -> None:
    """Exactly these addresses and numbers; for what is refused see add_address."""
    mail = {_add_address(contact, email).id for email in emails}
    kept = {_add_phone(contact, number, region).id for number in numbers}
    db.session.execute(
        delete(ContactAddress).where(ContactAddress.contact_id == contact.id, ContactAddress.id.not_in(mail))
    )
    db.session.execute(
        delete(ContactPhone).where(ContactPhone.contact_id == contact.id, ContactPhone.id.not_in(kept))
    )
    refresh_lookup(contact)


def rename_contact(contact: Contact, name: str, *, position: str) -> None:
    """Correct the name and what the person does there. Raises RuleViolation without a name."""
    name = " ".join(name.split())
    if not name:
        raise RuleViolation(_("Give the contact a name."))
    contact.person.name, contact.person.sort_key = name, sort_key(name)
    contact.position = position.strip()
    refresh_lookup(contact)


def verify(contact: Contact, *, now: datetime) -> None:
    """Somebody has said who this is. Raises RuleViolation while the company is not known."""
    if contact.company.kind is CompanyKind.UNKNOWN:
        raise RuleViolation(_("Say first which company the contact belongs to."))
    contact.verified_at = contact.verified_at or now


def absorb(unverified: Contact, into: Contact, *, now: datetime) -> None:
    """Somebody said that a sender nobody knew is a known contact: his addresses and numbers go over.

    A contact who is left with nothing is retired; tickets move by their own verb. Raises RuleViolation for a
    verified one.
    """
    if unverified.id == into.id:
        return
    if unverified.verified_at is not None:
        raise RuleViolation(_("%(name)s is a known contact and stays one.", name=unverified.person.name))
    if _move_addresses(unverified, into) + _move_phones(unverified, into):
        unverified.retired_at = now
    refresh_lookup(unverified)
    refresh_lookup(into)


def _move_addresses(giver: Contact, taker: Contact) -> int:
    query = select(ContactAddress).where(ContactAddress.contact_id == giver.id)
    addresses = db.session.scalars(query).all()
    for address in addresses:
        address.contact_id = taker.id
    return len(addresses)


def _move_phones(giver: Contact, taker: Contact) -> int:
    numbers = db.session.scalars(select(ContactPhone).where(ContactPhone.contact_id == giver.id)).all()
    for phone in numbers:
        same = {"contact_id": taker.id, "typed": phone.typed, "e164": phone.e164}
        db.session.execute(insert(ContactPhone).values(same).on_conflict_do_nothing())
        db.session.delete(phone)
    return len(numbers)


def _kept(row: _Row) -> _Row:
    db.session.add(row)
    db.session.flush()
    return row
