"""Door to a copy of the desk in which mail stands still: what waits in it, and the button that starts it."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock, standstill, web
from helpdesk.accounts import guard
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.db import db, transaction
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
def start_mail() -> ResponseReturnValue:
    """Let the worker fetch and send again."""
    actor, place = current_actor(), url_for("backup.standstill_page")
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        send = request.form.get("waiting") == "send"
        restarting.start_mail(send_waiting=send, by=actor.person_id, now=clock.now(db.session))
        guard.remember(actor, place)
    flash(_("Mail goes again: the desk fetches and sends."), "good")
    return web.see_other(place)


def on_page() -> tuple[Standstill, bool] | None:
    """For the bar above every page: what stands still, and whether the reader may end it. No statement."""
    still = standstill.known()
    return None if still is None else (still, may(current_actor().relations, Permission.SETTINGS_CHANGE))


web.provide("standstill", on_page)
