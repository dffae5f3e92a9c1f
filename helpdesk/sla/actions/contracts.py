"""Making contracts: which policy holds for a company, from one day to another, never two at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from helpdesk import history
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.history import Facts
from helpdesk.sla.days import day_of, last_day
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.sla.what_if import following
from helpdesk.sla.what_if.models import Reach

KIND = "contract"
LONGEST_NAME = 80


@dataclass(frozen=True)
class Agreement:
    """What a contract says; it holds in [since, until), None: until somebody ends it."""

    policy_id: int
    name: str
    since: datetime
    until: datetime | None = None


class Overlapping(RuleViolation):
    """Another contract of the company holds at the same time."""


def sign(
    company: Company,
    agreement: Agreement,
    *,
    by: int,
    now: datetime,
    why: str = "",
    reach: Reach | None = None,
) -> Contract:
    """A new contract. It counts for tickets opened from now on, even when it began earlier.

    With a `reach` the company's open tickets follow it: from when it holds, or from their beginning.
    Raises BadInput at a field (name, policy_id, since, until, company, why), Overlapping when another one of
    the company holds at the same time. The caller has locked the company.
    """
    if company.kind is not CompanyKind.CLIENT:
        raise BadInput(N_("Contracts are for client companies."), "company")
    _check_reach(reach, why)
    _check(company.id, agreement, own_id=0)
    contract = Contract(
        company_id=company.id,
        policy_id=agreement.policy_id,
        name=agreement.name,
        valid_from=agreement.since,
        valid_until=agreement.until,
    )
    db.session.add(contract)
    db.session.flush()
    _tell(contract, None, by=by, now=now, why=why, reach=reach)
    _follow(contract, reach, by=by, now=now, why=why)
    return contract


def change(
    contract: Contract,
    agreement: Agreement,
    *,
    by: int,
    now: datetime,
    why: str = "",
    reach: Reach | None = None,
) -> None:
    """Let it say this. What has begun keeps its policy and its first day: tickets were opened under them.

    Raises as `sign`, and RuleViolation for a policy or first day that can no longer change.
    """
    _check_reach(reach, why)
    fixed = (contract.policy_id, contract.valid_from)
    if contract.valid_from <= now and fixed != (agreement.policy_id, agreement.since):
        raise RuleViolation(
            N_("This contract has begun: its policy and first day stay. End it and make another one instead.")
        )
    _check(contract.company_id, agreement, own_id=contract.id, policy_before=contract.policy_id)
    before = facts(contract)
    contract.policy_id, contract.name = agreement.policy_id, agreement.name
    contract.valid_from, contract.valid_until = agreement.since, agreement.until
    db.session.flush()
    _tell(contract, before, by=by, now=now, why=why, reach=reach)
    _follow(contract, reach, by=by, now=now, why=why)


def end(contract: Contract, *, by: int, now: datetime, why: str = "", reach: Reach | None = None) -> None:
    """Let it hold no longer; one that has not begun never will.

    Open tickets keep what they were opened under, unless with a `reach` they go over to what holds now.
    """
    _check_reach(reach, why)
    if contract.valid_until is not None and contract.valid_until <= now:
        raise RuleViolation(N_("This contract has ended already."))
    before = facts(contract)
    contract.valid_until = max(now, contract.valid_from)
    db.session.flush()
    _tell(contract, before, by=by, now=now, why=why, reach=reach)
    _follow(contract, reach, by=by, now=now, why=why)


def facts(contract: Contract) -> dict[str, history.Value]:
    """The contract as the history keeps it."""
    company = select(Company.name).where(Company.id == contract.company_id)
    policy = select(SlaPolicy.name).where(SlaPolicy.id == contract.policy_id)
    until = contract.valid_until
    return {
        "name": contract.name,
        "company": db.session.scalar(company),
        "policy": db.session.scalar(policy),
        "from": day_of(contract.valid_from).isoformat(),
        "until": last_day(until).isoformat() if until else None,
    }


def _check_reach(reach: Reach | None, why: str) -> None:
    if reach is Reach.RETROACTIVE and not why:
        raise BadInput(
            N_("Say why: this counts past hours of open tickets anew, and the history keeps your reason."),
            "why",
        )


def _follow(contract: Contract, reach: Reach | None, *, by: int, now: datetime, why: str) -> None:
    """Let open tickets go over now, and whenever the contract begins or ends later."""
    if reach is None:
        return
    instants = {
        now,
        *(at for at in (contract.valid_from, contract.valid_until) if at is not None and at > now),
    }
    for at in sorted(instants):
        following.policy_for_company(contract.company_id, by=by, now=now, since=at, reach=reach, why=why)


def _tell(
    contract: Contract, before: Facts | None, *, by: int, now: datetime, why: str, reach: Reach | None
) -> None:
    after = {**facts(contract), **({"why": why} if why else {})}
    if reach is not None:
        after["open_tickets"] = reach.value
    history.changed((KIND, contract.id, contract.name), before, after, by=by, now=now)


def _check(company_id: int, agreement: Agreement, *, own_id: int, policy_before: int | None = None) -> None:
    if not 1 <= len(agreement.name) <= LONGEST_NAME:
        raise BadInput(N_("A contract needs a name of at most 80 characters."), "name")
    policy = db.session.get(SlaPolicy, agreement.policy_id)
    if policy is None or (policy.retired_at is not None and policy.id != policy_before):
        raise BadInput(N_("Choose a policy that is in use."), "policy_id")
    if agreement.until is not None and agreement.until <= agreement.since:
        raise BadInput(N_("The last day is before the first one."), "until")
    other = _at_the_same_time(company_id, agreement, own_id)
    if other is not None:
        raise Overlapping(
            N_("“%(name)s” holds for this company at the same time. End it first, or begin after it."),
            name=other.name,
        )


def _at_the_same_time(company_id: int, agreement: Agreement, own_id: int) -> Contract | None:
    ends_later = or_(Contract.valid_until.is_(None), Contract.valid_until > agreement.since)
    statement = select(Contract).where(Contract.company_id == company_id, Contract.id != own_id, ends_later)
    statement = statement.where(
        or_(Contract.valid_until.is_(None), Contract.valid_until > Contract.valid_from)
    )
    if agreement.until is not None:
        statement = statement.where(Contract.valid_from < agreement.until)
    return db.session.scalar(statement.order_by(Contract.valid_from).limit(1))
