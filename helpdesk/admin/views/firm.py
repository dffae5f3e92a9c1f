"""Door to what the firm says about itself: name, mark in subjects, language, zone, country."""

from dataclasses import asdict
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import firm as firms
from helpdesk import setting_kinds
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.errors import N_, BadInput
from helpdesk.firm import Choices
from helpdesk.i18n import gettext, page_language, told

_PLACES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc"))
ZONES = ("UTC", *_PLACES)  # UTC holds until somebody chooses, so a form must be able to show it
LANGUAGES = (("en", "English"), ("ru", "Русский"))


@blueprint.get("/settings/firm")
@policy(Permission.SETTINGS_READ)
def firm() -> str:
    """The form as it stands."""
    return _page(asdict(firms.in_force()))


@blueprint.post("/settings/firm")
@policy(Permission.SETTINGS_CHANGE)
@takes("name", "language", "zone", "country", "ticket_prefix")
def change_firm() -> ResponseReturnValue:
    """Let the sheet hold from now on."""
    typed = {name: request.form.get(name, "") for name in asdict(firms.in_force())}
    try:
        choices = checked(typed)
    except BadInput as problem:
        return _page(typed, {problem.field or "name": told(problem)}), 422
    write = leading_to(url_for(".firm"), lambda by, now: firms.change(choices, by=by, now=now))
    return write_once(write, said=gettext("Saved. It holds from now on."))


def checked(typed: dict[str, str]) -> Choices:
    """The sheet as values. Raises BadInput at the first field that cannot be."""
    name = " ".join(typed["name"].split())
    if not 1 <= len(name) <= 80:
        raise BadInput(N_("The firm needs a name of at most 80 characters."), "name")
    return Choices(
        name=name,
        ticket_prefix=_read("ticket_prefix", typed, N_("One to eight Latin letters or digits, such as HD.")),
        language=_read("language", typed, N_("Choose one of the languages.")),
        zone=_read("zone", typed, N_("Choose a time zone, such as Europe/Berlin.")),
        country=_read("country", typed, N_("Choose a country.")),
    )


READERS = {
    "ticket_prefix": setting_kinds.prefix,
    "language": setting_kinds.one_of(*(code for code, _ in LANGUAGES)),
    "zone": setting_kinds.zone,
    "country": setting_kinds.region,
}


def _read(field: str, typed: dict[str, str], sentence: str) -> str:
    try:
        return READERS[field](typed[field].strip())
    except setting_kinds.Unfit as problem:
        raise BadInput(sentence, field) from problem


def countries() -> list[tuple[str, str]]:
    """Countries that have telephone numbers, by name in the viewer's language."""
    names = Locale.parse(page_language()).territories
    found = [(code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS]
    return sorted(found, key=lambda one: one[1].casefold())


def _page(sheet: dict[str, str], errors: dict[str, str] | None = None) -> str:
    return render_section(
        "admin/firm.html",
        "firm",
        thing=("firm", 0),
        sheet=sheet,
        errors=errors or {},
        languages=LANGUAGES,
        zones=[(name, name) for name in ZONES],
        countries=countries(),
    )
