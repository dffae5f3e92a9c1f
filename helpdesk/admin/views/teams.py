"""Doors to teams: the three lines with their teams, a team's sheet, and putting one out of use."""

from datetime import datetime
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard, teams
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Assignment, Team
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.teams import TeamSheet
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import teams as shown
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.admin.words import ASSIGNMENTS
from helpdesk.db import db, transaction
from helpdesk.errors import DomainError, StaleChange
from helpdesk.i18n import gettext, told

SECTION = "teams"
SHEET = ("name", "line", "answers_client", "assignment", "is_default")
LINES = (1, 2, 3)
team_loader = Loader(lambda _actor, team_id: db.session.get(Team, team_id), lambda _actor, _team: frozenset())


@blueprint.get("/settings/teams")
@policy(Permission.SETTINGS_READ)
def teams_list() -> str:
    """The lines with their teams and people."""
    return render_section(
        "admin/teams.html", SECTION, lines=shown.lines(), retired=shown.retired(), assignments=ASSIGNMENTS
    )


@blueprint.get("/settings/teams/new")
@policy(Permission.SETTINGS_READ)
def new_team() -> str:
    """An empty sheet; the line may be given."""
    line = request.args.get("line", 1, type=int)
    return _new_page(TeamSheet("", line if line in LINES else 1, answers_client=line < 3))


@blueprint.post("/settings/teams")
@policy(Permission.SETTINGS_CHANGE)
@takes(*SHEET)
def create_team() -> ResponseReturnValue:
    """A new team."""
    sheet = _sheet()

    def write(by: int, now: datetime) -> str:
        return url_for(".team", team_id=teams.create(sheet, by=by, now=now).id)

    return write_once(
        write,
        refused=lambda problem: (_new_page(sheet, _errors(problem)), status_of(problem)),
        said=gettext("The team is there. Now say who sits in it: on the page of each person."),
    )


@blueprint.get("/settings/teams/<int:team_id>")
@policy(Permission.SETTINGS_READ, load=team_loader)
def team(team: Team, team_id: int) -> str:
    """The sheet as it stands, with the people."""
    return _page(team, _sheet_of(team))


@blueprint.post("/settings/teams/<int:team_id>")
@policy(Permission.SETTINGS_CHANGE, load=team_loader)
@takes(*SHEET, "seen")
def change_team(team: Team, team_id: int) -> ResponseReturnValue:
    """Let the sheet hold."""
    sheet = _sheet(team.line)

    def verb(by: int, now: datetime) -> None:
        db.session.refresh(team, with_for_update={"key_share": True})
        if request.form.get("seen") != shown.fingerprint(team):
            raise StaleChange(
                "Somebody else changed this team meanwhile; see the history. Save again to change it."
            )
        teams.change(team, sheet, by=by, now=now)

    return write_once(
        leading_to(url_for(".team", team_id=team_id), verb),
        refused=lambda problem: (_page(team, sheet, _errors(problem)), status_of(problem)),
        said=gettext("Saved. It holds from now on."),
    )


@blueprint.post("/settings/teams/<int:team_id>/retirement")
@policy(Permission.SETTINGS_CHANGE, load=team_loader)
@takes()
def retire_team(team: Team, team_id: int) -> ResponseReturnValue:
    """Put the team out of use, unless something still holds on to it."""
    actor, location = guard.current_actor(), url_for(".teams_list")
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        db.session.refresh(team, with_for_update={"key_share": True})
        reasons = shown.holds(team)
        if not reasons:
            teams.retire(team, by=actor.person_id, now=clock.now(db.session))
        guard.remember(actor, location)
    if reasons:
        return _page(team, _sheet_of(team), reasons=reasons), 409
    flash(gettext("%(name)s is out of use. What it did keeps its name.", name=team.name), "good")
    return web.see_other(location)


def _sheet(line: int | None = None) -> TeamSheet:
    asked, mode = request.form.get("line", type=int), request.form.get("assignment", "")
    return TeamSheet(
        name=" ".join(request.form.get("name", "").split()),
        line=line or (asked if asked in LINES else 1),
        answers_client=bool(request.form.get("answers_client")),
        assignment=Assignment(mode) if mode in set(Assignment) else Assignment.MANUAL,
        is_default=bool(request.form.get("is_default")),
    )


def _sheet_of(team: Team) -> TeamSheet:
    return TeamSheet(team.name, team.line, team.answers_client, team.assignment, team.is_default)


def _errors(problem: DomainError) -> dict[str, str]:
    return {getattr(problem, "field", None) or "all": told(problem)}


def _new_page(sheet: TeamSheet, errors: dict[str, str] | None = None) -> str:
    return render_section(
        "admin/team_new.html",
        SECTION,
        history=None,
        sheet=sheet,
        errors=errors or {},
        assignments=list(ASSIGNMENTS.items()),
    )


def _page(team: Team, sheet: TeamSheet, errors: dict[str, str] | None = None, **values: Any) -> str:
    return render_section(
        "admin/team.html",
        SECTION,
        thing=(teams.KIND, team.id),
        thing_name=team.name,
        team=team,
        sheet=sheet,
        seen=shown.fingerprint(team),
        people=shown.people_of(team.id),
        errors=errors or {},
        assignments=list(ASSIGNMENTS.items()),
        **{"reasons": [], **values},
    )
