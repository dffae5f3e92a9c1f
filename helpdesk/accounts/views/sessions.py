"""Doors of one's own sessions: where am I signed in, and ending that."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts import actions, cookies, guard, sessions
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.browsers import browser_name
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.models import WebSession
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.accounts.views.gate import sign_out
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.i18n import gettext


@blueprint.get("/sessions", endpoint="sessions")
@policy(Permission.SIGNED_IN)
def list_sessions() -> ResponseReturnValue:
    """Where the person is signed in."""
    rows = sessions.live_of(
        guard.current_actor().account_id, now=clock.process_time(), idle=cookies.idle_limit(settings())
    )
    mine = cookies.current().id
    items = [{"row": row, "browser": browser_name(row.user_agent), "is_this": row.id == mine} for row in rows]
    return web.render("accounts/sessions.html", items=items)


@blueprint.post("/sessions/end-others")
@policy(Permission.SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    actor = guard.current_actor()
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        now = clock.now(db.session)
        actions.end_other_sessions(actor.account_id, but=cookies.current().id, by=actor.person_id, now=now)
        guard.remember(actor, url_for("accounts.sessions"))
    flash(gettext("All other browsers are signed out."), "good")
    return web.see_other(url_for("accounts.sessions"))


def _own_session(actor: Actor, session_id: int) -> WebSession | None:
    found = select(WebSession).where(WebSession.id == session_id, WebSession.account_id == actor.account_id)
    return db.session.scalar(found)


def _as_owner(actor: Actor, row: WebSession) -> frozenset[Relation]:
    return frozenset({Relation.OWN} if row.account_id == actor.account_id else ())


@blueprint.post("/sessions/<int:session_id>/end")
@policy(Permission.OWN_SESSION, load=Loader(_own_session, _as_owner))
def end_session(row: WebSession, session_id: int) -> ResponseReturnValue:
    """End another browser's session, or one's own like signing out."""
    if session_id == cookies.current().id:
        return sign_out()
    actor = guard.current_actor()
    with transaction():
        actions.end_session(session_id, actor.account_id, by=actor.person_id, now=clock.now(db.session))
    flash(gettext("That browser is signed out."), "good")
    return web.see_other(url_for("accounts.sessions"))
