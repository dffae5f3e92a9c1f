"""Doors to new companies and new contacts."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock, web
from helpdesk.accounts.guard import current_actor, once, policy, remember
from helpdesk.accounts.permissions import Permission
from helpdesk.clients import actions, queries
from helpdesk.clients.forms import CompanySheet, ContactSheet, company_sheet, contact_sheet, number_in
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.editing import choices
from helpdesk.clients.views.writing import WRITE_COMPANY, WRITE_CONTACT
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import told

FIELDS = {"phone": "main_phone", "place": "zone"}  # where a group of facts is refused as a whole


@blueprint.get("/clients/companies/new")
@policy(Permission.CLIENT_CHANGE)
def new_company() -> ResponseReturnValue:
    """An empty sheet; `name` and `domain` come from whoever links here."""
    return _company_page(
        CompanySheet(name=request.args.get("name", ""), domains=request.args.get("domain", ""))
    )


@blueprint.post("/clients/companies")
@policy(Permission.CLIENT_CHANGE)
def create_company() -> ResponseReturnValue:
    """A new company."""
    sheet, actor, group = company_sheet(request.form), current_actor(), "name"
    try:
        with transaction():
            if (answered := once(actor)) is not None:
                return web.see_other(answered)
            now = clock.now(db.session)
            made = actions.create_company(sheet.name, now=now)
            for group, write in WRITE_COMPANY.items():  # noqa: B007 - says below where it stopped
                write(made, sheet)
            actions.note_company(made, None, by=actor.person_id, now=now)
            place = url_for(".company", company_id=made.id)
            remember(actor, place)
    except DomainError as error:
        return _company_page(sheet, error, group), _status(error)
    flash(gettext("%(name)s is a client now.", name=sheet.name), "good")
    return web.see_other(place)


@blueprint.get("/clients/contacts/new")
@policy(Permission.CLIENT_CHANGE)
def new_contact() -> ResponseReturnValue:
    """An empty sheet for somebody of a company."""
    return _contact_page(ContactSheet(), _company_asked())


@blueprint.post("/clients/contacts")
@policy(Permission.CLIENT_CHANGE)
def create_contact() -> ResponseReturnValue:
    """Somebody new at a company, verified by whoever enters him."""
    sheet, actor, company = contact_sheet(request.form), current_actor(), _company_asked()
    try:
        with transaction():
            if (answered := once(actor)) is not None:
                return web.see_other(answered)
            now = clock.now(db.session)
            made = actions.make_contact(
                sheet.name,
                company.id,
                emails=sheet.email_list,
                phones=sheet.phone_list,
                verified=True,
                region=settings().phone_region,
                now=now,
            )
            for group in (WRITE_CONTACT.keys() - {"name"}) if not sheet.name.strip() else WRITE_CONTACT:
                WRITE_CONTACT[group](made, sheet)
            actions.note_contact(made, None, by=actor.person_id, now=now)
            place = url_for(".contact", contact_id=made.id)
            remember(actor, place)
    except DomainError as error:
        return _contact_page(sheet, _company_asked(), error), _status(error)
    return web.see_other(place)


def _company_asked() -> Company:
    company_id = number_in(request.values.get("company", ""))
    found = queries.company(company_id) if company_id else None
    is_there = found is not None and found.kind is CompanyKind.CLIENT and found.retired_at is None
    return found if found is not None and is_there else abort(404)


def _status(error: DomainError) -> int:
    return 422 if isinstance(error, BadInput) else 409


def _company_page(sheet: CompanySheet, error: DomainError | None = None, group: str = "") -> str:
    field = getattr(error, "field", None) or FIELDS.get(group, group)
    errors = {field: [told(error)]} if error else {}
    return web.render("clients/company_sheet.html", sheet=sheet, errors=errors, **choices())


def _contact_page(sheet: ContactSheet, company: Company, error: DomainError | None = None) -> str:
    owner = error.contact_id if isinstance(error, actions.AddressTaken) else None
    return web.render(
        "clients/contact_sheet.html",
        sheet=sheet,
        company=company,
        sentence=told(error) if error else "",
        link=url_for(".contact", contact_id=owner) if owner else "",
        **choices(),
    )
