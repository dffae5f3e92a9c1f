"""The session of a browser: a cookie with an id, a row behind it, or a signed cookie for strangers."""

import ipaddress
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict

from helpdesk.accounts import sessions
from helpdesk.accounts.actor import Actor, anonymous
from helpdesk.clock import process_time
from helpdesk.config import Settings
from helpdesk.db import transaction

STRANGER_SECONDS = 2 * 60 * 60
POLL_HEADER = "X-Poll"


class DeskSession(CallbackDict[str, Any], SessionMixin):
    """What a browser carries between two requests, and who it is in this one."""

    def __init__(self, initial: dict[str, Any], token: str | None) -> None:
        def note_change(changed: Any) -> None:
            changed.modified = True

        super().__init__(initial, note_change)
        self.modified = False
        self.token = token
        self.id: int | None = None
        self.actor: Actor = anonymous
        self.lapsed: sessions.Found | None = None
        self.is_begun = False
        self.is_ended = False

    def become(self, found: sessions.Found) -> None:
        """Stand for the row of a live session."""
        self.id, self.actor = found.id, found.actor
        self.clear()
        self.update(found.state)
        self.modified = False


class DeskSessions(SessionInterface):
    """Reads the cookies without touching the database, and writes back what changed."""

    def open_session(self, app: Flask, request: Request) -> DeskSession:
        token = request.cookies.get(cookie_name(app))
        return DeskSession(_stranger_state(app, request), token)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        desk = cast("DeskSession", session)
        if not response.cache_control.public:
            response.vary.add("Cookie")
        if desk.is_ended:
            response.delete_cookie(cookie_name(app), **_cookie_options(app))
        if desk.is_begun and desk.token:
            response.set_cookie(cookie_name(app), desk.token, **_cookie_options(app))
            response.delete_cookie(stranger_cookie_name(app), **_cookie_options(app))
        if desk.modified and desk.id is not None and not desk.is_ended:
            with transaction():
                sessions.keep_state(desk.id, dict(desk))
        elif desk.modified and desk.id is None:
            _send_stranger_state(app, desk, response)


def current() -> DeskSession:
    """The session of this request."""
    return cast("DeskSession", flask_session._get_current_object())  # type: ignore[attr-defined]


def load(settings: Settings) -> None:
    """Find out who sends this request: one statement, and once a minute the note that they are active."""
    desk = current()
    if not desk.token:
        return
    now = process_time()
    found = sessions.find(desk.token, now=now, idle=idle_limit(settings))
    if found is None:
        return
    if not found.is_live:
        desk.lapsed = found
        return
    desk.become(found)
    _note_activity(found, now)


def begin(account_id: int, settings: Settings, *, now: datetime) -> sessions.Begun:
    """Start a session with a new id for this browser, in the open transaction; its older one ends."""
    desk = current()
    if desk.id is not None:
        sessions.end(desk.id, now=now)
    begun = sessions.begin(
        account_id,
        state={"_user_id": str(account_id), "_fresh": True, "csrf_token": sessions.new_secret()},
        user_agent=request.user_agent.string,
        address=shortened(request.remote_addr),
        now=now,
        lifetime=timedelta(minutes=settings.session_absolute_minutes),
    )
    flashes = desk.get("_flashes")
    desk.clear()
    desk.update(begun.row.state, **({"_flashes": flashes} if flashes else {}))
    desk.token, desk.id, desk.is_begun, desk.is_ended = begun.token, begun.row.id, True, False
    return begun


def end(*, now: datetime) -> None:
    """End this browser's session, in the open transaction."""
    desk = current()
    if desk.id is not None:
        sessions.end(desk.id, now=now)
    desk.clear()
    desk.id, desk.token, desk.actor, desk.is_ended = None, None, anonymous, True


def idle_limit(settings: Settings) -> timedelta:
    """How long a session lasts without anybody doing something."""
    return timedelta(minutes=settings.session_idle_minutes)


def cookie_name(app: Flask) -> str:
    return "__Host-sid" if app.config["SESSION_COOKIE_SECURE"] else "sid"


def stranger_cookie_name(app: Flask) -> str:
    return "__Host-visit" if app.config["SESSION_COOKIE_SECURE"] else "visit"


def shortened(address: str | None) -> str | None:
    """The network a visitor comes from (/24 or /48): enough to recognise a session, not a person."""
    if address is None:
        return None
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return str(ipaddress.ip_network(f"{address}/{24 if ip.version == 4 else 48}", strict=False))


def _note_activity(found: sessions.Found, now: datetime) -> None:
    """In its own transaction, so that a refusal later on leaves no trace in the request's own."""
    if request.headers.get(POLL_HEADER) or now - found.active_at < sessions.TOUCH_AFTER:
        return
    with transaction():
        sessions.touch(found.id, now=now)


def _stranger_state(app: Flask, request: Request) -> dict[str, Any]:
    text = request.cookies.get(stranger_cookie_name(app))
    if not text:
        return {}
    try:
        state = _signer(app).loads(text, max_age=STRANGER_SECONDS)
    except BadData:
        return {}
    return state if isinstance(state, dict) else {}


def _send_stranger_state(app: Flask, desk: DeskSession, response: Response) -> None:
    state = {name: value for name, value in desk.items() if not name.startswith(("_user", "_fresh", "_id"))}
    response.set_cookie(
        stranger_cookie_name(app), _text(app, state), max_age=STRANGER_SECONDS, **_cookie_options(app)
    )


def _text(app: Flask, state: dict[str, Any]) -> str:
    return _signer(app).dumps(state)


def _signer(app: Flask) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(cast("str", app.secret_key), salt="visit")


def _cookie_options(app: Flask) -> dict[str, Any]:
    return {
        "path": "/",
        "httponly": True,
        "samesite": "Lax",
        "secure": bool(app.config["SESSION_COOKIE_SECURE"]),
    }
