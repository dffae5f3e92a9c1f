"""Client companies and contacts: lists, cards, and the forms that make and correct them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement

from helpdesk import clock, web
from helpdesk.accounts import faces, guard, rates
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients import actions, phones, queries
from helpdesk.clients.forms import CompanySheet, ContactSheet, company_sheet, contact_sheet
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import DomainError
from helpdesk.i18n import LANGUAGES, told
from helpdesk.sla.queries import chips
from helpdesk.sla.words import Chip
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.lists import Order, TicketRow, listed
from helpdesk.tickets.words import STATES

blueprint = Blueprint("clients", __name__)

OPEN_SHOWN = 20


@blueprint.get("/clients")
@policy(Permission.CLIENT_READ)
def companies() -> ResponseReturnValue:
    """Companies by name, and contacts too when something is typed."""
    typed = request.args.get("q", "").strip()[:200]
    if typed:
        guard.limit(rates.SEARCH, str(guard.current_actor().person_id))
    found = queries.companies_page(typed, after=_after())
    shown = found[: queries.PAGE_SIZE]
    older = None
    if len(found) > len(shown):
        last = shown[-1].company
        older = url_for(".companies", q=typed or None, after=[last.sort_key, last.id])
    return web.render(
        "clients/companies.html",
        rows=shown,
        people=queries.search_contacts(typed, region=settings().phone_region) if typed else [],
        typed=typed,
        older_url=older,
        may_change=_may_change(),
    )


def _after() -> tuple[str, int] | None:
    place = request.args.getlist("after")
    return (place[0], int(place[1])) if len(place) == 2 and place[1].isdigit() else None


def _may_change() -> bool:
    return may(guard.current_actor().relations, Permission.CLIENT_CHANGE)


@dataclass(frozen=True)
class TicketLine:
    """An open ticket on a card."""

    row: TicketRow
    state: str
    chip: Chip | None


def _tickets(condition: ColumnElement[bool], now: datetime) -> list[TicketLine]:
    """What the reader may see of the open tickets, nearest deadline first."""
    actor = guard.current_actor()
    page = listed(
        actor, condition, is_open(), visible_to(actor), order=Order.DUE, cursor=None, size=OPEN_SHOWN
    )
    found = chips([row.number for row in page.rows], now)
    return [TicketLine(row, str(STATES[row.state]), found.get(row.number)) for row in page.rows]


@blueprint.get("/clients/companies/<int:company_id>")
@policy(Permission.CLIENT_READ)
def company(company_id: int) -> ResponseReturnValue:
    """The company's card."""
    found = queries.company(company_id) or abort(404)
    return web.render(
        "clients/company.html",
        company=found,
        initials=faces.initials(found.name),
        phone=phones.shown(found.main_phone_e164, found.main_phone),
        people=queries.contacts_of(found.id),
        tickets=_tickets(Ticket.company_id == found.id, clock.now(db.session)),
        may_change=_may_change() and found.kind is CompanyKind.CLIENT,
        may_call=_may_call(),
    )


@blueprint.get("/clients/contacts/<int:contact_id>")
@policy(Permission.CLIENT_READ)
def contact(contact_id: int) -> ResponseReturnValue:
    """The contact's card."""
    found = queries.contact(contact_id) or abort(404)
    return web.render(
        "clients/contact.html",
        contact=found,
        initials=faces.initials(found.person.name),
        tickets=_tickets(Ticket.contact_id == found.id, clock.now(db.session)),
        may_change=_may_change(),
        may_call=_may_call(),
    )


def _may_call() -> bool:
    return may(guard.current_actor().relations, Permission.CALL_LOG)


@blueprint.get("/clients/companies/new")
@policy(Permission.CLIENT_CHANGE)
def new_company() -> ResponseReturnValue:
    """An empty sheet."""
    return _company_page(CompanySheet(), None)


@blueprint.post("/clients/companies")
@policy(Permission.CLIENT_CHANGE)
def create_company() -> ResponseReturnValue:
    """A new company."""
    sheet, actor = company_sheet(request.form), guard.current_actor()
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            now = clock.now(db.session)
            made = actions.create_company(sheet.name, now=now)
            _write_company(made, sheet, now)
            place = url_for(".company", company_id=made.id)
            guard.remember(actor, place)
    except DomainError as error:
        return _company_page(sheet, None, sentence=told(error)), 409
    flash(gettext("%(name)s is a client now.", name=sheet.name), "good")
    return web.see_other(place)


@blueprint.get("/clients/companies/<int:company_id>/edit")
@policy(Permission.CLIENT_CHANGE)
def edit_company(company_id: int) -> ResponseReturnValue:
    """The sheet as it stands."""
    found = _client(company_id)
    return _company_page(CompanySheet.of(found), found)


