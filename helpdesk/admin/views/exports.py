"""Doors that let files out: everything of one kind, and samples to fill in."""

from flask import Response, abort, flash, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.rates import EXPORT
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.people import teams_in_use
from helpdesk.carriage import exporting, samples
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.exporting import Form
from helpdesk.clock import process_time
from helpdesk.db import db, transaction
from helpdesk.errors import RuleViolation
from helpdesk.headers import as_download
from helpdesk.i18n import page_language, told, viewer_zone

TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.post("/settings/exports")
@policy(Permission.SETTINGS_CHANGE, rate=EXPORT)
def export() -> ResponseReturnValue:
    """Everything of one kind as a file; who took it stands in the history."""
    try:
        cargo, form = Cargo(request.form.get("cargo", "")), Form(request.form.get("form", ""))
    except ValueError:
        abort(422)
    try:
        with transaction():
            by = guard.current_actor().person_id
            exporting.note(cargo, form, by=by, now=clock.now(db.session))
    except RuleViolation as problem:
        flash(told(problem), "risk")
        return web.see_other(url_for(".imports"))
    pieces = exporting.pieces(cargo, form, language=page_language())
    day = process_time().astimezone(viewer_zone()).date().isoformat()
    return download(Response(stream_with_context(pieces)), f"{cargo}-{day}.{form}", form)


@blueprint.get("/settings/imports/samples/<cargo>")
@policy(Permission.SETTINGS_READ)
def import_sample(cargo: str) -> ResponseReturnValue:
    """Our headers with three invented rows."""
    if cargo not in set(Cargo):
        abort(404)
    teams = [team.name for team in teams_in_use()]
    content = samples.file(Cargo(cargo), language=page_language(), teams=teams)
    return download(Response(content), f"{cargo}-sample.csv", Form.CSV)


def download(response: Response, name: str, form: Form) -> Response:
    """The answer as a file of that name."""
    response.headers["Content-Type"] = TYPES[form]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return as_download(response)
