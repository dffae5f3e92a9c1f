"""The lists of client companies: those of today, to be confirmed, of the past; and their figures."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from helpdesk.accounts.people import sort_key
from helpdesk.clients.models import Company, CompanyDomain, CompanyKind, Contact
from helpdesk.db import db

PAGE_SIZE = 50


class Show(StrEnum):
    """Which client companies a list shows."""

    NOW = "now"
    UNCONFIRMED = "unconfirmed"
    RETIRED = "retired"


@dataclass(frozen=True)
class CompanyRow:
    """A line of the companies' list."""

    company: Company
    contacts: int
    domains: tuple[str, ...]


def companies_page(
    typed: str = "", *, show: Show = Show.NOW, after: tuple[str, int] | None = None
) -> list[CompanyRow]:
    """One page of client companies by name, and one row more when there is a next page.

    `after` is (sort_key, id) of the last row of the page before.
    """
    people = (
        select(func.count())
        .where(Contact.company_id == Company.id, Contact.retired_at.is_(None))
        .scalar_subquery()
    )
    names = select(func.array_agg(aggregate_order_by(CompanyDomain.domain, CompanyDomain.domain)))
    domains = names.where(CompanyDomain.company_id == Company.id).scalar_subquery()
    query = _listed(typed, show).order_by(Company.sort_key, Company.id).limit(PAGE_SIZE + 1)
    if after:
        query = query.where(tuple_(Company.sort_key, Company.id) > tuple_(*after))
    rows = db.session.execute(query.add_columns(people, domains))
    return [CompanyRow(company, count, tuple(found or ())) for company, count, found in rows]


@dataclass(frozen=True)
class ListFigures:
    """How many companies wait for somebody to look at them, and how many are of the past."""

    unconfirmed: int
    retired: int


def list_figures() -> ListFigures:
    """The figures beside the lists of clients, in one statement."""
    figures = [
        select(func.count()).select_from(Company).where(*_shown(show)).scalar_subquery()
        for show in (Show.UNCONFIRMED, Show.RETIRED)
    ]
    return ListFigures(*db.session.execute(select(*figures)).one())


def _shown(show: Show) -> tuple[ColumnElement[bool], ...]:
    client = Company.kind == CompanyKind.CLIENT
    if show is Show.RETIRED:
        return (client, Company.retired_at.is_not(None))
    only = (Company.confirmed_at.is_(None),) if show is Show.UNCONFIRMED else ()
    return (client, Company.retired_at.is_(None), *only)


def _listed(typed: str, show: Show) -> Select[Company]:
    query = select(Company).where(*_shown(show))
    for word in sort_key(typed).split():
        named = Company.sort_key.contains(word, autoescape=True)
        domain = select(CompanyDomain.id).where(
            CompanyDomain.company_id == Company.id, CompanyDomain.domain.contains(word, autoescape=True)
        )
        query = query.where(or_(named, domain.exists()))
    return query
