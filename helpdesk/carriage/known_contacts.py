"""All contacts of the desk in memory, by everything that a row of a file may name them by."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from helpdesk.accounts.models import Account, Person
from helpdesk.accounts.people import sort_key
from helpdesk.carriage import cells
from helpdesk.carriage.findings import Entry
from helpdesk.clients import phones
from helpdesk.clients.models import Company, Contact, ContactAddress, ContactPhone
from helpdesk.config import settings
from helpdesk.db import db


@dataclass(frozen=True)
class KnownContact:
    """A contact as it is."""

    id: int
    person_id: int
    company_id: int
    name: str
    position: str
    vip: bool
    language: str | None
    zone: str | None
    note: str
    is_confirmed: bool
    is_retired: bool
    works_here: bool


@dataclass
class Known:
    """Contacts and companies; the retired ones only by id and address."""

    companies: dict[str, Any]
    company_ids: dict[int, Any]
    region: str
    contacts: dict[int, KnownContact] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)
    by_number: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    emails: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def key_of(self, typed: str) -> str:
        """One form for all spellings of a number."""
        return phones.e164(typed, self.region) or phones.digits_of(typed)

    def only(self, found: set[int] | None) -> KnownContact | None:
        """The one of them, when there is exactly one."""
        return self.contacts[next(iter(found))] if found and len(found) == 1 else None


def shared_numbers(entries: Sequence[Entry], known: Known) -> set[tuple[str, str]]:
    """Numbers that several rows of one company give, such as a switchboard's: they name nobody."""
    seen = Counter(
        (sort_key(entry.get("company")), known.key_of(typed))
        for entry in entries
        for typed in {*_numbers(entry)}
    )
    return {key for key, times in seen.items() if times > 1}


def _numbers(entry: Entry) -> tuple[str, ...]:
    return cells.pieces(entry, "phones") if len(entry.get("phones")) <= cells.LONGEST_NOTE else ()


def read_known() -> Known:
    """Everybody, in five statements."""
    companies = db.session.execute(
        select(Company.id, Company.kind, Company.name, Company.sort_key, Company.retired_at)
    ).all()
    known = Known(
        companies={row.sort_key: row for row in companies},
        company_ids={row.id: row for row in companies},
        region=settings().phone_region,
    )
    staff = set(db.session.scalars(select(Account.person_id)))
    for row in db.session.execute(_CONTACTS):
        _keep(known, row, staff)
    for contact_id, email in db.session.execute(
        select(ContactAddress.contact_id, ContactAddress.email).order_by(ContactAddress.id)
    ):
        known.by_email[email] = contact_id
        known.emails[contact_id].append(email)
    for contact_id, typed, e164 in db.session.execute(
        select(ContactPhone.contact_id, ContactPhone.typed, ContactPhone.e164).order_by(ContactPhone.id)
    ):
        contact = known.contacts[contact_id]
        known.numbers[contact_id].append(typed)
        if not contact.is_retired:
            known.by_number[contact.company_id, e164 or phones.digits_of(typed)].add(contact_id)
    return known


_CONTACTS = (
    select(
        Contact.id,
        Contact.person_id,
        Contact.company_id,
        Contact.position,
        Contact.vip,
        Contact.note,
        Contact.verified_at,
        Contact.retired_at,
        Person.name,
        Person.sort_key,
        Person.language,
        Person.zone,
    )
    .join(Person, Person.id == Contact.person_id)
    .order_by(Contact.id)
)


def _keep(known: Known, row: Any, staff: set[int]) -> None:
    contact = KnownContact(
        id=row.id,
        person_id=row.person_id,
        company_id=row.company_id,
        name=row.name,
        position=row.position,
        vip=row.vip,
        language=row.language,
        zone=row.zone,
        note=row.note,
        is_confirmed=row.verified_at is not None,
        is_retired=row.retired_at is not None,
        works_here=row.person_id in staff,
    )
    known.contacts[row.id] = contact
    if not contact.is_retired:
        known.by_name[row.company_id, row.sort_key].add(row.id)
