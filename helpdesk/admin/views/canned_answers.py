"""Doors to canned answers: administrators write all of them, leads those of their own teams."""

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import Team
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.canned import actions, queries
from helpdesk.canned.actions import Wording
from helpdesk.canned.models import CannedAnswer
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, page_language, told
from helpdesk.rich.cleaning import clean

LANGUAGES = (("en", "English"), ("ru", "Русский"))
SECTION = "canned_answers"
FIELDS = ("name", "shortcut", "language", "text", "html", "team_id")
WORDING = (*FIELDS, "href")


def _fetch(actor: Actor, answer_id: int) -> CannedAnswer | None:
    """Whoever may open the section may read each answer."""
    return queries.by_id(answer_id) if actor.is_administrator or actor.is_lead else None


def _relations(actor: Actor, answer: CannedAnswer) -> frozenset[Relation]:
    return frozenset({Relation.LEADS} if answer.team_id in actor.led_team_ids else ())


the_answer = Loader(_fetch, _relations)


@blueprint.get("/settings/canned-answers")
@policy(Permission.CANNED_READ)
def canned_answers() -> str:
    """All in use, or those that were put away."""
    typed, retired = request.args.get("q", ""), bool(request.args.get("retired"))
    return render_section(
        "admin/canned_answers.html",
        SECTION,
        found=queries.listed(typed, retired=retired),
        typed=typed,
        retired=retired,
        languages=dict(LANGUAGES),
    )


@blueprint.get("/settings/canned-answers/new")
@policy(Permission.CANNED_WRITE)
def new_canned_answer() -> str:
    """An empty form."""
    return _page(None, {"language": page_language()})


@blueprint.post("/settings/canned-answers")
@policy(Permission.CANNED_WRITE)
@takes(*WORDING)
def create_canned_answer() -> ResponseReturnValue:
    """Offer a new one."""
    actor, made = guard.current_actor(), list[CannedAnswer]()

    def write(by: int, now: datetime) -> str:
        made.append(actions.create(_wording(actor), by=by, now=now))
        return url_for(".canned_answer", answer_id=made[0].id)

    return write_once(
        write,
        refused=lambda problem: (_page(None, request.form, _error(problem)), status_of(problem)),
        said=lambda: gettext("Saved. Type ::%(shortcut)s in an answer.", shortcut=made[0].shortcut),
    )


@blueprint.get("/settings/canned-answers/<int:answer_id>")
@policy(Permission.CANNED_READ, load=the_answer)
def canned_answer(answer: CannedAnswer, answer_id: int) -> str:
    """One with its history."""
    return _page(answer, _facts(answer))


@blueprint.post("/settings/canned-answers/<int:answer_id>")
@policy(Permission.CANNED_EDIT, load=the_answer)
@takes(*WORDING)
def change_canned_answer(answer: CannedAnswer, answer_id: int) -> ResponseReturnValue:
    """Put it right."""
    actor, typed = guard.current_actor(), request.form.get("version", "")
    version = int(typed) if typed.isdecimal() and len(typed) < 16 else 0

    def verb(by: int, now: datetime) -> None:
        actions.change(answer, _wording(actor, answer), version=version, by=by, now=now)

    def refused(problem: DomainError) -> ResponseReturnValue:
        return _page(queries.by_id(answer_id), request.form, _error(problem)), status_of(problem)

    there = url_for(".canned_answer", answer_id=answer_id)
    return write_once(leading_to(there, verb), refused=refused, said=gettext("Saved. It holds from now on."))


@blueprint.post("/settings/canned-answers/<int:answer_id>/retirement")
@policy(Permission.CANNED_EDIT, load=the_answer)
@takes("back")
def retire_canned_answer(answer: CannedAnswer, answer_id: int) -> ResponseReturnValue:
    """Put it away, or with `back` take it into use again."""
    is_back = bool(request.form.get("back"))
    act = actions.bring_back if is_back else actions.retire

    def refused(problem: DomainError) -> ResponseReturnValue:
        found = queries.by_id(answer_id)
        return _page(found, _facts(found) if found else {}, _error(problem)), status_of(problem)

    there = url_for(".canned_answer", answer_id=answer_id)
    said = gettext("It is offered again.") if is_back else gettext("Put away.")
    write = leading_to(there, lambda by, now: act(answer, by=by, now=now))
    return write_once(write, refused=refused, said=said)


def _wording(actor: Actor, answer: CannedAnswer | None = None) -> Wording:
    """What the form says. A lead writes for his own teams only. Raises BadInput."""
    form, chosen = request.form, request.form.get("team_id", "")
    team_id = int(chosen) if chosen.isdecimal() and len(chosen) < 16 else None
    if not actor.is_administrator and team_id not in actor.led_team_ids:
        raise BadInput(gettext("Choose one of the teams that you lead."), "team_id")
    return Wording(
        name=form.get("name", ""),
        shortcut=form.get("shortcut", ""),
        language=form.get("language", ""),
        text=form.get("text", ""),
        html=form.get("html", ""),
        team_id=team_id,
    )


def _facts(answer: CannedAnswer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in FIELDS} | {"team_id": answer.team_id or ""}


def _error(problem: DomainError) -> dict[str, str]:
    field = problem.field if isinstance(problem, BadInput) else None
    return {field or "name": told(problem)}


def _page(answer: CannedAnswer | None, sheet: Any, errors: dict[str, str] | None = None) -> str:
    actor = guard.current_actor()
    may_edit = answer is None or actor.is_administrator or answer.team_id in actor.led_team_ids
    about: dict[str, Any] = {"thing": (actions.THING, answer.id)} if answer else {"history": None}
    return render_section(
        "admin/canned_answer.html",
        SECTION,
        **about,
        thing_name=answer.name if answer else gettext("New canned answer"),
        answer=answer,
        sheet=sheet,
        html=clean(sheet.get("html") or ""),
        errors=errors or {},
        languages=LANGUAGES,
        teams=_teams(actor),
        may_edit=may_edit,
    )


def _teams(actor: Actor) -> list[tuple[str, str]]:
    """For whom somebody may write: an administrator for all, a lead for the teams he leads."""
    rows = db.session.execute(
        select(Team.id, Team.name).where(Team.retired_at.is_(None)).order_by(Team.line, Team.name)
    )
    own = [
        (str(team_id), name)
        for team_id, name in rows
        if actor.is_administrator or team_id in actor.led_team_ids
    ]
    return [("", gettext("Every team")), *own] if actor.is_administrator else own
