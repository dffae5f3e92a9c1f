"""Who somebody is now: a known contact after all, somebody of another company, or no longer there."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.models import Company, CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.db import db
from helpdesk.errors import RuleViolation


def retire_contact(contact: Contact, *, now: datetime) -> None:
    """He is no longer there: nobody finds him any more, his tickets and calls stay."""
    contact.retired_at = contact.retired_at or now


def restore_contact(contact: Contact) -> None:
    """He is there again. Raises RuleViolation when he is the contact of another company by now."""
    elsewhere = select(Contact).where(
        Contact.person_id == contact.person_id, Contact.id != contact.id, Contact.retired_at.is_(None)
    )
    if (other := db.session.scalars(elsewhere).first()) is not None:
        raise RuleViolation(
            _("%(name)s is at %(company)s now.", name=contact.person.name, company=other.company.name)
        )
    contact.retired_at = None


def move_contact(contact: Contact, to: Company, *, now: datetime) -> Contact:
    """The person works for another company from now on: a contact there, with his addresses and numbers.

    What he asked for until now stays with the company he asked it for; his old contact is retired. Raises
    RuleViolation when that is where he is already, or when he may not be moved.
    """
    if contact.company_id == to.id:
        raise RuleViolation(_("%(name)s is there already.", name=contact.person.name))
    if contact.retired_at is not None:
        raise RuleViolation(_("This contact is no longer there. Choose once more."))
    if to.kind is not CompanyKind.CLIENT or to.retired_at is not None:
        raise RuleViolation(_("Choose one of the client companies."))
    moved = contact_at(contact, to, now=now)
    _move_addresses(contact, moved)
    _move_phones(contact, moved)
    contact.retired_at = now
    refresh_lookup(contact)
    refresh_lookup(moved)
    return moved


def contact_at(contact: Contact, company: Company, *, now: datetime) -> Contact:
    """The person's contact at the company: his earlier one there, brought back, or a new one."""
    same = select(Contact).where(Contact.person_id == contact.person_id, Contact.company_id == company.id)
    found = db.session.scalars(same).one_or_none()
    if found is not None:
        found.retired_at, found.verified_at = None, found.verified_at or contact.verified_at
        return found
    made = Contact(
        person_id=contact.person_id,
        company_id=company.id,
        vip=contact.vip,
        note=contact.note,
        verified_at=contact.verified_at,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


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


def unite(double: Contact, into: Contact, *, now: datetime) -> None:
    """One person stood in the book twice: addresses and numbers go over, and the double is retired.

    Tickets move by their own verb. Raises RuleViolation unless both are there at one client company.
    """
    if double.id == into.id:
        raise RuleViolation(_("Choose another contact than this one."))
    if double.retired_at is not None or into.retired_at is not None:
        raise RuleViolation(_("This contact is no longer there. Choose once more."))
    if double.company_id != into.company_id or into.company.kind is not CompanyKind.CLIENT:
        raise RuleViolation(
            _(
                "Only two contacts of one company can be put together; %(name)s is at %(company)s.",
                name=into.person.name,
                company=into.company.name,
            )
        )
    _move_addresses(double, into)
    _move_phones(double, into)
    double.retired_at, into.verified_at = now, into.verified_at or double.verified_at
    refresh_lookup(double)
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
