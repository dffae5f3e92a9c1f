"""Letting a browser in: a session with a new id, for whoever has proved who they are."""

from flask_login import login_user

from helpdesk import clock
from helpdesk.accounts import actions, cookies, guard, rates
from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.login import SignedInPerson
from helpdesk.config import settings
from helpdesk.db import db, transaction


def enter(account_id: int, tries_of: str | None = None) -> None:
    """Begin a session of the account for this browser; the wrong tries of `tries_of` are forgotten."""
    with transaction():
        now = clock.now(db.session)
        begun = cookies.begin(account_id, settings(), now=now)
        person_id = actions.note_sign_in(account_id, begun.row.id, now=now)
        if tries_of is not None:
            rates.forget(rates.SIGN_IN_ACCOUNT, tries_of)
        cookies.current().actor = actor_of(person_id)
    login_user(SignedInPerson(guard.current_actor()))
