"""The demo's open door: sign in as anybody of the cast with one click, on this very machine only."""

import ipaddress

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts.entering import enter
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Account
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.views.blueprints import demo_blueprint
from helpdesk.db import db, end_read


@demo_blueprint.post("/demo/sign-in")
@policy(Permission.PUBLIC)
def step_in() -> ResponseReturnValue:
    """Begin a session as the chosen person; strangers from elsewhere find nothing here."""
    if not _is_loopback(request.remote_addr):
        abort(404)
    person_id = request.form.get("person_id", type=int) or 0
    account_id = db.session.scalar(
        select(Account.id)
        .where(Account.person_id == person_id)
        .where(Account.disabled_at.is_(None), Account.invited_at.is_(None))
    )
    end_read()
    if account_id is None:
        abort(404)
    enter(account_id)
    return web.see_other(web.safe_path(request.form.get("next")))


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
