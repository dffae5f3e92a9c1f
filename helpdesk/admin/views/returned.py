"""Loops and returns for those who run the desk: what is held, where nothing goes, what nobody can match."""

from collections.abc import Callable
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.admin import returned as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.clients.actions import open_address
from helpdesk.clients.reach import closed
from helpdesk.config import settings
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext, ngettext


@blueprint.get("/settings/returned-mail")
@policy(Permission.SETTINGS_CHANGE)
def returned() -> str:
    """All three lists."""
    return render_section(
        "admin/returned.html",
        "returned",
        held=queries.held_by_caps(),
        shut=queries.shut_addresses(),
        unmatched=queries.unmatched(),
        prefix=settings().ticket_prefix,
    )


@blueprint.post("/settings/returned-mail")
@policy(Permission.SETTINGS_CHANGE)
@takes("verb", "who", "cap")
def act_on_returned() -> ResponseReturnValue:
    """Let go what a limit holds, or write to an address again."""
    verb, who = request.form.get("verb", ""), request.form.get("who", "").strip().lower()
    if verb == "release":
        return _write(lambda by, now: _released(request.form.get("cap", ""), who, by, now))
    if verb == "open":
        return _write(lambda by, now: _opened(who, by, now))
    raise BadInput(gettext("Choose what to do."), "verb")


def _write(verb: Callable[[int, datetime], str]) -> ResponseReturnValue:
    said: list[str] = []

    def write(by: int, now: datetime) -> None:
        said.append(verb(by, now))

    return write_once(leading_to(url_for("admin.returned"), write), said=lambda: said[0])


def _released(cap: str, who: str, by: int, now: datetime) -> str:
    count = queries.release(cap, who, by=by, now=now)
    return ngettext("%(num)s is on its way.", "%(num)s are on their way.", count)


def _opened(email: str, by: int, now: datetime) -> str:
    if email not in closed([email], by_machine=True):
        raise BadInput(gettext("Mail goes to this address already."), "who")
    open_address(email, by=by, now=now)
    return gettext("Mail goes to %(email)s again.", email=email)
