"""Agents from a file, known by their address: accounts that wait for their person, names and teams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select

from helpdesk.accounts import addresses, invitations, rights
from helpdesk.accounts.invitations import Invitation
from helpdesk.accounts.models import Account, Team, TeamRole
from helpdesk.accounts.people import sort_key
from helpdesk.carriage import cells
from helpdesk.carriage.findings import BadCell, Claims, Entry, Findings, Tell
from helpdesk.db import db
from helpdesk.errors import N_, BadInput
from helpdesk.mail.mailboxes import own_addresses

NO_TEAM = N_("There is no team called “%(value)s”. There are: %(teams)s.")
NO_TEAMS = N_("There is no team called “%(value)s”, and no other one yet.")
SHUT = N_("%(value)s had an account that was shut. Open it again on its page first.")
_LISTED = 12


@dataclass(frozen=True)
class AgentChange:
    """What a row does; `account_id` None makes an account that waits for its person."""

    account_id: int | None
    email: str
    name: str | None
    language: str | None
    teams: Mapping[int, TeamRole] | None


def examine(entries: Iterable[Entry], *, tell: Tell) -> Findings[AgentChange]:
    """What the rows come to; nothing is written."""
    accounts = {account.email: account for account in db.session.scalars(select(Account))}
    teams = {sort_key(team.name): team for team in db.session.scalars(_teams())}
    claims, findings, ours = Claims(), Findings[AgentChange](), own_addresses()
    for done, entry in enumerate(entries, start=1):
        try:
            email = _email(entry)
            cells.not_ours((email,), ours, "email")
            claims.take(email, entry, "email")
            account = accounts.get(email)
            change = _change(entry, email, account, teams)
        except BadCell as problem:
            findings.refuse(entry, problem)
        else:
            findings.take(change, is_new=account is None)
        tell(done)
    return findings


def carry_out(changes: Sequence[AgentChange], *, invites: bool, by: int, now: datetime, tell: Tell) -> None:
    """Write the changes; new people get their link by mail only when `invites`."""
    for done, change in enumerate(changes, start=1):
        if change.account_id is None:
            account = _make(change, invites, by, now)
        else:
            account = db.session.get_one(Account, change.account_id)
            if change.name:
                rights.rename(account.person, change.name, by=by, now=now)
            if change.language:
                account.person.language = change.language
        if change.teams is not None:
            wanted = replace(rights.rights_of(account.person_id), teams=change.teams)
            rights.change_rights(account.person, wanted, by=by, now=now)
        tell(done)


def _make(change: AgentChange, invites: bool, by: int, now: datetime) -> Account:
    invitation = Invitation(change.email, change.name or "", change.language)
    if invites:
        return invitations.invite(invitation, mailed=True, by=by, now=now)[0]
    return invitations.expect(invitation, by=by, now=now)


def _teams() -> Select[Team]:
    return select(Team).where(Team.retired_at.is_(None)).order_by(Team.line, Team.position, Team.id)


def _email(entry: Entry) -> str:
    try:
        return addresses.address_of(entry.need("email"))
    except BadInput as problem:
        raise BadCell("email", cells.NO_MAIL, value=entry.get("email")) from problem


def _change(
    entry: Entry, email: str, account: Account | None, teams: Mapping[str, Team]
) -> AgentChange | None:
    if account is not None and account.disabled_at is not None:
        raise BadCell("email", SHUT, value=email)
    name, language, seats = cells.line(entry, "name"), cells.language(entry), _seats(entry, teams)
    if account is None:
        return AgentChange(None, email, name, language, seats)
    change = AgentChange(
        account_id=account.id,
        email=email,
        name=name if name != " ".join(account.person.name.split()) else None,
        language=language if language != account.person.language else None,
        teams=seats if seats is not None and seats != rights.rights_of(account.person_id).teams else None,
    )
    is_empty = not (change.name or change.language) and change.teams is None
    return None if is_empty else change


def _seats(entry: Entry, teams: Mapping[str, Team]) -> dict[int, TeamRole] | None:
    """The role in each team that the row names; None when it names none."""
    found: dict[int, TeamRole] = {}
    for code, role in (("teams", TeamRole.MEMBER), ("leads", TeamRole.LEAD)):
        for typed in cells.pieces(entry, code):
            found[_team(typed, code, teams).id] = role
    return found or None


def _team(typed: str, code: str, teams: Mapping[str, Team]) -> Team:
    team = teams.get(sort_key(typed))
    if team is not None:
        return team
    if not teams:
        raise BadCell(code, NO_TEAMS, value=typed)
    names = [team.name for team in teams.values()]
    listed = ", ".join(names[:_LISTED]) + ("…" if len(names) > _LISTED else "")
    raise BadCell(code, NO_TEAM, value=typed, teams=listed)
