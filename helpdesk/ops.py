"""Doors for machines: is the process alive, is the desk ready, and the static files."""

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from helpdesk import assets
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
@policy(Permission.PUBLIC, bare=True)
def healthz() -> ResponseReturnValue:
    """Alive: says nothing about anything else."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
@policy(Permission.PUBLIC, bare=True)
def readyz() -> ResponseReturnValue:
    return jsonify(status="ok")


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
