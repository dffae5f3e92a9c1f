"""Who is it: contacts and companies by address, domain, number, or any part of what somebody types."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from helpdesk.accounts import faces
from helpdesk.accounts.models import Person
from helpdesk.accounts.people import sort_key
from helpdesk.clients import phones, rules
from helpdesk.clients.models import (
    Company,
    CompanyDomain,
    CompanyKind,
    Contact,
    ContactAddress,
    ContactPhone,
)
from helpdesk.db import db

_SEEN = 200  # of a vague word only so many are looked at


def system_company(kind: CompanyKind) -> Company:
    """ "Unknown client" or "Our firm"; both are there from the first migration on."""
    return db.session.scalars(select(Company).where(Company.kind == kind)).one()


def unknown_company() -> Company:
    """The company of whoever nobody has identified."""
    return system_company(CompanyKind.UNKNOWN)


def own_company() -> Company:
    """The company to which agents belong when they write in as clients."""
    return system_company(CompanyKind.OWN)


def company_by_domain(domain: str) -> Company:
    """The company that has this mail domain, or what is above it with a star; the longest that fits wins.

    Otherwise "Unknown client".
    """
    fitting = rules.domains_for(domain)
    query = select(CompanyDomain.domain, Company).join(Company).where(CompanyDomain.domain.in_(fitting))
    found = {row.domain: row.Company for row in db.session.execute(query)}
    return next((found[name] for name in fitting if name in found), None) or unknown_company()


def find_company(name: str) -> Company | None:
    """The company of that name, whatever its case; None when there is none."""
    query = select(Company).where(Company.sort_key == sort_key(name))
    return db.session.scalars(query.order_by(Company.id)).first()


def find_contact_by_email(email: str) -> Contact | None:
    """The contact with exactly this address."""
    query = select(Contact).join(ContactAddress).where(ContactAddress.email == rules.address(email))
    return db.session.scalars(query).one_or_none()


def find_contacts_by_number(e164: str) -> list[Contact]:
    """Everybody with exactly this number; several people may share one, and nobody is picked for them."""
    query = (
        select(Contact)
        .join(Contact.person)
        .where(Contact.retired_at.is_(None))
        .where(Contact.id.in_(select(ContactPhone.contact_id).where(ContactPhone.e164 == e164)))
    )
    return list(db.session.scalars(query.order_by(Person.sort_key, Contact.id)))


def find_company_by_number(e164: str) -> Company | None:
    """The company whose main number this is: the caller is probably from there."""
    query = select(Company).where(Company.main_phone_e164 == e164)
    return db.session.scalars(query.order_by(Company.id)).first()


def same_sender(sender: Contact) -> list[int]:
    """Everybody nobody has identified who is this sender: himself, and whoever rang from the same number.

    Empty for somebody known, and for one of whom neither address nor number is known: he may be anybody.
    """
    if sender.verified_at is not None or sender.company.kind is not CompanyKind.UNKNOWN:
        return []
    mine = select(ContactPhone.e164).where(
        ContactPhone.contact_id == sender.id, ContactPhone.e164.is_not(None)
    )
    reached = [
        select(row.id).where(row.contact_id == sender.id).exists() for row in (ContactAddress, ContactPhone)
    ]
    sharing = select(ContactPhone.contact_id).where(ContactPhone.e164.in_(mine))
    query = select(Contact.id).where(
        Contact.company_id == sender.company_id,
        Contact.verified_at.is_(None),
        Contact.retired_at.is_(None),
        or_(and_(Contact.id == sender.id, or_(*reached)), Contact.id.in_(sharing)),
    )
    return sorted(db.session.scalars(query))


def unknown_at(domains: Sequence[str], *, limit: int = 50) -> list[Contact]:
    """Senders nobody has identified who write from one of these mail domains, the latest first."""
    if not domains:
        return []
    spelled = {*domains, *(rules.domain_shown(name) for name in domains)}
    exact = {name for name in spelled if not name.startswith(rules.BELOW)}
    behind = func.split_part(ContactAddress.email, "@", 2)
    below = [behind.endswith(f".{rules.bare_domain(name)}", autoescape=True) for name in spelled - exact]
    writes = select(ContactAddress.contact_id).where(or_(behind.in_(sorted(exact)), *below))
    query = (
        select(Contact)
        .join(Contact.company)
        .where(Company.kind == CompanyKind.UNKNOWN, Contact.retired_at.is_(None), Contact.id.in_(writes))
        .options(contains_eager(Contact.company), selectinload(Contact.addresses))
        .order_by(Contact.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def domains_of(company_id: int) -> list[CompanyDomain]:
    """The company's mail domains by name."""
    query = select(CompanyDomain).where(CompanyDomain.company_id == company_id)
    return list(db.session.scalars(query.order_by(CompanyDomain.domain)))


def elsewhere(contact: Contact) -> list[Contact]:
    """The same person at other companies, today's before the earlier ones."""
    query = select(Contact).where(Contact.person_id == contact.person_id, Contact.id != contact.id)
    return list(
        db.session.scalars(query.order_by(Contact.retired_at.desc().nulls_first(), Contact.id.desc()))
    )


