"""The contract's form: what was typed, read into an agreement with a sentence for what cannot be."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.people import sort_key
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.i18n import gettext
from helpdesk.sla.actions.contracts import Agreement
from helpdesk.sla.days import day_of, end_of, last_day, start_of
from helpdesk.sla.models import Contract, SlaPolicy, TicketSla
from helpdesk.sla.what_if.publishing import Whom
from helpdesk.tickets.models import Ticket

NAMES_OFFERED = 500
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass
class Typed:
    """Everything in the form; `company` is a name, days are as the browser sends them."""

    company: str = ""
    policy_id: str = ""
    name: str = ""
    since: str = ""
    until: str = ""
    why: str = ""
    open_tickets: str = "new"
    errors: dict[str, str] = field(default_factory=dict)


def of(contract: Contract, company: str) -> Typed:
    """The form as a contract fills it."""
    until = contract.valid_until
    return Typed(
        company,
        str(contract.policy_id),
        contract.name,
        day_of(contract.valid_from).isoformat(),
        last_day(until).isoformat() if until else "",
    )


def typed(form: "MultiDict[str, str]") -> Typed:
    """What was sent."""
    return Typed(
        company=_text(form, "company"),
        policy_id=_text(form, "policy_id"),
        name=_text(form, "name"),
        since=_text(form, "since"),
        until=_text(form, "until"),
        why=_text(form, "why"),
        open_tickets=form.get("open_tickets", "new"),
    )


def whom_in(form: Typed) -> Whom:
    """Which tickets it is to reach; what is none of the choices is told in `errors`."""
    if form.open_tickets in set(Whom):
        return Whom(form.open_tickets)
    form.errors["open_tickets"] = gettext("Choose one of these.")
    return Whom.NEW


def open_under(contract: Contract) -> int:
    """How many open tickets run under it. One statement."""
    mine = select(func.count()).select_from(TicketSla).join(Ticket, Ticket.id == TicketSla.ticket_id)
    mine = mine.where(TicketSla.contract_id == contract.id, Ticket.resolved_at.is_(None))
    return db.session.scalar(mine) or 0


def agreement_in(form: Typed, before: Contract | None) -> Agreement | None:
    """What was typed; None when something cannot be. An untouched first day keeps its very instant."""
    first, last = _date(form, "since"), _date(form, "until") if form.until else None
    if first is None and "since" not in form.errors:
        form.errors["since"] = gettext("Choose the first day.")
    if not form.policy_id.isascii() or not form.policy_id.isdigit() or len(form.policy_id) > 18:
        form.errors["policy_id"] = gettext("Choose a policy that is in use.")
    if form.errors or first is None:
        return None
    since, until = start_of(first), end_of(last) if last else None
    if before is not None and day_of(before.valid_from) == first:
        since = before.valid_from
    if before is not None and before.valid_until and last_day(before.valid_until) == last:
        until = before.valid_until
    return Agreement(int(form.policy_id), form.name, since, until)


def company_in(form: Typed) -> Company | None:
    """The client company of that name; None, and the reason in `errors`, when there is not exactly one."""
    same = select(Company).where(Company.sort_key == sort_key(form.company))
    found = db.session.scalars(same.where(Company.kind == CompanyKind.CLIENT).limit(2)).all()
    if not form.company:
        form.errors["company"] = gettext("Choose the company.")
    elif not found:
        form.errors["company"] = gettext("There is no client company of that name.")
    elif len(found) > 1:
        form.errors["company"] = gettext("Several companies have that name. Begin on the company's own page.")
    return found[0] if len(found) == 1 and form.company else None


def company_names() -> list[str]:
    """Names to offer while somebody types; the first five hundred."""
    statement = select(Company.name).where(Company.kind == CompanyKind.CLIENT).order_by(Company.sort_key)
    return list(db.session.scalars(statement.limit(NAMES_OFFERED)))


def policies(also: int | None = None) -> list[tuple[str, str]]:
    """Policies in use as the options of a choice, and the one that the contract has anyway."""
    rows = db.session.execute(
        select(SlaPolicy.id, SlaPolicy.name)
        .where(SlaPolicy.retired_at.is_(None) | (SlaPolicy.id == also))
        .order_by(SlaPolicy.is_default, SlaPolicy.name)
    )
    return [(str(row.id), row.name) for row in rows]


def _text(form: "MultiDict[str, str]", name: str) -> str:
    return " ".join(form.get(name, "").split())[:300]


def _date(form: Typed, name: str) -> date | None:
    text = getattr(form, name)
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.max
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        return found
    form.errors[name] = gettext("Write the day as 2026-12-01.")
    return None
