"""Doors to the looks of the firm: colour and logo, for administrators to set and for every page to fetch."""

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import blobs, firm
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Verb, leading_to, write_once
from helpdesk.admin import branding as looks
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.branding import TooPale
from helpdesk.admin.colours import STANDARD, carries_white, parsed, style_sheet, tones
from helpdesk.admin.logos import MOST_BYTES, read
from helpdesk.admin.pages import render_section
from helpdesk.errors import BadInput
from helpdesk.headers import as_download
from helpdesk.i18n import gettext, told

FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/settings/branding")
@policy(Permission.SETTINGS_READ)
def branding() -> str:
    """Colour and logo as they are."""
    return _page(firm.chosen().get("accent") or STANDARD)


@blueprint.post("/settings/branding/colour")
@policy(Permission.SETTINGS_CHANGE)
@takes("accent")
def change_colour() -> ResponseReturnValue:
    """Let the colour hold on every page."""
    typed = request.form.get("accent", "")
    try:
        accent = looks.colour(typed)
    except TooPale as pale:
        return _page(typed, errors={"accent": told(pale)}, proposal=pale.proposal), 422
    except BadInput as problem:
        return _page(typed, errors={"accent": told(problem)}), 422
    wanted = None if accent == STANDARD else accent
    return _done(lambda by, now: looks.set_colour(wanted, by=by, now=now))


@blueprint.post("/settings/branding/colour/removal")
@policy(Permission.SETTINGS_CHANGE)
@takes()
def remove_colour() -> ResponseReturnValue:
    """Back to the standard colour."""
    return _done(lambda by, now: looks.set_colour(None, by=by, now=now))


@blueprint.post("/settings/branding/logo")
@policy(Permission.SETTINGS_CHANGE)
@takes("logo")
def change_logo() -> ResponseReturnValue:
    """Show this picture in front of the firm's name."""
    file = request.files.get("logo")
    try:
        logo = read(file.stream.read(MOST_BYTES + 1) if file else b"")
    except BadInput as problem:
        return _page(firm.chosen().get("accent") or STANDARD, errors={"logo": told(problem)}), 422
    return _done(lambda by, now: looks.set_logo(logo, by=by, now=now))


@blueprint.post("/settings/branding/logo/removal")
@policy(Permission.SETTINGS_CHANGE)
@takes()
def remove_logo() -> ResponseReturnValue:
    """Back to the standard mark."""
    return _done(lambda by, now: looks.set_logo(None, by=by, now=now))


@blueprint.get("/branding/<colour>/tones.css")
@policy(Permission.PUBLIC, bare=True)
def colours(colour: str) -> Response:
    """The tones of that colour: they depend on nothing else, so browsers may keep them for ever."""
    accent = parsed(colour)
    if accent is None or accent != f"#{colour}" or not carries_white(accent):
        abort(404)
    return Response(style_sheet(accent), mimetype="text/css", headers={"Cache-Control": FOR_EVER})


@blueprint.get("/branding/logo/<digest>")
@policy(Permission.PUBLIC)
def logo(digest: str) -> Response:
    """The firm's logo, and no other file whatever the address says."""
    known = firm.chosen()
    if digest != known.get("logo_sha256") or not blobs.path_of(digest).is_file():
        abort(404)
    with blobs.open_blob(digest) as file:
        content = file.read()
    response = Response(content, mimetype=known["logo_type"], headers={"Cache-Control": FOR_EVER})
    return as_download(response)


def _done(verb: Verb) -> ResponseReturnValue:
    said = gettext("Saved. Every page shows it from now on.")
    return write_once(leading_to(url_for(".branding"), verb), said=said)


def _page(typed: str, *, errors: dict[str, str] | None = None, proposal: str = "") -> str:
    known = firm.chosen()
    shown = parsed(typed) or known.get("accent") or STANDARD
    return render_section(
        "admin/branding.html",
        "branding",
        thing=("branding", 0),
        typed=typed,
        errors=errors or {},
        proposal=proposal,
        shown=shown,
        tones=tones(shown) if carries_white(shown) else tones(proposal or STANDARD),
        has_colour=bool(known.get("accent")),
        has_logo=bool(known.get("logo_sha256")),
    )
