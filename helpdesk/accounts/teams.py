"""Making and changing teams: each on one line, one of each line takes what nobody placed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import func, select

from helpdesk import history
from helpdesk.accounts.models import Assignment, Membership, Team
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.history import Facts

KIND = "team"
_SHARED_OUT: Mapping[Assignment, Any] = {
    Assignment.MANUAL: lazy_gettext("people take them"),
    Assignment.ROUND_ROBIN: lazy_gettext("in turn"),
    Assignment.LEAST_LOADED: lazy_gettext("to whoever has least"),
}


@dataclass(frozen=True)
class TeamSheet:
    """What an administrator decides about a team."""

    name: str
    line: int
    answers_client: bool
    assignment: Assignment = Assignment.MANUAL
    is_default: bool = False


def create(sheet: TeamSheet, *, by: int, now: datetime) -> Team:
    """A new team at the end of its line; the first one of a line takes what nobody placed."""
    _check_name(sheet.name, None)
    team = Team(
        name=sheet.name,
        line=sheet.line,
        answers_client=sheet.answers_client,
        assignment=sheet.assignment,
        position=_last_position(sheet.line) + 1,
        created_at=now,
    )
    db.session.add(team)
    db.session.flush()
    if sheet.is_default or default_of(sheet.line) is None:
        _make_default(team)
    history.changed((KIND, team.id, team.name), None, facts(team), by=by, now=now)
    return team


def change(team: Team, sheet: TeamSheet, *, by: int, now: datetime) -> None:
    """Let the sheet hold; the line of a team never changes, because its tickets stand on it."""
    _check_name(sheet.name, team.id)
    if sheet.line != team.line:
        raise RuleViolation("A team stays on its line. Make a new team on the other one.")
    if team.is_default and not sheet.is_default:
        raise BadInput(
            N_("Somebody takes what nobody placed. To change it, choose another team of the line for it."),
            "is_default",
        )
    before = facts(team)
    team.name, team.answers_client, team.assignment = sheet.name, sheet.answers_client, sheet.assignment
    if sheet.is_default and not team.is_default:
        _make_default(team)
    db.session.flush()
    history.changed((KIND, team.id, team.name), before, facts(team), by=by, now=now)


def retire(team: Team, *, by: int, now: datetime) -> None:
    """Take the team out of use; its people lose their seats in it. Whether it may go is asked before."""
    if team.retired_at is not None:
        return
    if team.is_default:
        raise RuleViolation(
            "%(name)s takes what nobody placed on its line. Choose another first.", name=team.name
        )
    before = facts(team)
    team.retired_at = now
    seated = select(Membership).where(Membership.team_id == team.id, Membership.until.is_(None))
    for seat in db.session.scalars(seated):
        seat.until = now
    db.session.flush()
    history.changed((KIND, team.id, team.name), before, None, by=by, now=now)


def default_of(line: int) -> Team | None:
    """The team of the line that takes what nobody placed; None before the line has any."""
    return db.session.scalar(select(Team).where(Team.line == line, Team.is_default))


def facts(team: Team) -> Facts:
    """What the history tells about a team."""
    return {
        "name": team.name,
        "line": team.line,
        "default": team.is_default,
        "answers_client": team.answers_client,
        "assignment": str(_SHARED_OUT[team.assignment]),
    }


def _make_default(team: Team) -> None:
    before = default_of(team.line)
    if before is not None and before.id != team.id:
        before.is_default = False
        db.session.flush()
    team.is_default = True
    db.session.flush()


def _check_name(name: str, own_id: int | None) -> None:
    if not 1 <= len(name) <= 60:
        raise BadInput(N_("A team has a name of at most 60 characters."), "name")
    same = select(Team.id).where(func.lower(Team.name) == name.lower(), Team.id.is_distinct_from(own_id))
    if db.session.scalar(same) is not None:
        raise BadInput(N_("There is a team of this name already."), "name")


def _last_position(line: int) -> int:
    return db.session.scalar(select(func.max(Team.position)).where(Team.line == line)) or 0
