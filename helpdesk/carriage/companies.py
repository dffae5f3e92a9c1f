"""Companies from a file: which one a row means, what it changes on it, and writing that down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.accounts.people import sort_key
from helpdesk.carriage import cells
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.desk_ids import read_id
from helpdesk.carriage.findings import BadCell, Claims, Entry, Findings, Tell
from helpdesk.clients import actions, phones, rules
from helpdesk.clients.facts import ON_AT_FIRST
from helpdesk.clients.models import Company, CompanyDomain, CompanyKind
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.mail.mailboxes import own_addresses

NO_COMPANY = N_("There is no client company with the number %(value)s in this desk.")
OWN_NAME = N_("“%(value)s” is a name that the desk itself uses.")
RETIRED = N_("%(value)s is a client no longer. Bring it back on its page first.")
NAME_TAKEN = N_("Another company is called “%(value)s” already.")
NO_DOMAIN = N_("“%(value)s” is no mail domain.")
FREE_MAIL = N_("Anybody can have an address at %(value)s, so it says nothing about a firm.")
SUFFIX = N_("Many firms have a domain that ends in %(value)s; give the whole one.")
OUR_DOMAIN = N_("%(value)s is our own mail domain, not a client's.")
DOMAIN_TAKEN = N_("%(value)s belongs to %(company)s.")


@dataclass(frozen=True)
class CompanyChange:
    """What a row does: `company_id` None makes a new one; fields with None stay as they are."""

    company_id: int | None
    name: str | None
    phone: str | None
    domains: tuple[str, ...]
    plain: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.domains or self.plain)


@dataclass
class Known:
    """All companies as they are, by what a row may name them."""

    by_id: dict[int, Any] = field(default_factory=dict)
    by_name: dict[str, Any] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()


def examine(entries: Iterable[Entry], *, tell: Tell) -> Findings[CompanyChange]:
    """What the rows come to; nothing is written."""
    known, claims, findings = _known(), Claims(), Findings[CompanyChange]()
    for done, entry in enumerate(entries, start=1):
        try:
            company = _meant(entry, known)
            claims.take(company.id if company else sort_key(entry.get("name")), entry, "name")
            change = _change(entry, company, known, claims)
        except BadCell as problem:
            findings.refuse(entry, problem)
        else:
            is_empty = company is not None and change.is_empty
            findings.take(None if is_empty else change, is_new=company is None)
        tell(done)
    return findings


def carry_out(changes: Sequence[CompanyChange], *, now: datetime, tell: Tell) -> None:
    """Write the changes, through the same verbs as the screens."""
    region, ours = settings().phone_region, our_domains()
    for done, change in enumerate(changes, start=1):
        company = _company(change, now)
        if change.phone is not None:
            actions.set_main_phone(company, change.phone, region)
        for code, value in change.plain.items():
            setattr(company, code, value)
        for domain in change.domains:
            actions.add_domain(company, domain, ours=ours)
        tell(done)


def our_domains() -> frozenset[str]:
    """The mail domains of the desk's own mailboxes."""
    return frozenset(rules.domain(rules.domain_of(email)) for email in own_addresses())


def _company(change: CompanyChange, now: datetime) -> Company:
    if change.company_id is None:
        return actions.create_company(change.name or "", now=now)
    company = db.session.get_one(Company, change.company_id)
    if change.name:
        actions.rename_company(company, change.name)
    return company


def _known() -> Known:
    rows = db.session.execute(
        select(
            Company.id, Company.kind, Company.name, Company.sort_key, Company.main_phone, Company.language,
            Company.zone, Company.vip, Company.colleagues_answer, Company.systems, Company.note,
            Company.retired_at,
        )
    ).all()  # fmt: skip
    domains = db.session.execute(select(CompanyDomain.domain, CompanyDomain.company_id))
    return Known(
        by_id={row.id: row for row in rows},
        by_name={row.sort_key: row for row in rows},
        domains={row.domain: row.company_id for row in domains},
        ours=our_domains(),
    )


def _meant(entry: Entry, known: Known) -> Any:
    """The company by its number, else by its name; None for a new one."""
    company_id, name = read_id(Cargo.COMPANIES, entry), sort_key(entry.need("name"))
    found = known.by_name.get(name) if company_id is None else known.by_id.get(company_id)
    if company_id is not None and (found is None or found.kind is not CompanyKind.CLIENT):
        raise BadCell("id", NO_COMPANY, value=entry.get("id"))
    if found is not None and found.kind is not CompanyKind.CLIENT:
        raise BadCell("name", OWN_NAME, value=entry.get("name"))
    if found is not None and found.retired_at is not None:
        raise BadCell("name", RETIRED, value=found.name)
    return found


def _change(entry: Entry, company: Any, known: Known, claims: Claims) -> CompanyChange:
    plain = {
        "language": cells.language(entry),
        "zone": cells.zone(entry),
        "vip": cells.yes(entry, "vip"),
        "colleagues_answer": cells.yes(entry, "colleagues_answer"),
        "systems": cells.text(entry, "systems"),
        "note": cells.text(entry, "note"),
    }
    return CompanyChange(
        company_id=company.id if company else None,
        name=_name(entry, company, known),
        phone=_phone(entry, company),
        domains=_domains(entry, company, known, claims),
        plain={
            code: value
            for code, value in plain.items()
            if value is not None and _differs(company, code, value)
        },
    )


def _differs(row: Any, code: str, value: object) -> bool:
    """Whether the row would say something else; an empty text and none at all are one."""
    if row is None:
        return bool(value) is not (code in ON_AT_FIRST)
    now = getattr(row, code)
    return (cells.tidy(now) if isinstance(now, str) else now) != value


def _name(entry: Entry, company: Any, known: Known) -> str | None:
    """The new name; one that was found by its name keeps it."""
    name = cells.line(entry, "name")
    if company is None or name is None:
        return name
    other = known.by_name.get(sort_key(name))
    if other is not None and other.id != company.id:
        raise BadCell("name", NAME_TAKEN, value=name)
    return name if entry.get("id") and name != company.name else None


def _phone(entry: Entry, company: Any) -> str | None:
    typed = cells.line(entry, "phone")
    if typed and not phones.digits_of(typed):
        raise BadCell("phone", cells.NO_NUMBER, value=typed)
    return typed if typed and (company is None or typed != company.main_phone) else None


def _domains(entry: Entry, company: Any, known: Known, claims: Claims) -> tuple[str, ...]:
    """Those it does not have yet."""
    found = []
    for typed in cells.pieces(entry, "domains"):
        name = rules.domain(typed)
        _check_domain(name, typed, known)
        claims.take(("domain", name), entry, "domains")
        owner = known.domains.get(name)
        if owner is not None and (company is None or owner != company.id):
            raise BadCell("domains", DOMAIN_TAKEN, value=name, company=known.by_id[owner].name)
        if owner is None:
            found.append(name)
    return tuple(found)


def _check_domain(name: str, typed: str, known: Known) -> None:
    shown = rules.domain_shown(name)
    if not rules.is_mail_domain(name):
        raise BadCell("domains", NO_DOMAIN, value=typed)
    if rules.is_free_mail(name):
        raise BadCell("domains", FREE_MAIL, value=shown)
    if rules.is_public_suffix(name):
        raise BadCell("domains", SUFFIX, value=shown)
    if rules.bare_domain(name) in known.ours:
        raise BadCell("domains", OUR_DOMAIN, value=shown)
