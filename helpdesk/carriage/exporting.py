"""Everything of one kind as a table whose headers an import knows, so that it can be brought in unchanged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import Any

from sqlalchemy import Select, func, select

from helpdesk import history
from helpdesk.accounts.models import Account, Membership, Person, Team, TeamRole
from helpdesk.carriage import comma, excel
from helpdesk.carriage.cargo import FIELDS, Cargo
from helpdesk.carriage.desk_ids import written_id
from helpdesk.carriage.sheet import MIB
from helpdesk.carriage.words import NAMES
from helpdesk.clients.models import Company, CompanyDomain, CompanyKind, Contact, ContactAddress, ContactPhone
from helpdesk.clients.rules import domain_shown
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.kb.models import Article, ArticleState, ArticleText

KIND = "export"
AT_ONCE = 1000
CHUNK = 64 * 1024
IN_MEMORY = 8 * MIB
TOO_LONG = N_(
    "One of the texts is longer than a cell of a workbook holds. Take the CSV file: it has everything."
)
Line = Mapping[str, str]
Query = Select[*tuple[Any, ...]]


class Form(StrEnum):
    """In which format a file goes out."""

    CSV = "csv"
    XLSX = "xlsx"


def note(cargo: Cargo, form: Form, *, by: int, now: datetime) -> int:
    """Write down who takes what out; how many rows that is. Raises RuleViolation when they do not fit."""
    if cargo is Cargo.ARTICLES and form is Form.XLSX and _longest_text() > excel.LONGEST_CELL:
        raise RuleViolation(TOO_LONG)
    rows = db.session.scalar(select(func.count()).select_from(_QUERIES[cargo]().subquery())) or 0
    name = str(NAMES[cargo])
    facts: history.Facts = {"what": name, "rows": rows, "form": form.upper()}
    history.changed((KIND, 0, name), None, facts, by=by, now=now)
    return rows


def pieces(cargo: Cargo, form: Form, *, language: str) -> Iterator[bytes]:
    """The file in pieces, with headers in that language."""
    lines = table(cargo, language=language)
    return comma.written(lines) if form is Form.CSV else _workbook(cargo, lines)


def table(cargo: Cargo, *, language: str) -> Iterator[Sequence[str]]:
    """The headers, then every row; read a thousand at a time."""
    fields = FIELDS[cargo]
    yield [field.head(language) for field in fields]
    for line in _lines(cargo):
        yield [line.get(field.code, "") for field in fields]


def _workbook(cargo: Cargo, lines: Iterator[Sequence[str]]) -> Iterator[bytes]:
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        excel.write(file, cargo.value, lines)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _lines(cargo: Cargo) -> Iterator[Line]:
    """Rows by their id, so that a long table is never in memory as a whole."""
    read, after = _READERS[cargo], 0
    while True:
        query = _QUERIES[cargo]()
        key = query.selected_columns[0]
        rows = db.session.execute(query.where(key > after).order_by(key).limit(AT_ONCE)).all()
        if not rows:
            return
        yield from read(rows)
        after = rows[-1][0]


def _companies() -> Query:
    return select(
        Company.id, Company.name, Company.main_phone, Company.language, Company.zone, Company.vip,
        Company.colleagues_answer, Company.systems, Company.note,
    ).where(Company.kind == CompanyKind.CLIENT, Company.retired_at.is_(None))  # fmt: skip


def _contacts() -> Query:
    return (
        select(
            Contact.id, Person.name, Company.name.label("company"), Contact.position, Person.language,
            Person.zone, Contact.vip, Contact.note,
        )
        .join(Person, Person.id == Contact.person_id)
        .join(Company, Company.id == Contact.company_id)
        .where(Contact.retired_at.is_(None), Company.kind == CompanyKind.CLIENT, Company.retired_at.is_(None))
    )  # fmt: skip


def _agents() -> Query:
    return (
        select(Account.id, Account.person_id, Account.email, Person.name, Person.language)
        .join(Person, Person.id == Account.person_id)
        .where(Account.disabled_at.is_(None))
    )


def _articles() -> Query:
    return (
        select(
            ArticleText.id, ArticleText.title, ArticleText.body, ArticleText.summary, ArticleText.language,
            Article.audience, Article.section, Article.state,
        )
        .join(Article, Article.id == ArticleText.article_id)
        .where(ArticleText.is_current, Article.state != ArticleState.RETIRED)
    )  # fmt: skip


def _read_companies(rows: Sequence[Any]) -> Iterator[Line]:
    domains = _joined(CompanyDomain.company_id, CompanyDomain.domain, rows)
    for row in rows:
        shown = "; ".join(domain_shown(name) for name in domains.get(row.id, ()))
        yield _told(row) | {
            "id": written_id(Cargo.COMPANIES, row.id),
            "phone": row.main_phone or "",
            "domains": shown,
        }


def _read_contacts(rows: Sequence[Any]) -> Iterator[Line]:
    emails = _joined(ContactAddress.contact_id, ContactAddress.email, rows)
    numbers = _joined(ContactPhone.contact_id, ContactPhone.typed, rows)
    for row in rows:
        reach = {"emails": "; ".join(emails.get(row.id, ())), "phones": "; ".join(numbers.get(row.id, ()))}
        yield _told(row) | {"id": written_id(Cargo.CONTACTS, row.id)} | reach


def _read_agents(rows: Sequence[Any]) -> Iterator[Line]:
    seats: dict[tuple[int, TeamRole], list[str]] = {}
    query = (
        select(Membership.person_id, Membership.role, Team.name)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.until.is_(None), Membership.person_id.in_([row.person_id for row in rows]))
        .where(Team.retired_at.is_(None))
        .order_by(Team.line, Team.position, Team.id)
    )
    for person_id, role, name in db.session.execute(query):
        seats.setdefault((person_id, role), []).append(name)
    for row in rows:
        yield _told(row) | {
            "teams": "; ".join(seats.get((row.person_id, TeamRole.MEMBER), ())),
            "leads": "; ".join(seats.get((row.person_id, TeamRole.LEAD), ())),
        }


def _read_articles(rows: Sequence[Any]) -> Iterator[Line]:
    for row in rows:
        yield _told(row)


def _joined(owner: Any, value: Any, rows: Sequence[Any]) -> dict[int, list[str]]:
    """What hangs on these rows, in the order it was entered."""
    found: dict[int, list[str]] = {}
    query = select(owner, value).where(owner.in_([row.id for row in rows])).order_by(owner.class_.id)
    for owner_id, text in db.session.execute(query):
        found.setdefault(owner_id, []).append(text)
    return found


def _told(row: Any) -> dict[str, str]:
    """The columns as texts: yes and no, nothing for None."""
    return {code: _text(value) for code, value in row._mapping.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _longest_text() -> int:
    return (
        db.session.scalar(select(func.max(func.length(ArticleText.body))).where(ArticleText.is_current)) or 0
    )


_QUERIES: Mapping[Cargo, Callable[[], Query]] = {
    Cargo.COMPANIES: _companies,
    Cargo.CONTACTS: _contacts,
    Cargo.AGENTS: _agents,
    Cargo.ARTICLES: _articles,
}
_READERS: Mapping[Cargo, Callable[[Sequence[Any]], Iterator[Line]]] = {
    Cargo.COMPANIES: _read_companies,
    Cargo.CONTACTS: _read_contacts,
    Cargo.AGENTS: _read_agents,
    Cargo.ARTICLES: _read_articles,
}
