"""A browser in the tests: signing in without the form, and forms with their hidden fields."""

import uuid
from datetime import timedelta
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from helpdesk.accounts import sessions
from helpdesk.accounts.models import Account, Person, WebSession
from helpdesk.clock import process_time
from helpdesk.db import db

CSRF_SECRET = "the secret of the tests' forms"


def sign_in(client: FlaskClient, person: Person) -> WebSession:
    """Give the browser a session of that person; whatever it had before is gone."""
    account_id = db.session.scalars(select(Account.id).where(Account.person_id == person.id)).one()
    begun = sessions.begin(
        account_id,
        state={"_user_id": str(account_id), "_fresh": True, "csrf_token": CSRF_SECRET},
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
        address="127.0.0.0/24",
        now=process_time(),
        lifetime=timedelta(hours=12),
    )
    db.session.commit()
    client.set_cookie("sid", begun.token)
    return begun.row


def sign_out(client: FlaskClient) -> None:
    """Let the browser forget its session; the row stays."""
    client.delete_cookie("sid")


def form(**fields: Any) -> dict[str, Any]:
    """The fields of a form as a signed-in person's page would send them, with both hidden ones."""
    return {"csrf_token": csrf_token(), "form_token": str(uuid.uuid4()), **fields}


def csrf_token(secret: str = CSRF_SECRET) -> str:
    """What a page rendered for that session carries."""
    signer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    return signer.dumps(secret)


def visit_token(client: FlaskClient) -> str:
    """The token that the sign-in page gives to a stranger's browser."""
    page = client.get("/sign-in", follow_redirects=True).text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
