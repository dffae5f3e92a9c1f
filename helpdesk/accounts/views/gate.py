"""Doors of the gate: signing in and signing out."""

from typing import Any

from flask import current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from helpdesk import clock, firm, web
from helpdesk.accounts import actions, cookies, devices, first, guard, passwords, rates
from helpdesk.accounts.cast import cast
from helpdesk.accounts.entering import enter
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Account
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views.blueprints import blueprint
from helpdesk.config import settings
from helpdesk.db import db, end_read, transaction
from helpdesk.i18n import LANGUAGES, gettext, ngettext
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open

GONE = '"cache", "storage"'


@blueprint.get("/sign-in")
@policy(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """The gate; somebody who is inside goes on."""
    language = request.args.get("language")
    if language in LANGUAGES:
        cookies.current()["language"] = language
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")), 303)
    if guard.current_actor().is_signed_in:
        return web.see_other(_next())
    if _is_unclaimed():
        return web.see_other(url_for("admin.welcome"))
    lapsed = cookies.current().lapsed
    return gate(has_lapsed=lapsed is not None and not lapsed.is_disabled)


@blueprint.post("/sign-in")
@policy(Permission.PUBLIC)
def try_password() -> ResponseReturnValue:
    """Same words, same time and same traces for an unknown address, a wrong password and a shut account."""
    email = request.form.get("email", "").strip().lower()
    password = request.form.get("password", "")
    account_id, stored = _stored_password(email)
    subject = devices.subject(account_id, email)
    _count_try(subject)
    if not passwords.matches(password, stored):
        return _refused(email, account_id)
    _renew_hash(account_id, password, stored)
    enter(account_id, subject)
    response = make_response(web.see_other(_next()))
    devices.remember(response, account_id)
    return response


@blueprint.post("/sign-out")
@policy(Permission.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the sign-in of this browser and let the browser forget what it kept of the desk."""
    actor, session_id = guard.current_actor(), cookies.current().id or 0
    with transaction():
        now = clock.now(db.session)
        actions.note_sign_out(actor.account_id, session_id, by=actor.person_id, now=now)
        cookies.end(now=now)
    logout_user()
    response = make_response(web.see_other(url_for("accounts.sign_in")))
    response.headers["Clear-Site-Data"] = GONE
    return response


def gate(**values: Any) -> str:
    """The sign-in page; in the demo with the cast beside it."""
    troupes = cast(_held()) if settings().demo else []
    progress = current_app.extensions.get("demo_progress")
    return web.render(
        "accounts/sign_in.html",
        nav=None,
        next=_next(),
        troupes=troupes,
        progress=progress() if progress else None,
        **values,
    )


def _is_unclaimed() -> bool:
    """Whether the assistant is the only way in; unknown while the database is away, which is no."""
    if not firm.chosen() or firm.chosen()["assistant_step"] is not None:
        return False
    try:
        return first.is_unclaimed()
    except OperationalError:
        end_read()
        return False


def _held() -> dict[int, str]:
    """How many open tickets each person holds, in words."""
    count = select(Ticket.assignee_id, func.count().label("held")).where(is_open())
    rows = db.session.execute(count.where(Ticket.assignee_id.is_not(None)).group_by(Ticket.assignee_id))
    return {row.assignee_id: ngettext("%(num)d open", "%(num)d open", row.held) for row in rows}


def _stored_password(email: str) -> tuple[int, str | None]:
    """The account that may sign in with this address and its hash; (0, None) when there is none."""
    statement = select(Account.id, Account.password_hash)
    row = db.session.execute(
        statement.where(Account.email == email, Account.disabled_at.is_(None))
    ).one_or_none()
    end_read()
    return (row.id, row.password_hash) if row else (0, None)


def _count_try(subject: str) -> None:
    guard.limit(rates.SIGN_IN_ALL, "")
    guard.limit(rates.SIGN_IN_ADDRESS, request.remote_addr or "")
    guard.limit(rates.SIGN_IN_ACCOUNT, subject)


def _refused(email: str, account_id: int) -> ResponseReturnValue:
    with transaction():
        actions.note_failure(account_id or None, now=clock.now(db.session))
    return gate(email=email, sentence=gettext("This address and this password do not go together.")), 422


def _renew_hash(account_id: int, password: str, stored: str | None) -> None:
    if stored is None or not passwords.is_outdated(stored):
        return
    renewed = passwords.hash_password(password)
    with transaction():
        actions.keep_stronger_hash(account_id, renewed)


def _next() -> str:
    return web.safe_path(request.values.get("next"))
