"""Many contacts written at once, a few statements for each thousand, with the same rules as one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import insert, update

from helpdesk.accounts.models import Person, PersonKind
from helpdesk.accounts.people import sort_key
from helpdesk.clients import phones
from helpdesk.clients.actions.lookup import line_of
from helpdesk.clients.models import Contact, ContactAddress, ContactPhone
from helpdesk.db import db

AT_ONCE = 1000
Item = TypeVar("Item")


@dataclass(frozen=True)
class ContactDraft:
    """A contact as it shall be: everything it has, and which addresses and numbers it does not have yet.

    Without `contact_id` and `person_id` it is a new one, and all its addresses and numbers are new.
    Addresses are checked, lower-case and nobody else's; numbers are as typed.
    """

    company_id: int
    company: str
    name: str
    emails: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    position: str = ""
    vip: bool = False
    language: str | None = None
    zone: str | None = None
    note: str = ""
    contact_id: int | None = None
    person_id: int | None = None
    new_emails: frozenset[str] = field(default_factory=frozenset)
    new_numbers: frozenset[str] = field(default_factory=frozenset)


def write_contacts(drafts: Sequence[ContactDraft], *, region: str, now: datetime) -> Iterator[int]:
    """Make and change these contacts, confirmed; after each part how many are written."""
    left, done = iter(drafts), 0
    while part := list(islice(left, AT_ONCE)):
        _write([one for one in part if one.contact_id is None], region, now)
        _rewrite([one for one in part if one.contact_id is not None], region, now)
        done += len(part)
        yield done


def _write(drafts: list[ContactDraft], region: str, now: datetime) -> None:
    if not drafts:
        return
    made = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    people = db.session.scalars(made, [_person(one) | _born(now) for one in drafts]).all()
    rows = [
        _contact(one, region) | _new(one, person, now) for one, person in zip(drafts, people, strict=True)
    ]
    contacts = db.session.scalars(
        insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows
    ).all()
    _reach(
        [(contact, one.emails, one.numbers) for contact, one in zip(contacts, drafts, strict=True)], region
    )


def _rewrite(drafts: list[ContactDraft], region: str, now: datetime) -> None:
    if not drafts:
        return
    db.session.execute(update(Person), [_person(one) | {"id": one.person_id} for one in drafts])
    db.session.execute(update(Contact), [_contact(one, region) | {"id": one.contact_id} for one in drafts])
    unconfirmed = Contact.id.in_([one.contact_id for one in drafts]) & Contact.verified_at.is_(None)
    db.session.execute(update(Contact).where(unconfirmed).values(verified_at=now))
    _reach([(one.contact_id or 0, one.new_emails, one.new_numbers) for one in drafts], region)


def _reach(given: Sequence[tuple[int, Any, Any]], region: str) -> None:
    """Addresses and numbers of contacts by their id."""
    emails = [{"contact_id": contact, "email": email} for contact, all_of, _ in given for email in all_of]
    numbers = [
        {"contact_id": contact, "typed": typed, "e164": phones.e164(typed, region)}
        for contact, _, all_of in given
        for typed in all_of
    ]
    if emails:
        db.session.execute(insert(ContactAddress), emails)
    if numbers:
        db.session.execute(insert(ContactPhone), numbers)


def _person(one: ContactDraft) -> dict[str, Any]:
    return {"name": one.name, "sort_key": sort_key(one.name), "language": one.language, "zone": one.zone}


def _born(now: datetime) -> dict[str, Any]:
    return {"kind": PersonKind.HUMAN, "created_at": now}


def _contact(one: ContactDraft, region: str) -> dict[str, Any]:
    numbers = [ContactPhone(typed=typed, e164=phones.e164(typed, region)) for typed in one.numbers]
    return {
        "position": one.position,
        "vip": one.vip,
        "note": one.note,
        "lookup": line_of([one.name, one.company, one.position, *one.emails], numbers),
    }


def _new(one: ContactDraft, person_id: int, now: datetime) -> dict[str, Any]:
    return {"person_id": person_id, "company_id": one.company_id, "verified_at": now, "created_at": now}
