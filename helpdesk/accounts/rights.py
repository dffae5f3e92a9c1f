"""What an administrator decides about people: seats in teams, grants, and whether they may come in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import column, select, table, text

from helpdesk import history
from helpdesk.accounts import people, seats, sessions, tokens
from helpdesk.accounts.events import AccountDisabled, AccountReopened
from helpdesk.accounts.models import (
    Account,
    Grant,
    GrantKind,
    Membership,
    Person,
    Team,
    TeamRole,
    TokenPurpose,
)
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import publish
from helpdesk.history import Facts

KIND = "person"
_ADMINISTRATORS_LOCK = 7_302_412
_company = table("company", column("id"), column("name"))


@dataclass(frozen=True)
class Scope:
    """What a manager sees; None is everything."""

    lines: tuple[int, ...] | None = None
    company_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Rights:
    """What a person may do: the role in each team by its id, a manager's scope (None: no manager)."""

    teams: Mapping[int, TeamRole] = field(default_factory=dict)
    manager: Scope | None = None
    is_administrator: bool = False


def rights_of(person_id: int) -> Rights:
    """As they stand now."""
    seated = {seat.team_id: seat.role for seat in _seats(person_id)}
    grants = {grant.kind: grant for grant in _grants(person_id)}
    manager = grants.get(GrantKind.MANAGER)
    return Rights(
        teams=seated,
        manager=Scope(_tuple(manager.lines), _tuple(manager.company_ids)) if manager else None,
        is_administrator=GrantKind.ADMINISTRATOR in grants,
    )


def change_rights(person: Person, rights: Rights, *, by: int, now: datetime) -> None:
    """Let the person have exactly these rights. Raises RuleViolation when nobody would run the desk."""
    before = facts(person)
    if not rights.is_administrator:
        keep_an_administrator(person.id)
    _take_seats(person.id, rights.teams, now)
    scope = rights.manager
    _grant(person.id, GrantKind.MANAGER, scope is not None, scope or Scope(), now)
    _grant(person.id, GrantKind.ADMINISTRATOR, rights.is_administrator, Scope(), now)
    history.changed((KIND, person.id, person.name), before, facts(person), by=by, now=now)


def rename(person: Person, name: str, *, by: int, now: datetime) -> None:
    """Give the person another name; what they did keeps its author."""
    before = facts(person)
    person.name, person.sort_key = name, people.sort_key(name)
    history.changed((KIND, person.id, name), before, facts(person), by=by, now=now)


def make_administrator(person: Person, *, by: int, now: datetime) -> None:
    """Let the person run the desk, beside all other rights."""
    rights = rights_of(person.id)
    change_rights(person, Rights(rights.teams, rights.manager, is_administrator=True), by=by, now=now)


def lock_account(account: Account) -> None:
    """Read the account again and keep others from changing it until the end of the transaction."""
    db.session.refresh(account, with_for_update={"key_share": True})


def shut(account: Account, *, by: int, now: datetime) -> None:
    """Nobody comes in with the account any more: sessions, links, seats and grants end; the name stays.

    Raises RuleViolation for oneself and for the last administrator. Open tickets are somebody else's matter.
    """
    if account.person_id == by:
        raise RuleViolation("You cannot shut your own account. Ask another administrator.")
    if account.disabled_at is not None:
        return
    keep_an_administrator(account.person_id)
    before = facts(account.person)
    account.disabled_at = now
    _take_seats(account.person_id, {}, now)
    for kind in GrantKind:
        _grant(account.person_id, kind, False, Scope(), now)
    sessions.end_all(account.id, now=now)
    tokens.end(account.id, tuple(TokenPurpose), now=now)
    db.session.flush()
    publish(AccountDisabled(at=now, actor_id=by, account_id=account.id))
    history.changed(
        (KIND, account.person_id, account.person.name), before, facts(account.person), by=by, now=now
    )


