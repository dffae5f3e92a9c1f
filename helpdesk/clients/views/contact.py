"""Door to the card of a contact, and to what is decided about a person as a whole."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts import faces
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import status_of, write_once
from helpdesk.admin import changes
from helpdesk.clients import actions, queries
from helpdesk.clients.facts import CONTACT
from helpdesk.clients.forms import number_in
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.clients.views import editing, shown
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.timeline import Scope
from helpdesk.db import end_read
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import told
from helpdesk.tickets.models import Ticket

Verb = Callable[[Contact, datetime], Contact | None]


@blueprint.get("/clients/contacts/<int:contact_id>")
@policy(Permission.CLIENT_READ)
def contact(contact_id: int) -> ResponseReturnValue:
    """The contact's card."""
    return draw(contact_id)


def draw(
    contact_id: int,
    *,
    edited: editing.Edited | None = None,
    sentence: str = "",
    moving: bool = False,
    uniting: bool = False,
) -> str:
    """The whole page; `edited` is the fact that stands open, `sentence` why something was not done.

    `moving`: it was the move to another company that was refused.
    """
    found = queries.contact(contact_id) or abort(404)
    return web.render(
        "clients/contact.html",
        contact=found,
        initials=faces.initials(found.person.name),
        faces=faces,
        elsewhere=queries.elsewhere(found),
        figures=shown.figures(Ticket.contact_id == found.id),
        history=changes.changes_of(CONTACT, found.id, limit=8),
        may_change=shown.may_change(),
        may_call=shown.may_call() and found.retired_at is None,
        is_unknown=found.company.kind is CompanyKind.UNKNOWN,
        is_client=found.company.kind is CompanyKind.CLIENT,
        edited=edited,
        sentence=sentence,
        moving=moving,
        uniting=uniting,
        typed=request.form,
        **editing.choices(),
        **shown.history_of(Scope(contact_id=found.id), ".contact", contact_id=found.id),
    )


@blueprint.post("/clients/contacts/<int:contact_id>/confirmation")
@policy(Permission.CLIENT_CHANGE)
def confirm_contact(contact_id: int) -> ResponseReturnValue:
    """It is who he says he is, and he belongs there."""

    def verb(found: Contact, now: datetime) -> None:
        actions.verify(found, now=now)

    return _decide(contact_id, verb)


@blueprint.post("/clients/contacts/<int:contact_id>/retirement")
@policy(Permission.CLIENT_CHANGE)
def retire_contact(contact_id: int) -> ResponseReturnValue:
    """He is no longer there."""

    def verb(found: Contact, now: datetime) -> None:
        actions.retire_contact(found, now=now)

    return _decide(contact_id, verb)


@blueprint.post("/clients/contacts/<int:contact_id>/restoration")
@policy(Permission.CLIENT_CHANGE)
def restore_contact(contact_id: int) -> ResponseReturnValue:
    """He is there again."""

    def verb(found: Contact, now: datetime) -> None:
        actions.restore_contact(found)

    return _decide(contact_id, verb)


@blueprint.post("/clients/contacts/<int:contact_id>/company")
@policy(Permission.CLIENT_CHANGE)
def move_contact(contact_id: int) -> ResponseReturnValue:
    """He works for another company now; what he asked for stays where it was."""
    by = current_actor().person_id

    def verb(found: Contact, now: datetime) -> Contact:
        company_id = number_in(request.form.get("company_id", ""))
        company = (
            queries.company(company_id)
            if company_id
            else queries.find_company(request.form.get("company_id_text", ""))
        )
        if company is None:
            raise BadInput(gettext("Choose one of the client companies."), "company_id")
        made = actions.move_contact(found, company, now=now)
        actions.note_contact(made, None, by=by, now=now)
        return made

    return _decide(contact_id, verb, moving=True)


def _decide(contact_id: int, verb: Verb, *, moving: bool = False) -> ResponseReturnValue:
    def write(by: int, now: datetime) -> str:
        found = editing.locked_contact(contact_id)
        before = actions.contact_facts(found)
        place = url_for(".contact", contact_id=(verb(found, now) or found).id)
        actions.note_contact(found, before, by=by, now=now)
        return place

    def refused(error: DomainError) -> ResponseReturnValue:
        end_read()
        return draw(contact_id, sentence=told(error), moving=moving), status_of(error)

    said = gettext("Moved. What was asked until now stays with the earlier company.") if moving else ""
    return write_once(write, refused=refused, said=said)
