"""Contracts as pages show them: which policy, from which day to which, and how they stand today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, or_, select

from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.sla.days import day_of, last_day
from helpdesk.sla.models import Contract, SlaPolicy

ENDS_SOON = timedelta(days=60)
MOST = 200


class Standing(StrEnum):
    """How a contract stands at an instant."""

    RUNNING = "running"
    ENDING = "ending"  # runs, for less than two months more
    COMING = "coming"
    ENDED = "ended"


@dataclass(frozen=True)
class ContractLine:
    """A contract in a list; days in the zone of the installation, both included."""

    id: int
    name: str
    company_id: int
    company: str
    policy_id: int
    policy: str
    first_day: date
    last_day: date | None
    standing: Standing


def contracts(typed: str, now: datetime, *, ended: bool = False) -> list[ContractLine]:
    """Contracts by company, at most two hundred and one; `typed` is any part of the name of
    company, contract or policy."""
    statement = _all()
    still = or_(Contract.valid_until.is_(None), Contract.valid_until > now)
    statement = statement.where(~still) if ended else statement.where(still)
    if typed:
        part = typed.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        names = (Company.name, Contract.name, SlaPolicy.name)
        statement = statement.where(or_(*(name.ilike(f"%{part}%") for name in names)))
    return _read(statement.limit(MOST + 1), now)


def standing_of(contract: Contract, now: datetime) -> Standing:
    """How it stands now."""
    if contract.valid_until is not None and contract.valid_until <= now:
        return Standing.ENDED
    if contract.valid_from > now:
        return Standing.COMING
    soon = contract.valid_until is not None and contract.valid_until - now < ENDS_SOON
    return Standing.ENDING if soon else Standing.RUNNING


def _all() -> Select[Contract, str, str]:
    return (
        select(Contract, Company.name, SlaPolicy.name)
        .join(Company, Company.id == Contract.company_id)
        .join(SlaPolicy, SlaPolicy.id == Contract.policy_id)
        .order_by(Company.sort_key, Contract.valid_from.desc(), Contract.id.desc())
    )


def _read(statement: Select[Contract, str, str], now: datetime) -> list[ContractLine]:
    rows = db.session.execute(statement)
    return [
        ContractLine(
            id=contract.id,
            name=contract.name,
            company_id=contract.company_id,
            company=company,
            policy_id=contract.policy_id,
            policy=policy,
            first_day=day_of(contract.valid_from),
            last_day=last_day(contract.valid_until) if contract.valid_until else None,
            standing=standing_of(contract, now),
        )
        for contract, company, policy in rows
    ]