def reopen(account: Account, *, by: int, now: datetime) -> None:
    """Let the person come in again, with the seats that ended when it was shut; grants do not return."""
    if account.disabled_at is None:
        return
    before, shut_at = facts(account.person), account.disabled_at
    account.disabled_at = None
    for seat in _seats_until(account.person_id, shut_at):
        db.session.add(
            Membership(person_id=account.person_id, team_id=seat.team_id, role=seat.role, since=now)
        )
    db.session.flush()
    publish(AccountReopened(at=now, actor_id=by, account_id=account.id))
    history.changed(
        (KIND, account.person_id, account.person.name), before, facts(account.person), by=by, now=now
    )


def keep_an_administrator(but: int) -> None:
    """Raises RuleViolation when that person is the last one who runs the desk.

    Whoever takes a right away waits here for the others who do, so that two administrators cannot take it
    from each other at the same moment.
    """
    db.session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ADMINISTRATORS_LOCK})
    left = seats.administrator_ids()
    if but in left and len(left) == 1:
        raise RuleViolation(
            "This is the last administrator. Make somebody else one first, so that the desk stays in hands."
        )


def facts(person: Person) -> Facts:
    """What the history tells about a person."""
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    rights = rights_of(person.id)
    named = select(Team.id, Team.name).where(Team.id.in_(rights.teams)).order_by(Team.name)
    teams = db.session.execute(named)
    scope = rights.manager
    return {
        "name": person.name,
        "email": account.email,
        "teams": [_seat_words(row.name, rights.teams[row.id]) for row in teams],
        "manager": scope is not None,
        "manager_lines": None if scope is None or scope.lines is None else [str(n) for n in scope.lines],
        "manager_companies": None if scope is None else _company_names(scope.company_ids),
        "administrator": rights.is_administrator,
        "active": account.disabled_at is None,
    }


def _seat_words(name: str, role: TeamRole) -> str:
    return f"{name} ★" if role is TeamRole.LEAD else name


def _company_names(ids: tuple[int, ...] | None) -> list[str] | None:
    """Companies stand a floor higher; only their names are needed here."""
    if ids is None:
        return None
    return list(db.session.scalars(select(_company.c.name).where(_company.c.id.in_(ids)).order_by("name")))


def _take_seats(person_id: int, wanted: Mapping[int, TeamRole], now: datetime) -> None:
    have = {seat.team_id: seat for seat in _seats(person_id)}
    for team_id, seat in have.items():
        if wanted.get(team_id) is not seat.role:
            seat.until = now
    db.session.flush()
    for team_id, role in wanted.items():
        if team_id not in have or have[team_id].role is not role:
            db.session.add(Membership(person_id=person_id, team_id=team_id, role=role, since=now))
    db.session.flush()


def _grant(person_id: int, kind: GrantKind, wanted: bool, scope: Scope, now: datetime) -> None:
    lines, companies = _list(scope.lines), _list(scope.company_ids)
    current = [grant for grant in _grants(person_id) if grant.kind is kind]
    if wanted and any((grant.lines, grant.company_ids) == (lines, companies) for grant in current):
        return
    for grant in current:
        grant.until = now
    if wanted:
        db.session.add(Grant(person_id=person_id, kind=kind, lines=lines, company_ids=companies, since=now))
    db.session.flush()


def _seats(person_id: int) -> list[Membership]:
    current = select(Membership).where(Membership.person_id == person_id, Membership.until.is_(None))
    return list(db.session.scalars(current.order_by(Membership.id)))


def _seats_until(person_id: int, end: datetime) -> list[Membership]:
    """What ended at that instant, in teams that still exist."""
    ended = (
        select(Membership)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id == person_id, Membership.until == end, Team.retired_at.is_(None))
    )
    return list(db.session.scalars(ended))


def _grants(person_id: int) -> list[Grant]:
    current = select(Grant).where(Grant.person_id == person_id, Grant.until.is_(None))
    return list(db.session.scalars(current.order_by(Grant.id)))


def _tuple(values: list[int] | None) -> tuple[int, ...] | None:
    return None if values is None else tuple(values)


def _list(values: tuple[int, ...] | None) -> list[int] | None:
    return None if values is None else list(values)
