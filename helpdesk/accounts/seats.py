"""Who is in which team now, and who runs the desk: the one place that says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from helpdesk.accounts.models import Account, Grant, GrantKind, Membership, TeamRole
from helpdesk.clock import process_time
from helpdesk.db import asked_once, db


def is_current() -> ColumnElement[bool]:
    """Whether a membership is in force at this moment."""
    now = process_time()
    return (Membership.since <= now) & or_(Membership.until.is_(None), Membership.until > now)


def can_work() -> ColumnElement[bool]:
    """Whether the person of a membership can act at all: came in once, and was not shut out since.

    Somebody without an account is nobody who could sign in.
    """
    return (
        select(Account.id)
        .where(Account.person_id == Membership.person_id)
        .where(Account.disabled_at.is_(None), Account.invited_at.is_(None))
        .exists()
    )


@asked_once
def person_ids(team_id: int, *, role: TeamRole | None = None) -> Sequence[int]:
    """Who is in the team now, in order of id; with `role` only those in that role."""
    return person_ids_by_team((team_id,), role=role)[team_id]


def person_ids_by_team(
    team_ids: Iterable[int], *, role: TeamRole | None = None
) -> Mapping[int, Sequence[int]]:
    """Who is in each of these teams now, in order of id; one statement."""
    people: dict[int, list[int]] = {team_id: [] for team_id in team_ids}
    statement = select(Membership.team_id, Membership.person_id).where(
        Membership.team_id.in_(people), is_current(), can_work()
    )
    if role is not None:
        statement = statement.where(Membership.role == role)
    for team_id, person_id in db.session.execute(statement.order_by(Membership.person_id)):
        people[team_id].append(person_id)
    return people


@dataclass(frozen=True)
class Managing:
    """A manager and his scope; None is all."""

    person_id: int
    lines: frozenset[int] | None
    company_ids: frozenset[int] | None

    def covers(self, line: int, company_id: int) -> bool:
        """Whether a ticket on that line of that company is his."""
        on_line = self.lines is None or line in self.lines
        return on_line and (self.company_ids is None or company_id in self.company_ids)


@asked_once
def managers() -> Sequence[Managing]:
    """Everybody who manages and can sign in, once for each grant; one statement."""
    now = process_time()
    rows = db.session.execute(
        select(Grant.person_id, Grant.lines, Grant.company_ids)
        .join(Account, Account.person_id == Grant.person_id)
        .where(Grant.kind == GrantKind.MANAGER, Grant.since <= now)
        .where(or_(Grant.until.is_(None), Grant.until > now))
        .where(Account.disabled_at.is_(None), Account.invited_at.is_(None))
        .order_by(Grant.person_id)
    )
    return [Managing(person_id, _scope(lines), _scope(companies)) for person_id, lines, companies in rows]


def _scope(ids: Sequence[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)


@asked_once
def administrator_ids() -> Sequence[int]:
    """Who runs the desk and can sign in, in order of id."""
    now = process_time()
    statement = (
        select(Grant.person_id)
        .join(Account, Account.person_id == Grant.person_id)
        .where(Grant.kind == GrantKind.ADMINISTRATOR, Grant.since <= now)
        .where(or_(Grant.until.is_(None), Grant.until > now))
        .where(Account.disabled_at.is_(None), Account.invited_at.is_(None))
    )
    return db.session.scalars(statement.distinct().order_by(Grant.person_id)).all()
