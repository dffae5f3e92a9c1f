"""Doors to new companies and new contacts."""

from datetime import datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import status_of, write_once
from helpdesk.clients import actions, queries
from helpdesk.clients.forms import CompanySheet, ContactSheet, company_sheet, contact_sheet, number_in
from helpdesk.clients.models import Company, CompanyKind
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.editing import choices
from helpdesk.clients.views.writing import WRITE_COMPANY, WRITE_CONTACT
from helpdesk.config import settings
from helpdesk.errors import DomainError
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
    sheet, reached = company_sheet(request.form), ["name"]

    def write(by: int, now: datetime) -> str:
        made = actions.create_company(sheet.name, now=now)
        for group, write_group in WRITE_COMPANY.items():
            reached.append(group)
            write_group(made, sheet)
        actions.note_company(made, None, by=by, now=now)
        return url_for(".company", company_id=made.id)

    return write_once(
        write,
        refused=lambda error: (_company_page(sheet, error, reached[-1]), status_of(error)),
        said=gettext("%(name)s is a client now.", name=sheet.name),
    )


@blueprint.get("/clients/contacts/new")
@policy(Permission.CLIENT_CHANGE)
def new_contact() -> ResponseReturnValue:
    """An empty sheet for somebody of a company."""
    return _contact_page(ContactSheet(), _company_asked())


@blueprint.post("/clients/contacts")
@policy(Permission.CLIENT_CHANGE)
def create_contact() -> ResponseReturnValue:
    """Somebody new at a company, verified by whoever enters him."""
    sheet, company = contact_sheet(request.form), _company_asked()

    def write(by: int, now: datetime) -> str:
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
        actions.note_contact(made, None, by=by, now=now)
        return url_for(".contact", contact_id=made.id)

    def refused(error: DomainError) -> ResponseReturnValue:
        return _contact_page(sheet, _company_asked(), error), status_of(error)

    return write_once(write, refused=refused)


def _company_asked() -> Company:
    company_id = number_in(request.values.get("company", ""))
    found = queries.company(company_id) if company_id else None
    is_there = found is not None and found.kind is CompanyKind.CLIENT and found.retired_at is None
    return found if found is not None and is_there else abort(404)


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
