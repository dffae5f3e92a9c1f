"""Door to a copy of the desk in which mail stands still: what waits in it, and the button that starts it."""

from datetime import datetime

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import standstill, web
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.i18n import gettext as _
from helpdesk.mail import restarting
from helpdesk.standstill import Reason, Standstill

blueprint = Blueprint("backup", __name__)


@blueprint.get("/settings/standstill")
@policy(Permission.SETTINGS_READ)
def standstill_page() -> str:
    """Why mail stands still, how much waits, and what to do with it."""
    return web.render("backup/standstill.html", waiting=restarting.waiting(), Reason=Reason)


@blueprint.post("/settings/standstill/end")
@policy(Permission.SETTINGS_CHANGE)
@takes("waiting")
def start_mail() -> ResponseReturnValue:
    """Let the worker fetch and send again."""
    send = request.form.get("waiting") == "send"

    def verb(by: int, now: datetime) -> None:
        restarting.start_mail(send_waiting=send, by=by, now=now)

    write = leading_to(url_for("backup.standstill_page"), verb)
    return write_once(write, said=_("Mail goes again: the desk fetches and sends."))


def on_page() -> tuple[Standstill, bool] | None:
    """For the bar above every page: what stands still, and whether the reader may end it. No statement."""
    still = standstill.known()
    return None if still is None else (still, may(current_actor().relations, Permission.SETTINGS_CHANGE))


web.provide("standstill", on_page)