@blueprint.post("/clients/companies/<int:company_id>")
@policy(Permission.CLIENT_CHANGE)
def change_company(company_id: int) -> ResponseReturnValue:
    """Correct the company; domains that are no longer listed are taken away."""
    sheet = company_sheet(request.form)
    try:
        with transaction():
            found = _client(company_id)
            actions.rename_company(found, sheet.name)
            _write_company(found, sheet, clock.now(db.session))
    except DomainError as error:
        return _company_page(sheet, _client(company_id), sentence=told(error)), 409
    return web.see_other(url_for(".company", company_id=company_id))


def _client(company_id: int) -> Company:
    found = queries.company(company_id)
    return found if found is not None and found.kind is CompanyKind.CLIENT else abort(404)


def _write_company(company: Company, sheet: CompanySheet, now: datetime) -> None:
    """All but the name."""
    actions.set_main_phone(company, sheet.main_phone, settings().phone_region)
    actions.set_domains(company, sheet.domain_list)
    company.zone, company.language = sheet.zone or None, sheet.language or None
    company.vip, company.systems, company.note = sheet.vip, sheet.systems.strip(), sheet.note.strip()
    company.confirmed_at = company.confirmed_at or now


def _company_page(sheet: CompanySheet, company: Company | None, *, sentence: str = "") -> str:
    return web.render(
        "clients/company_sheet.html",
        sheet=sheet,
        company=company,
        sentence=sentence,
        zones=[("", gettext("As the desk")), *((name, name) for name in ZONES)],
        languages=_language_options(),
    )


ZONES = tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc")))


def _language_options() -> list[tuple[str, str]]:
    names = {"en": "English", "ru": "Русский"}
    return [("", gettext("Not known")), *((code, names[code]) for code in LANGUAGES)]


@blueprint.get("/clients/contacts/new")
@policy(Permission.CLIENT_CHANGE)
def new_contact() -> ResponseReturnValue:
    """An empty sheet for somebody of a company."""
    return _contact_page(ContactSheet(), None, _company_asked())


def _company_asked() -> Company:
    return _client(request.values.get("company", 0, type=int))


@blueprint.post("/clients/contacts")
@policy(Permission.CLIENT_CHANGE)
def create_contact() -> ResponseReturnValue:
    """Somebody new at a company, verified by whoever enters him."""
    sheet, actor, company = contact_sheet(request.form), guard.current_actor(), _company_asked()
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            made = actions.make_contact(
                sheet.name,
                company.id,
                emails=sheet.email_list,
                phones=sheet.phone_list,
                position=sheet.position,
                language=sheet.language or None,
                verified=True,
                region=settings().phone_region,
                now=clock.now(db.session),
            )
            made.vip, made.note = sheet.vip, sheet.note.strip()
            place = url_for(".contact", contact_id=made.id)
            guard.remember(actor, place)
    except DomainError as error:
        return _contact_page(sheet, None, _company_asked(), sentence=told(error)), 409
    return web.see_other(place)


@blueprint.get("/clients/contacts/<int:contact_id>/edit")
@policy(Permission.CLIENT_CHANGE)
def edit_contact(contact_id: int) -> ResponseReturnValue:
    """The sheet as it stands."""
    found = queries.contact(contact_id) or abort(404)
    return _contact_page(ContactSheet.of(found), found, found.company)


@blueprint.post("/clients/contacts/<int:contact_id>")
@policy(Permission.CLIENT_CHANGE)
def change_contact(contact_id: int) -> ResponseReturnValue:
    """Correct the contact; addresses and numbers that are no longer listed are taken away."""
    sheet = contact_sheet(request.form)
    try:
        with transaction():
            found = queries.contact(contact_id) or abort(404)
            actions.rename_contact(found, sheet.name, position=sheet.position)
            actions.set_reach(found, sheet.email_list, sheet.phone_list, region=settings().phone_region)
            found.person.language = sheet.language or None
            found.vip, found.note = sheet.vip, sheet.note.strip()
            if found.company.kind is CompanyKind.CLIENT:
                actions.verify(found, now=clock.now(db.session))
    except DomainError as error:
        again = queries.contact(contact_id) or abort(404)
        return _contact_page(sheet, again, again.company, sentence=told(error)), 409
    return web.see_other(url_for(".contact", contact_id=contact_id))


def _contact_page(
    sheet: ContactSheet, contact: Contact | None, company: Company, *, sentence: str = ""
) -> str:
    return web.render(
        "clients/contact_sheet.html",
        sheet=sheet,
        contact=contact,
        company=company,
        sentence=sentence,
        languages=_language_options(),
    )
