"""Sign-in, sign-out, own sessions and profile."""

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_user
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts import cookies, guard, passwords
from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.events import SignedIn, SignedOut
from helpdesk.accounts.guard import policy
from helpdesk.accounts.login import SignedInPerson
from helpdesk.accounts.models import Account
from helpdesk.accounts.permissions import Permission
from helpdesk.config import settings
from helpdesk.db import db, end_read, transaction
from helpdesk.events import publish

blueprint = Blueprint("accounts", __name__)
demo_blueprint = Blueprint("demo_accounts", __name__)


@blueprint.get("/sign-in", endpoint="sign_in")
@policy(Permission.PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    """The gate."""
    if guard.current_actor().is_signed_in:
        return web.see_other(_next())
    return _gate()


@blueprint.post("/sign-in", endpoint="sign_in_post")
@policy(Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Same words and same time for an unknown address, a wrong password and a disabled account."""
    email = request.form.get("email", "").strip().lower()
    account = db.session.scalar(select(Account).where(Account.email == email))
    known = account if account and account.disabled_at is None else None
    account_id, stored = (known.id, known.password_hash) if known else (0, None)
    end_read()
    if not passwords.matches(request.form.get("password", ""), stored):
        return _gate(email=email, sentence=gettext("That address and password do not go together.")), 422
    enter(account_id)
    return web.see_other(_next())


@blueprint.post("/sign-out")
@policy(Permission.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session and let the browser forget what it kept of the desk."""
    actor, session_id = guard.current_actor(), cookies.current().id or 0
    with transaction():
        now = clock.now(db.session)
        cookies.end(now=now)
        publish(
            SignedOut(at=now, actor_id=actor.person_id, account_id=actor.account_id, session_id=session_id)
        )
    response = make_response(web.see_other("/sign-in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def enter(account_id: int) -> None:
    """Begin a session of the account for this browser, with a new id."""
    with transaction():
        now = clock.now(db.session)
        account = db.session.get_one(Account, account_id)
        account.last_sign_in_at = now
        begun = cookies.begin(account_id, settings(), now=now)
        publish(SignedIn(at=now, actor_id=account.person_id, account_id=account_id, session_id=begun.row.id))
        cookies.current().actor = actor_of(account.person_id)
    login_user(SignedInPerson(guard.current_actor()))


def _gate(email: str = "", sentence: str = "") -> str:
    return web.render("accounts/sign_in.html", email=email, sentence=sentence, next=_next())


def _next() -> str:
    return web.safe_path(request.values.get("next"))
