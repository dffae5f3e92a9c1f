"""The line that a contact is found by, written anew whenever something on it changes."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.clients import phones, rules
from helpdesk.clients.models import Contact, ContactAddress, ContactPhone
from helpdesk.db import db


def refresh_lookup(contact: Contact) -> None:
    """Write down anew what the contact may be found by."""
    db.session.flush()
    name, position, firm = contact.person.name, contact.position, contact.company.name
    emails = db.session.scalars(
        select(ContactAddress.email).where(ContactAddress.contact_id == contact.id)
    ).all()
    numbers = db.session.scalars(select(ContactPhone).where(ContactPhone.contact_id == contact.id)).all()
    contact.lookup = line_of([name, firm, position, *emails], numbers)
    db.session.flush()


def line_of(texts: list[str], numbers: Sequence[ContactPhone]) -> str:
    """What somebody with these texts and numbers is found by."""
    return rules.lookup_line(texts, [form for phone in numbers for form in _spoken(phone)])


def _spoken(phone: ContactPhone) -> list[str]:
    """The digits as people begin to type a number: with country, without, and its last seven and four."""
    typed = phones.digits_of(phone.typed)
    if not phone.e164:
        return [typed] if typed else []
    national = phones.national_digits(phone.e164)
    return [phones.digits_of(phone.e164), national, national[-7:], national[-4:], typed]
