"""Doors to recomputes: how far open tickets have followed a change, and trying again what failed."""

from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.admin import recomputes as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.db import db
from helpdesk.i18n import gettext
from helpdesk.sla.what_if import following
from helpdesk.sla.what_if.models import RecomputeState, SlaRecompute


def _lock(run: SlaRecompute) -> None:
    db.session.refresh(run, with_for_update={"key_share": True})


def _found(_actor: Actor, run_id: int) -> SlaRecompute | None:
    return db.session.get(SlaRecompute, run_id)


LOADER = Loader(_found, lambda _actor, _run: frozenset(), _lock)


@blueprint.get("/settings/recomputes/<int:run_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def recompute(run: SlaRecompute, run_id: int) -> str:
    """What it follows, how far it is, and what failed."""
    (line,) = queries.lines(run_id)
    return render_section(
        "admin/recompute.html",
        "drafts",
        thing_name=line.name,
        history=None,
        line=line,
        failed=queries.failures(run_id),
        moved=queries.moved(guard.current_actor(), run_id),
        most=queries.MOVED,
    )


@blueprint.get("/settings/recomputes/<int:run_id>/progress")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def recompute_progress(run: SlaRecompute, run_id: int) -> ResponseReturnValue:
    """How far it is, for a page that looks again and again; the whole page when it is over."""
    if run.state not in (RecomputeState.PLANNED, RecomputeState.RUNNING):
        return web.see_other(url_for(".recompute", run_id=run_id))
    return web.render("admin/_recompute_progress.html", run_id=run_id, progress=queries.progress_of(run))


@blueprint.post("/settings/recomputes/<int:run_id>/retry")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def retry_recompute(run: SlaRecompute, run_id: int) -> ResponseReturnValue:
    """Take up once more what failed."""

    def verb(_by: int, _now: datetime) -> None:
        _lock(run)
        following.try_again(run)

    there = url_for(".recompute", run_id=run_id)
    return write_once(leading_to(there, verb), said=gettext("The tickets that failed are tried again."))