def emails_of(contact_ids: Sequence[int]) -> list[str]:
    """All their mail addresses in order."""
    query = select(ContactAddress.email).where(ContactAddress.contact_id.in_(contact_ids))
    return sorted(db.session.scalars(query))


def contact(contact_id: int) -> Contact | None:
    """The contact with everything by which he is reached."""
    query = (
        select(Contact)
        .where(Contact.id == contact_id)
        .options(joinedload(Contact.addresses), joinedload(Contact.phones))
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()


@dataclass(frozen=True)
class Found:
    """A contact as the list under a search field shows him."""

    id: int
    name: str
    position: str
    company: str
    company_id: int
    person_id: int
    vip: bool
    is_verified: bool

    @property
    def initials(self) -> str:
        return faces.initials(self.name)

    def name_parts(self, typed: str) -> tuple[tuple[str, bool], ...]:
        """The name in pieces, so that a list may mark what was found in it."""
        return rules.parts_of(self.name, typed)

    @property
    def tint(self) -> int:
        return faces.tint(self.person_id)


def search_contacts(typed: str, *, limit: int = 8, region: str = phones.DEFAULT_REGION) -> list[Found]:
    """Contacts that have every typed word somewhere in name, company, address or number; best first.

    Beginnings of words come from the index; when they do not fill the list, any part of the lines is read
    (see Contact for the measure).
    """
    wanted = _wanted(typed, region)
    if not wanted:
        return []
    ids = _ids_by(_begins(wanted))
    if len(ids) < limit:
        ids += [found for found in _ids_by(_contains(wanted)) if found not in ids]
    return _ranked(ids, wanted, limit)


Wanted = tuple[tuple[str, ...], ...]


def _wanted(typed: str, region: str) -> Wanted:
    """Each typed word with the forms in which it counts; a number is one word in several forms."""
    if phones.looks_like_number(typed):
        return (_number_forms(typed, region),)
    return tuple((word,) for word in rules.words_of(typed)[:6])


def _number_forms(typed: str, region: str) -> tuple[str, ...]:
    digits = phones.begun_digits(typed)
    whole = phones.digits_of(phones.e164(typed, region) or "")
    bare = digits.lstrip("0")
    trunk_eight = digits[1:] if region in {"RU", "KZ"} and digits.startswith("8") else ""
    return tuple(dict.fromkeys(form for form in (whole, digits, bare, trunk_eight) if len(form) >= 2))


def _begins(wanted: Wanted) -> ColumnElement[bool]:
    """Words of the line begin with what was typed."""
    words = " & ".join("(" + " | ".join(f"{_quoted(form)}:*" for form in forms) + ")" for forms in wanted)
    return Contact.words.op("@@", is_comparison=True)(cast(words, TSQUERY))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _contains(wanted: Wanted) -> ColumnElement[bool]:
    """Each typed word stands anywhere in the line."""
    return and_(
        *(or_(*(Contact.lookup.contains(form, autoescape=True) for form in forms)) for forms in wanted)
    )


def _ids_by(condition: ColumnElement[bool]) -> list[int]:
    query = select(Contact.id).where(condition, Contact.retired_at.is_(None)).limit(_SEEN)
    return list(db.session.scalars(query))


def _ranked(ids: list[int], wanted: Wanted, limit: int) -> list[Found]:
    """Names that begin with the first typed word go before all others, verified before unverified."""
    first = wanted[0][0]
    named = case((Person.sort_key.startswith(first, autoescape=True), 0), else_=1)
    known = case((Contact.verified_at.is_(None), 1), else_=0)
    query = (
        select(Contact)
        .join(Contact.person)
        .where(Contact.id.in_(ids))
        .order_by(named, known, Person.sort_key, Contact.id)
        .options(contains_eager(Contact.person))
        .limit(limit)
    )
    return [_found(contact) for contact in db.session.scalars(query)] if ids else []


def _found(contact: Contact) -> Found:
    return Found(
        id=contact.id,
        name=contact.person.name,
        person_id=contact.person_id,
        position=contact.position,
        company=contact.company.name,
        company_id=contact.company_id,
        vip=contact.vip or contact.company.vip,
        is_verified=contact.verified_at is not None,
    )


def search_companies(typed: str, *, limit: int = 8) -> list[Company]:
    """Client companies that have the typed words somewhere in their name; those that begin with it first."""
    key = sort_key(typed)
    query = (
        select(Company)
        .where(Company.kind == CompanyKind.CLIENT, Company.retired_at.is_(None))
        .where(*(Company.sort_key.contains(word, autoescape=True) for word in key.split()))
        .order_by(case((Company.sort_key.startswith(key, autoescape=True), 0), else_=1), Company.sort_key)
        .limit(limit)
    )
    return list(db.session.scalars(query)) if key else []


def company(company_id: int) -> Company | None:
    """The company with its mail domains."""
    query = select(Company).where(Company.id == company_id).options(selectinload(Company.domains))
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def contacts_of(company_id: int, *, limit: int = 200) -> list[Contact]:
    """The people of the company by name, with how to reach them."""
    query = (
        select(Contact)
        .join(Contact.person)
        .where(Contact.company_id == company_id, Contact.retired_at.is_(None))
        .options(
            contains_eager(Contact.person),
            selectinload(Contact.addresses),
            selectinload(Contact.phones),
        )
        .order_by(Person.sort_key, Contact.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))
