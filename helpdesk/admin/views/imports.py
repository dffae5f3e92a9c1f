"""Doors to imports: hand in a file, say what its columns mean, look at what was found, run it, stop it."""

from datetime import datetime

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Verb, leading_to, status_of, write_once
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.admin.views.exports import download
from helpdesk.carriage import comma, queries, runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.exporting import Form
from helpdesk.carriage.models import ImportRun
from helpdesk.carriage.sheet import MOST_BYTES
from helpdesk.carriage.words import NAMES, SAYS
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, told
from helpdesk.mail.routes import can_send

SECTION = "imports"
COLUMN = "column-"


def _lock(run: ImportRun) -> None:
    db.session.refresh(run, with_for_update={"key_share": True})


def _found(_actor: Actor, run_id: int) -> ImportRun | None:
    return db.session.get(ImportRun, run_id)


LOADER = Loader(_found, lambda _actor, _run: frozenset(), _lock)


@blueprint.get("/settings/imports")
@policy(Permission.SETTINGS_READ)
def imports() -> str:
    """What can be brought in and taken out, and the files of the last time."""
    return _home(request.args.get("cargo", ""))


@blueprint.post("/settings/imports")
@policy(Permission.SETTINGS_CHANGE)
def hand_in_import() -> ResponseReturnValue:
    """Keep the file and show its columns."""
    file, chosen = request.files.get("file"), request.form.get("cargo", "")
    if chosen not in set(Cargo):
        return _home(chosen, {"cargo": gettext("Choose what the file is about.")}), 422
    content = file.stream.read(MOST_BYTES + 1) if file else b""
    name = (file.filename if file else None) or ""

    def write(by: int, now: datetime) -> str:
        return url_for(".import_run", run_id=runs.hand_in(Cargo(chosen), name, content, by=by, now=now).id)

    def refused(problem: DomainError) -> ResponseReturnValue:
        return _home(chosen, {"file": told(problem)}), status_of(problem)

    return write_once(write, refused=refused)


@blueprint.get("/settings/imports/<int:run_id>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def import_run(run: ImportRun, run_id: int) -> str:
    """The file as far as it is: its columns, what was found, or what came of it."""
    return _page(run)


@blueprint.post("/settings/imports/<int:run_id>/mapping")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def map_import(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """Say which column is what, and have the rows checked."""
    mapping = [request.form.get(f"{COLUMN}{place}") or None for place in range(len(run.headers))]
    options = {name: bool(request.form.get(name)) for name in ("makes_companies", "invites")}
    options["invites"] = options["invites"] and can_send()
    try:
        return _do(run, lambda _, now: runs.give_meaning(run, mapping, options, now=now))
    except BadInput as problem:
        return _page(run, mapping=mapping, options=options, error=told(problem)), 422


@blueprint.get("/settings/imports/<int:run_id>/progress")
@policy(Permission.SETTINGS_READ, load=LOADER)
def import_progress(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """How far the work is, for a page that looks every second; the whole page when it is over."""
    if run.state not in runs.UNDER_WAY_STATES:
        return web.see_other(url_for(".import_run", run_id=run_id))
    return web.render("admin/_import_progress.html", run=run, meter=queries.meter(run))


@blueprint.post("/settings/imports/<int:run_id>/check")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def check_import(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """Look at every row once more."""
    return _do(run, lambda _, now: runs.check_again(run, now=now))


@blueprint.post("/settings/imports/<int:run_id>/start")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def start_import(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """Bring all rows in."""
    return _do(run, lambda _, now: runs.start(run, now=now))


@blueprint.post("/settings/imports/<int:run_id>/stop")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def stop_import(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """Stop before anything is kept."""
    answer = _do(run, lambda _, now: runs.ask_to_stop(run, now=now))
    flash(gettext("The import stops. What was not finished is not kept."), "info")
    return answer


@blueprint.get("/settings/imports/<int:run_id>/faults.csv")
@policy(Permission.SETTINGS_READ, load=LOADER)
def import_faults(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """What is wrong, row by row."""
    heads = [gettext("Row"), gettext("Column"), gettext("Value"), gettext("What is wrong")]
    lines = [[str(line.row), line.column, line.value, line.words] for line in queries.fault_lines(run)]
    return _csv([heads, *lines], f"import-{run_id}-faults.csv")


@blueprint.get("/settings/imports/<int:run_id>/wrong-rows.csv")
@policy(Permission.SETTINGS_READ, load=LOADER)
def import_wrong_rows(run: ImportRun, run_id: int) -> ResponseReturnValue:
    """The rows that are wrong, to be mended; the others are in the file that is here already."""
    if run.content is None:
        abort(404)
    lines = [list(row.cells) for row in runs.wrong_rows(run)]
    return _csv([run.headers, *lines], f"import-{run_id}-wrong-rows.csv")


def _csv(lines: list[list[str]], name: str) -> Response:
    return download(Response(b"".join(comma.written(lines))), name, Form.CSV)


def _do(run: ImportRun, verb: Verb) -> ResponseReturnValue:
    return write_once(leading_to(url_for(".import_run", run_id=run.id), verb))


def _home(chosen: str, errors: dict[str, str] | None = None) -> str:
    return render_section(
        "admin/imports.html",
        SECTION,
        chosen=chosen,
        errors=errors or {},
        kinds=[(cargo.value, NAMES[cargo], SAYS[cargo]) for cargo in Cargo],
        runs=queries.latest(),
    )


def _page(
    run: ImportRun,
    *,
    mapping: list[str | None] | None = None,
    options: dict[str, bool] | None = None,
    error: str = "",
) -> str:
    return render_section(
        "admin/import_run.html",
        SECTION,
        thing=("import", run.id),
        thing_name=run.file_name,
        run=run,
        columns=queries.columns(run, mapping),
        options=run.options if options is None else options,
        fields=queries.fields(run),
        faults=queries.fault_lines(run)[: queries.SHOWN],
        meter=queries.meter(run),
        error=error,
        can_send=can_send(),
    )
