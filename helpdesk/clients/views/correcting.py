"""Doors to changing one fact of a company or a contact where it stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import changes
from helpdesk.clients import actions, phones, queries
from helpdesk.clients.facts import COMPANY, CONTACT, stamp
from helpdesk.clients.forms import CompanySheet, ContactSheet, company_sheet, contact_sheet
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.clients.views import company, contact
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.editing import (
    COMPANY_FIELDS,
    CONTACT_FIELDS,
    Edited,
    choices,
    locked_company,
    locked_contact,
)
from helpdesk.clients.views.writing import WRITE_COMPANY, WRITE_CONTACT
from helpdesk.db import end_read
from helpdesk.errors import DomainError, StaleChange
from helpdesk.i18n import told


@blueprint.get("/clients/companies/<int:company_id>/facts/<group>")
@policy(Permission.CLIENT_CHANGE)
def company_fact(company_id: int, group: str) -> ResponseReturnValue:
    """The fact with its form open; with `shown` as it stands."""
    found, fields = _client(company_id), COMPANY_FIELDS.get(group) or abort(404)
    if "shown" in request.args:
        return _company_piece(found, group, None)
    mark = stamp(actions.company_facts(found), fields)
    return _company_answer(found, Edited(group, CompanySheet.of(found), mark))


@blueprint.post("/clients/companies/<int:company_id>/facts/<group>")
@policy(Permission.CLIENT_CHANGE)
def correct_company(company_id: int, group: str) -> ResponseReturnValue:
    """Correct one fact of the company."""
    fields, sheet = COMPANY_FIELDS.get(group) or abort(404), company_sheet(request.form)

    def verb(by: int, now: datetime) -> None:
        found = locked_company(company_id)
        before = actions.company_facts(found)
        _refuse_stale(stamp(before, fields))
        WRITE_COMPANY[group](found, sheet)
        actions.note_company(found, before, by=by, now=now)

    def refused(error: DomainError) -> ResponseReturnValue:
        end_read()
        found = _client(company_id)
        facts = actions.company_facts(found)
        return _company_answer(found, _again(group, sheet, facts, fields, error)), status_of(error)

    write = leading_to(url_for(".company", company_id=company_id), verb)
    piece = _piece_or_page(group, lambda: _company_piece(_client(company_id), group, None))
    return write_once(write, refused=refused, answer=piece)


@blueprint.get("/clients/contacts/<int:contact_id>/facts/<group>")
@policy(Permission.CLIENT_CHANGE)
def contact_fact(contact_id: int, group: str) -> ResponseReturnValue:
    """The fact with its form open; with `shown` as it stands."""
    found, fields = queries.contact(contact_id) or abort(404), CONTACT_FIELDS.get(group) or abort(404)
    if "shown" in request.args:
        return _contact_piece(found, group, None)
    mark = stamp(actions.contact_facts(found), fields)
    return _contact_answer(found, Edited(group, ContactSheet.of(found), mark))


@blueprint.post("/clients/contacts/<int:contact_id>/facts/<group>")
@policy(Permission.CLIENT_CHANGE)
def correct_contact(contact_id: int, group: str) -> ResponseReturnValue:
    """Correct one fact of the contact."""
    fields, sheet = CONTACT_FIELDS.get(group) or abort(404), contact_sheet(request.form)

    def verb(by: int, now: datetime) -> None:
        found = locked_contact(contact_id)
        before = actions.contact_facts(found)
        _refuse_stale(stamp(before, fields))
        WRITE_CONTACT[group](found, sheet)
        actions.note_contact(found, before, by=by, now=now)

    def refused(error: DomainError) -> ResponseReturnValue:
        end_read()
        found = queries.contact(contact_id) or abort(404)
        facts = actions.contact_facts(found)
        return _contact_answer(found, _again(group, sheet, facts, fields, error)), status_of(error)

    def redrawn() -> str:
        return _contact_piece(queries.contact(contact_id) or abort(404), group, None)

    write = leading_to(url_for(".contact", contact_id=contact_id), verb)
    return write_once(write, refused=refused, answer=_piece_or_page(group, redrawn))


def _client(company_id: int) -> Company:
    found = queries.company(company_id)
    return found if found is not None and found.kind is CompanyKind.CLIENT else abort(404)


def _refuse_stale(now_stands: str) -> None:
    if request.form.get("stamp", now_stands) != now_stands:
        raise StaleChange(gettext("Somebody else changed this meanwhile. Below is what it says now."))


def _again(group: str, sheet: Any, facts: Any, fields: tuple[str, ...], error: DomainError) -> Edited:
    """The form as it was sent; of a stale one also what somebody else wrote."""
    is_stale = isinstance(error, StaleChange)
    owner = error.contact_id if isinstance(error, actions.AddressTaken) else None
    return Edited(
        group,
        sheet,
        stamp(facts, fields) if is_stale else request.form.get("stamp", stamp(facts, fields)),
        told(error),
        {field: facts[field] for field in fields} if is_stale else None,
        url_for(".contact", contact_id=owner) if owner else "",
    )


def _piece_or_page(group: str, piece: Callable[[], str]) -> Callable[[str], ResponseReturnValue]:
    """The fact alone for a script; the name stands in the head of the page too, so that is drawn anew."""
    is_page = group == "name" or not web.is_htmx()
    return lambda place: web.see_other(place) if is_page else piece()


def _company_answer(found: Company, edited: Edited) -> str:
    if web.is_htmx():
        return _company_piece(found, edited.group, edited)
    return company.draw(found.id, edited=edited)


def _company_piece(found: Company, group: str, edited: Edited | None) -> str:
    return web.render(
        "clients/_company_fact.html",
        company=found,
        group=group,
        edited=edited,
        may_change=True,
        phone=phones.shown(found.main_phone_e164, found.main_phone),
        history=None if edited else changes.changes_of(COMPANY, found.id, limit=8),
        **choices(),
    )


def _contact_answer(found: Contact, edited: Edited) -> str:
    if web.is_htmx():
        return _contact_piece(found, edited.group, edited)
    return contact.draw(found.id, edited=edited)


def _contact_piece(found: Contact, group: str, edited: Edited | None) -> str:
    return web.render(
        "clients/_contact_fact.html",
        contact=found,
        group=group,
        edited=edited,
        may_change=True,
        history=None if edited else changes.changes_of(CONTACT, found.id, limit=8),
        **choices(),
    )
