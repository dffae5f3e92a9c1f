"""Doors for machines: is the process alive, is the desk ready, and the static files."""

import logging

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import assets, clock, readiness
from helpdesk.accounts import cookies, guard
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.config import settings
from helpdesk.db import db, end_read
from helpdesk.readiness import Check

blueprint = Blueprint("ops", __name__)
_log = logging.getLogger(__name__)


@blueprint.get("/healthz")
@policy(Permission.PUBLIC, bare=True)
def healthz() -> ResponseReturnValue:
    """Alive: says nothing about anything else."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
@policy(Permission.PUBLIC, bare=True)
def readyz() -> ResponseReturnValue:
    """Ready to work: 200 or 503. Strangers read ok or not ok for each check, administrators the details."""
    try:
        cookies.load(settings())
        found = readiness.checks(clock.now(db.session))
    except SQLAlchemyError as error:
        _log.warning("not ready", extra={"error": type(error).__name__})
        end_read()
        found = [Check("database", False, type(error).__name__)]
    is_ready = all(check.is_ok for check in found)
    body = {"status": _word(is_ready), "checks": {check.name: _shown(check) for check in found}}
    return jsonify(body), 200 if is_ready else 503


@blueprint.get("/static/<path:name>")
@policy(Permission.PUBLIC, bare=True)
def static(name: str) -> ResponseReturnValue:
    """A static file; under its hashed name for a year."""
    served = assets.resolve(name)
    if served is None:
        abort(404)
    response = Response(served.asset.content, content_type=served.asset.content_type)
    response.headers["Cache-Control"] = served.cache_control
    response.set_etag(served.asset.digest)
    return response.make_conditional(request)


def _shown(check: Check) -> str:
    if not check.detail or not guard.current_actor().is_administrator:
        return _word(check.is_ok)
    return f"{_word(check.is_ok)}: {check.detail}"


def _word(is_ok: bool) -> str:
    return "ok" if is_ok else "not ok"
