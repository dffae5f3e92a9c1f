"""Door to putting two contacts together who are one person."""

from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import status_of, write_once
from helpdesk.clients import actions, queries
from helpdesk.clients.forms import number_in
from helpdesk.clients.models import Contact
from helpdesk.clients.views import contact as card
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.db import end_read
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import told
from helpdesk.telephony.callers import pass_on
from helpdesk.tickets import actions as tickets


@blueprint.post("/clients/contacts/<int:contact_id>/merging")
@policy(Permission.CLIENT_CHANGE)
def unite_contacts(contact_id: int) -> ResponseReturnValue:
    """This one is the other one: everything of his goes there."""
    if queries.contact(contact_id) is None:
        abort(404)

    def write(by: int, now: datetime) -> str:
        double, into = queries.contact(contact_id) or abort(404), _chosen()
        before = [(one, actions.contact_facts(one)) for one in (double, into)]
        tickets.unite_contacts(double, into, by=by, now=now)
        pass_on([double.id], into.id)
        for one, facts in before:
            actions.note_contact(one, facts, by=by, now=now)
        return url_for(".contact", contact_id=into.id)

    def refused(error: DomainError) -> ResponseReturnValue:
        end_read()
        return card.draw(contact_id, sentence=told(error), uniting=True), status_of(error)

    said = gettext("Put together. All addresses and tickets are here now.")
    return write_once(write, refused=refused, said=said)


def _chosen() -> Contact:
    """The one chosen; without a script the only one whose name fits. Raises BadInput."""
    contact_id = number_in(request.form.get("into", ""))
    typed = request.form.get("into_text", "").strip()
    found = [queries.contact(contact_id)] if contact_id else []
    if not contact_id and typed:
        found = [queries.contact(one.id) for one in queries.search_contacts(typed)]
    if len(found) == 1 and found[0] is not None:
        return found[0]
    raise BadInput(gettext("Choose a contact first."), "into")
