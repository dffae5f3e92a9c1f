"""The rows behind signed-in browsers: begun, found by the hash of their id, kept alive, ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from helpdesk.accounts import actor as actors
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Account, WebSession
from helpdesk.db import db

TOUCH_AFTER = timedelta(minutes=1)
_ID_BYTES = 32
_USER_AGENT_LENGTH = 200


@dataclass(frozen=True)
class Begun:
    """A new session: its row and the id that only the browser keeps."""

    row: WebSession
    token: str


@dataclass(frozen=True)
class Found:
    """The session of a cookie; `is_live` is False when it ended, ran out, or the account is disabled."""

    id: int
    state: dict[str, Any]
    active_at: datetime
    actor: Actor
    is_live: bool
    is_disabled: bool


def begin(
    account_id: int,
    *,
    state: dict[str, Any],
    user_agent: str | None,
    address: str | None,
    now: datetime,
    lifetime: timedelta,
) -> Begun:
    """Write a new session that ends at the latest after `lifetime`."""
    token = new_secret()
    row = WebSession(
        id_hash=digest(token),
        account_id=account_id,
        state=state,
        user_agent=(user_agent or "")[:_USER_AGENT_LENGTH] or None,
        address=address,
        created_at=now,
        active_at=now,
        expires_at=now + lifetime,
    )
    db.session.add(row)
    db.session.flush()
    return Begun(row, token)


def find(token: str, *, now: datetime, idle: timedelta) -> Found | None:
    """The session of this id together with its person's rights, in one statement."""
    statement = (
        actors.selected(now)
        .add_columns(
            WebSession.id.label("session_id"),
            WebSession.state,
            WebSession.active_at,
            WebSession.expires_at,
            WebSession.ended_at,
            Account.disabled_at,
        )
        .join(WebSession, WebSession.account_id == Account.id)
        .where(WebSession.id_hash == digest(token))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    is_current = row.ended_at is None and now < row.expires_at and now < row.active_at + idle
    return Found(
        id=row.session_id,
        state=row.state,
        active_at=row.active_at,
        actor=actors.from_row(row),
        is_live=is_current and row.disabled_at is None,
        is_disabled=row.disabled_at is not None,
    )


def touch(session_id: int, *, now: datetime) -> None:
    """Note that the person did something; moves forward only."""
    _change(session_id, active_at=func.greatest(WebSession.active_at, now))


def keep_state(session_id: int, state: dict[str, Any]) -> None:
    """Store what the session carries between two requests."""
    _change(session_id, state=state)


def end(session_id: int, *, now: datetime) -> None:
    """End one session; the next request of that browser is signed out."""
    _change(session_id, ended_at=func.coalesce(WebSession.ended_at, now))


def end_all(account_id: int, *, now: datetime, but: int | None = None) -> None:
    """End every session of the account, except the one given; None means without exception."""
    statement = update(WebSession).where(WebSession.account_id == account_id, WebSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(WebSession.id != but)
    db.session.execute(statement.values(ended_at=now))


def live_of(account_id: int, *, now: datetime, idle: timedelta) -> list[WebSession]:
    """The sessions that could still act, the latest used first."""
    statement = (
        select(WebSession)
        .where(WebSession.account_id == account_id, WebSession.ended_at.is_(None))
        .where(WebSession.expires_at > now, WebSession.active_at > now - idle)
        .order_by(WebSession.active_at.desc(), WebSession.id.desc())
    )
    return list(db.session.scalars(statement))


def new_secret() -> str:
    """256 random bits as text that fits into a cookie or a form."""
    return secrets.token_urlsafe(_ID_BYTES)


def digest(token: str) -> bytes:
    """What the database keeps of an id: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def _change(session_id: int, **values: Any) -> None:
    db.session.execute(update(WebSession).where(WebSession.id == session_id).values(**values))
