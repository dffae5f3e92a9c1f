"""Who an unknown sender may be: known people and companies that something about him points to, best first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import phonenumbers
from sqlalchemy import Row, false, func, literal, or_, select

from helpdesk.accounts.models import Person
from helpdesk.accounts.people import sort_key
from helpdesk.clients import rules
from helpdesk.clients.models import (
    Company,
    CompanyDomain,
    CompanyKind,
    Contact,
    ContactAddress,
    ContactPhone,
)
from helpdesk.db import db


class Reason(StrEnum):
    """What points to somebody."""

    PHONE = "phone"
    ADDRESS = "address"
    DOMAIN = "domain"
    NAME = "name"
    RANG = "rang"
    SIGNED = "signed"


WEIGHTS: Mapping[Reason, int] = {
    Reason.PHONE: 6,
    Reason.ADDRESS: 6,
    Reason.DOMAIN: 5,
    Reason.NAME: 4,
    Reason.RANG: 3,
    Reason.SIGNED: 2,
}
MOST, READ, SHORTEST_NAME = 5, 20, 4
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Traces:
    """What is known of the sender. `numbers` are E.164, `rang` contacts who rang from one of them before.

    `text` is what he wrote, with its signature; `region` reads the numbers in it.
    """

    name: str
    emails: Sequence[str] = ()
    numbers: Sequence[str] = ()
    text: str = ""
    rang: Sequence[int] = ()
    region: str = "GB"


@dataclass(frozen=True)
class Suggestion:
    """Somebody known, or with `contact_id` None a company whose new contact he may be."""

    contact_id: int | None
    company_id: int
    name: str
    position: str
    company: str
    person_id: int
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[reason] for reason in self.reasons)


def suggest(traces: Traces) -> list[Suggestion]:
    """At most five, the most certain first. Two statements."""
    numbers = sorted({*traces.numbers, *_numbers_in(traces.text, traces.region)})
    emails = sorted({*traces.emails, *(email.lower() for email in _ADDRESS.findall(traces.text))})
    companies = {row.id: row for row in _companies(traces, numbers, emails)}
    found = [_person(row, companies) for row in _people(traces, numbers, emails)]
    taken = {one.company_id for one in found}
    found += [_firm(row) for row in companies.values() if row.id not in taken]
    return sorted(found, key=lambda one: (-one.weight, one.contact_id is None, one.name))[:MOST]


def _numbers_in(text: str, region: str) -> Iterable[str]:
    for found in phonenumbers.PhoneNumberMatcher(text[-4000:], region, phonenumbers.Leniency.POSSIBLE):
        yield str(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))


def _people(traces: Traces, numbers: Sequence[str], emails: Sequence[str]) -> Sequence[Row[Any]]:
    """Known contacts, each with what points to him."""
    name = sort_key(traces.name)
    signs = {
        Reason.PHONE: Contact.id.in_(select(ContactPhone.contact_id).where(ContactPhone.e164.in_(numbers))),
        Reason.ADDRESS: Contact.id.in_(
            select(ContactAddress.contact_id).where(ContactAddress.email.in_(emails))
        ),
        Reason.NAME: Person.sort_key == name if " " in name else false(),
        Reason.RANG: Contact.id.in_(list(traces.rang)),
    }
    return db.session.execute(
        select(Contact.id, Contact.company_id, Contact.person_id, Contact.position, Person.name)
        .add_columns(
            Company.name.label("company"), *(sign.label(f"by_{code}") for code, sign in signs.items())
        )
        .join(Person, Person.id == Contact.person_id)
        .join(Company, Company.id == Contact.company_id)
        .where(Company.kind == CompanyKind.CLIENT, Company.retired_at.is_(None))
        .where(Contact.retired_at.is_(None), or_(*signs.values()))
        .order_by(Contact.id.desc())
        .limit(READ)
    ).all()


def _companies(traces: Traces, numbers: Sequence[str], emails: Sequence[str]) -> Sequence[Row[Any]]:
    """Companies, each with what points to it."""
    domains = sorted(_firm_domains(emails))
    starred = [f"{rules.BELOW}{name}" for name in domains]
    theirs = select(CompanyDomain.company_id).where(CompanyDomain.domain.in_([*domains, *starred]))
    mates = (
        select(Contact.company_id)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(
            or_(false(), *(ContactAddress.email.endswith(f"@{name}", autoescape=True) for name in domains))
        )
    )
    text = literal(" ".join(("", *_WORD.findall(rules.folded(traces.text)), "")))
    spelled = func.regexp_replace(Company.sort_key, r"[^[:alnum:]]+", " ", "g")
    signs = {
        Reason.PHONE: Company.main_phone_e164.in_(numbers),
        Reason.DOMAIN: or_(Company.id.in_(theirs), Company.id.in_(mates)),
        Reason.SIGNED: (func.length(Company.sort_key) >= SHORTEST_NAME)
        & (func.strpos(text, func.concat(" ", func.btrim(spelled), " ")) > 0),
    }
    return db.session.execute(
        select(Company.id, Company.name)
        .add_columns(*(func.coalesce(sign, false()).label(f"by_{code}") for code, sign in signs.items()))
        .where(Company.kind == CompanyKind.CLIENT, Company.retired_at.is_(None), or_(*signs.values()))
        .limit(READ)
    ).all()


def _firm_domains(emails: Iterable[str]) -> set[str]:
    """The domains of the addresses and those above them, without what says nothing about a firm."""
    found = set()
    for email in emails:
        parts = rules.domain(rules.domain_of(email)).split(".")
        found |= {".".join(parts[at:]) for at in range(len(parts) - 1)}
    return {name for name in found if not rules.is_free_mail(name) and not rules.is_public_suffix(name)}


def _person(row: Row[Any], companies: Mapping[int, Row[Any]]) -> Suggestion:
    firm = companies.get(row.company_id)
    reasons = [*_reasons(row), *(_reasons(firm) if firm else ())]
    return Suggestion(
        contact_id=row.id,
        company_id=row.company_id,
        name=row.name,
        position=row.position,
        company=row.company,
        person_id=row.person_id,
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _firm(row: Row[Any]) -> Suggestion:
    return Suggestion(None, row.id, row.name, "", row.name, 0, _reasons(row))


def _reasons(row: Row[Any]) -> tuple[Reason, ...]:
    return tuple(reason for reason in Reason if row._mapping.get(f"by_{reason}"))
