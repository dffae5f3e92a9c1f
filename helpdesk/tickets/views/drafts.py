"""The door that keeps what is being written, a second after the last key."""

from datetime import datetime
from uuid import UUID

from flask import jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db, transaction
from helpdesk.errors import StaleChange
from helpdesk.tickets.actions import drafts
from helpdesk.tickets.actions.drafts import Desk, Unsent
from helpdesk.tickets.addressed import addressed_from
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views import written
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.composer import KINDS, clock_time, in_editor
from helpdesk.tickets.views.uploads import beside_ticket


@blueprint.post("/tickets/<int:number>/draft")
@policy(Permission.TICKET_NOTE, load=beside_ticket)
@takes(*written.DRAFTED, "base", "mine")
def draft(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Keep it, unless another window has gone on from the same state: then say what stands there."""
    desk = Desk(number, current_actor().person_id)
    unsent = written.unsent_of(request.form, MessageKind.REPLY)
    try:
        with transaction():
            now = clock.now(db.session)
            revision = _keep(desk, unsent, now)
    except StaleChange:
        return _elsewhere(desk, number)
    words = gettext("Draft saved %(time)s", time=clock_time(now)) if revision else ""
    return jsonify(revision=str(revision or ""), words=words)


def _keep(desk: Desk, unsent: Unsent, now: datetime) -> UUID | None:
    """The new revision; an emptied composer keeps nothing. `mine` wins over what another window kept."""
    if drafts.was_just_sent(desk, unsent.text, now=now):  # the last saving was overtaken by the sending
        return None
    if request.form.get("mine"):
        return drafts.keep_draft(desk, unsent, now=now)
    base = _base()
    if not unsent.is_empty:
        return drafts.save_draft(desk, unsent, base=base, now=now)
    if base is not None:
        drafts.save_draft(desk, unsent, base=base, now=now)
        drafts.drop_draft(desk)
    return None


def _base() -> UUID | None:
    try:
        return UUID(request.form.get("base", ""))
    except ValueError:
        return None


def _elsewhere(desk: Desk, number: int) -> ResponseReturnValue:
    """What another window keeps; without a revision it was sent or emptied there."""
    there = drafts.draft_of(desk)
    if there is None:
        words = gettext("This was sent or thrown away in another window.")
        return make_response(jsonify(revision="", words=words), 409)
    return make_response(
        jsonify(
            revision=str(there.revision),
            words=gettext(
                "You went on writing in another window at %(time)s.", time=clock_time(there.saved_at)
            ),
            text=there.text,
            html=in_editor(number, there.html),
            kind=KINDS[there.kind],
            cc=there.cc or "",
            third_party=there.third_party,
            addressed=addressed_from(there.addressed).written,
        ),
        409,
    )
