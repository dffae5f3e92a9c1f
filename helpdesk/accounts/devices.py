"""Browsers that signed in before have tries of their own, so strangers cannot use up a person's."""

import secrets
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

HALF_A_YEAR = 180 * 24 * 60 * 60


def subject(account_id: int, email: str) -> str:
    """Whose tries are counted: a known browser's own, else everybody's for that address."""
    known = _read()
    return f"device {known['n']}" if known and known.get("a") == account_id else f"account {email}"


def remember(response: Response, account_id: int) -> None:
    """Let this browser be known for the account; it proves nothing else."""
    response.set_cookie(
        _name(),
        _signer().dumps({"a": account_id, "n": secrets.token_urlsafe(16)}),
        max_age=HALF_A_YEAR,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def _read() -> dict[str, Any] | None:
    try:
        known = _signer().loads(request.cookies.get(_name(), ""), max_age=HALF_A_YEAR)
    except BadData:
        return None
    return known if isinstance(known, dict) else None


def _name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="device")
