"""Making contacts, and how to reach them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from helpdesk.accounts.models import Account
from helpdesk.accounts.people import create_person, sort_key
from helpdesk.clients import phones, rules
from helpdesk.clients.actions.lookup import refresh_lookup
from helpdesk.clients.facts import note_contact
from helpdesk.clients.models import CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.clients.queries import company_by_domain, find_contact_by_email
from helpdesk.db import db
from helpdesk.errors import RuleViolation

_Row = TypeVar("_Row")


class AddressTaken(RuleViolation):
    """The address is somebody else's already: `contact_id`."""

    def __init__(self, owner: Contact, email: str) -> None:
        name, company = owner.person.name, owner.company.name
        super().__init__(
            _("%(email)s belongs to %(name)s of %(company)s.", email=email, name=name, company=company)
        )
        self.contact_id = owner.id


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
    by: int | None = None,
) -> Contact:
    """A new person as contact of the company. The name falls back to the first address or number.

    With `by` it stands in the history as his. Raises RuleViolation when nothing at all is known, or an
    address belongs to somebody else.
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
    if by is not None:
        note_contact(contact, None, by=by, now=now)
    return contact


def contact_for_address(email: str, name: str, *, now: datetime, language: str | None = None) -> Contact:
    """The contact of that address, made when nobody has it: unverified, at the company of its domain.

    Two senders of the same new address wait for each other (advisory lock until the end of the transaction).
    """
    found = find_contact_by_email(email)
    if found is None:
        hold_address(email)
        found = find_contact_by_email(email)
    if found is not None:
        return found
    company = company_by_domain(rules.domain_of(email))
    return make_contact(name, company.id, emails=(email,), now=now, language=language)


def hold_address(email: str) -> None:
    """Let nobody else find out or change whose address that is before this transaction ends."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(rules.address(email), 71))))


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
        raise AddressTaken(owner, email)
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
    set_addresses(contact, emails)
    set_phones(contact, numbers, region=region)


def set_addresses(contact: Contact, emails: Sequence[str]) -> None:
    """Exactly these mail addresses; for what is refused see add_address."""
    kept = {_add_address(contact, email).id for email in emails}
    db.session.execute(
        delete(ContactAddress).where(ContactAddress.contact_id == contact.id, ContactAddress.id.not_in(kept))
    )
    refresh_lookup(contact)


def set_phones(contact: Contact, numbers: Sequence[str], *, region: str = phones.DEFAULT_REGION) -> None:
    """Exactly these numbers, each in any spelling. Raises RuleViolation for what has no digit in it."""
    for number in numbers:
        if not phones.digits_of(number):
            raise RuleViolation(_("“%(number)s” is no number.", number=number.strip()))
    kept = {_add_phone(contact, number, region).id for number in numbers}
    db.session.execute(
        delete(ContactPhone).where(ContactPhone.contact_id == contact.id, ContactPhone.id.not_in(kept))
    )
    refresh_lookup(contact)


def rename_contact(contact: Contact, name: str, *, position: str) -> None:
    """Correct the name and what the person does there.

    Raises RuleViolation without a name, and for another name of somebody who works at this desk.
    """
    name = " ".join(name.split())
    if not name:
        raise RuleViolation(_("Give the contact a name."))
    if name != contact.person.name and works_here(contact):
        raise RuleViolation(
            _("%(name)s works at this desk and says himself what he is called.", name=contact.person.name)
        )
    contact.person.name, contact.person.sort_key = name, sort_key(name)
    contact.position = position.strip()
    refresh_lookup(contact)


def verify(contact: Contact, *, now: datetime) -> None:
    """Somebody has said who this is. Raises RuleViolation while the company is not known."""
    if contact.company.kind is CompanyKind.UNKNOWN:
        raise RuleViolation(_("Say first which company the contact belongs to."))
    contact.verified_at = contact.verified_at or now


def works_here(contact: Contact) -> bool:
    """Whether the person has a sign-in, and with it a profile of his own."""
    return bool(db.session.scalar(select(Account.id).where(Account.person_id == contact.person_id)))


def _kept(row: _Row) -> _Row:
    db.session.add(row)
    db.session.flush()
    return row
