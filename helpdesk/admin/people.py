"""Reading people for the settings: who can come in, who was asked in, who is gone, and with which rights."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from helpdesk.accounts import faces, rights
from helpdesk.accounts.models import (
    Account,
    AccountToken,
    Grant,
    GrantKind,
    Membership,
    Person,
    Team,
    TeamRole,
    TokenPurpose,
)
from helpdesk.accounts.people import sort_key
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.notifications.models import Outbox, OutboxRecipient

MOST = 500


class Standing(StrEnum):
    """Whether somebody can come in."""

    ACTIVE = "active"
    INVITED = "invited"
    SHUT = "shut"


CONDITIONS: Mapping[Standing, ColumnElement[bool]] = {
    Standing.ACTIVE: Account.disabled_at.is_(None) & Account.invited_at.is_(None),
    Standing.INVITED: Account.disabled_at.is_(None) & Account.invited_at.is_not(None),
    Standing.SHUT: Account.disabled_at.is_not(None),
}


@dataclass(frozen=True)
class Place:
    """A seat in a team, as the list shows it."""

    team: str
    line: int
    is_lead: bool


@dataclass(frozen=True)
class PersonRow:
    """One line of the list of people."""

    id: int
    name: str
    initials: str
    tint: int
    email: str
    standing: Standing
    last_sign_in_at: datetime | None
    invited_at: datetime | None
    places: tuple[Place, ...] = ()
    grants: frozenset[GrantKind] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Sent:
    """What became of the last invitation: until when its link is good, and the state of its mail."""

    expires_at: datetime
    is_over: bool
    mail_state: str | None
    answer: str | None


def standing_of(account: Account) -> Standing:
    if account.disabled_at is not None:
        return Standing.SHUT
    return Standing.ACTIVE if account.invited_at is None else Standing.INVITED


def counts() -> dict[Standing, int]:
    """How many there are of each."""
    row = db.session.execute(
        select(
            *(func.count().filter(condition).label(name) for name, condition in CONDITIONS.items())
        ).select_from(Account)
    ).one()
    return {standing: getattr(row, standing) for standing in Standing}


def listed(standing: Standing, typed: str = "") -> list[PersonRow]:
    """Everybody of that standing by name; with `typed` only whose name, address or team says it."""
    statement = select(Account).join(Person).where(CONDITIONS[standing])
    if typed:
        statement = statement.where(_says(typed))
    accounts = db.session.scalars(statement.order_by(Person.sort_key, Person.id).limit(MOST)).all()
    ids = [account.person_id for account in accounts]
    places, grants = _places(ids), _grants(ids)
    return [_row(account, places, grants) for account in accounts]


def account_of(person_id: int) -> Account | None:
    """The account of that person, shut ones included."""
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def fingerprint(person: Person) -> str:
    """A mark of everything that the sheet of a person shows, so that a stale form is noticed."""
    text = json.dumps(dict(rights.facts(person)), sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def teams_in_use() -> Sequence[Team]:
    """All teams by line."""
    every = select(Team).where(Team.retired_at.is_(None)).order_by(Team.line, Team.position, Team.id)
    return db.session.scalars(every).all()


def companies() -> Sequence[Any]:
    """Companies to limit a manager's scope to: id and name."""
    named = (
        select(Company.id, Company.name).where(Company.confirmed_at.is_not(None)).order_by(Company.sort_key)
    )
    return db.session.execute(named.limit(MOST)).all()


def last_invitation(account: Account, now: datetime) -> Sent | None:
    """How the newest invitation of the account fares; None when it was never invited."""
    newest = (
        select(AccountToken)
        .where(AccountToken.account_id == account.id, AccountToken.purpose == TokenPurpose.INVITATION)
        .order_by(AccountToken.id.desc())
    )
    token = db.session.scalar(newest.limit(1))
    if token is None:
        return None
    sent = select(OutboxRecipient.state, OutboxRecipient.answer).join(Outbox)
    mail = db.session.execute(sent.where(Outbox.account_token_id == token.id)).first()
    is_over = token.expires_at <= now or token.ended_at is not None
    return Sent(token.expires_at, is_over, mail.state if mail else None, mail.answer if mail else None)


def _says(typed: str) -> ColumnElement[bool]:
    """Each word in the name, the address or the name of a team, literally."""
    words = sort_key(typed).split()
    teams = (
        select(func.string_agg(func.lower(Team.name), " "))
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.person_id == Person.id, Membership.until.is_(None))
        .scalar_subquery()
    )
    text = func.concat_ws(" ", Person.sort_key, Account.email, teams)
    return and_(true(), *(text.contains(word, autoescape=True) for word in words))


def _row(
    account: Account, places: Mapping[int, list[Place]], grants: Mapping[int, set[GrantKind]]
) -> PersonRow:
    person = account.person
    return PersonRow(
        id=person.id,
        name=person.name,
        initials=faces.initials(person.name),
        tint=faces.tint(person.id),
        email=account.email,
        standing=standing_of(account),
        last_sign_in_at=account.last_sign_in_at,
        invited_at=account.invited_at,
        places=tuple(places[person.id]),
        grants=frozenset(grants[person.id]),
    )


def _places(ids: Sequence[int]) -> defaultdict[int, list[Place]]:
    found: defaultdict[int, list[Place]] = defaultdict(list)
    rows = db.session.execute(
        select(Membership.person_id, Membership.role, Team.name, Team.line)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id.in_(ids), Membership.until.is_(None), Team.retired_at.is_(None))
        .order_by(Team.line, Team.position, Team.id)
    )
    for row in rows:
        found[row.person_id].append(Place(row.name, row.line, row.role is TeamRole.LEAD))
    return found


def _grants(ids: Sequence[int]) -> defaultdict[int, set[GrantKind]]:
    found: defaultdict[int, set[GrantKind]] = defaultdict(set)
    current = select(Grant.person_id, Grant.kind).where(Grant.person_id.in_(ids), Grant.until.is_(None))
    for row in db.session.execute(current):
        found[row.person_id].add(row.kind)
    return found
