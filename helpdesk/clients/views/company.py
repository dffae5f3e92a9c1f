"""Door to the card of a company, and to what is decided about it as a whole."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from helpdesk import clock, web
from helpdesk.accounts import faces
from helpdesk.accounts.guard import current_actor, once, policy, remember
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import changes
from helpdesk.clients import actions, phones, queries
from helpdesk.clients.facts import COMPANY
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.clients.views import editing, shown
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.timeline import Scope
from helpdesk.db import db, transaction
from helpdesk.i18n import told
from helpdesk.telephony.callers import pass_on
from helpdesk.tickets.actions import identify_sender
from helpdesk.tickets.actions.client import open_tickets_of_company
from helpdesk.tickets.models import Ticket

PEOPLE_SHOWN, SENDERS_SHOWN = 8, 50
Verb = Callable[[Company, datetime], object]


@blueprint.get("/clients/companies/<int:company_id>")
@policy(Permission.CLIENT_READ)
def company(company_id: int) -> ResponseReturnValue:
    """The company's card."""
    return draw(company_id)


def draw(company_id: int, *, edited: editing.Edited | None = None, sentence: str = "") -> str:
    """The whole page; `edited` is the fact that stands open, `sentence` why something was not done."""
    found = queries.company(company_id) or abort(404)
    domains = [domain.domain for domain in found.domains]
    is_client = found.kind is CompanyKind.CLIENT
    may_change = shown.may_change() and is_client
    return web.render(
        "clients/company.html",
        company=found,
        initials=faces.initials(found.name),
        faces=faces,
        phone=phones.shown(found.main_phone_e164, found.main_phone),
        people=queries.contacts_of(found.id),
        people_shown=PEOPLE_SHOWN,
        figures=shown.figures(Ticket.company_id == found.id),
        figure_urls={
            "open": url_for("tickets.all", company=found.id),
            "breached": url_for("tickets.all", company=found.id, risk="breached"),
        },
        agreements=shown.agreements(found.id) if is_client else [],
        senders=queries.unknown_at(domains) if may_change else [],
        history=changes.changes_of(COMPANY, found.id, limit=8),
        may_change=may_change,
        may_call=shown.may_call(),
        edited=edited,
        sentence=sentence,
        is_client=is_client,
        **editing.choices(),
        **shown.history_of(Scope(company_id=found.id), ".company", company_id=found.id),
    )


@blueprint.post("/clients/companies/<int:company_id>/confirmation")
@policy(Permission.CLIENT_CHANGE)
def confirm_company(company_id: int) -> ResponseReturnValue:
    """Somebody looked at it: it is right."""
    return _decide(company_id, lambda found, now: actions.confirm_company(found, now=now))


@blueprint.post("/clients/companies/<int:company_id>/retirement")
@policy(Permission.CLIENT_CHANGE)
def retire_company(company_id: int) -> ResponseReturnValue:
    """It is a client no longer."""

    def verb(found: Company, now: datetime) -> None:
        actions.retire_company(found, open_tickets=open_tickets_of_company(found.id), now=now)

    return _decide(company_id, verb)


@blueprint.post("/clients/companies/<int:company_id>/restoration")
@policy(Permission.CLIENT_CHANGE)
def restore_company(company_id: int) -> ResponseReturnValue:
    """It is a client again."""
    return _decide(company_id, lambda found, now: actions.restore_company(found))


def _decide(company_id: int, verb: Verb) -> ResponseReturnValue:
    def noted(by: int, now: datetime) -> None:
        found = editing.locked_company(company_id)
        before = actions.company_facts(found)
        verb(found, now)
        actions.note_company(found, before, by=by, now=now)

    return write_once(
        leading_to(url_for(".company", company_id=company_id), noted),
        refused=lambda error: (draw(company_id, sentence=told(error)), status_of(error)),
    )


@blueprint.post("/clients/companies/<int:company_id>/senders")
@policy(Permission.CLIENT_CHANGE)
def take_senders(company_id: int) -> ResponseReturnValue:
    """The ticked unknown senders write from the company's mail domain: they belong to it."""
    actor, place = current_actor(), url_for(".company", company_id=company_id)
    chosen = {int(one) for one in request.form.getlist("sender") if one.isascii() and one.isdecimal()}
    with transaction():
        if (answered := once(actor)) is not None:
            return web.see_other(answered)
        found, now = editing.locked_company(company_id), clock.now(db.session)
        offered = queries.unknown_at([domain.domain for domain in queries.domains_of(found.id)])
        taken = [sender for sender in offered if sender.id in chosen]
        moved = sum(_take(sender, found, by=actor.person_id, now=now) for sender in taken)
        remember(actor, place)
    flash(_taken(found.name, len(taken), moved), "good" if taken else "info")
    return web.see_other(place)


def _take(sender: Contact, company: Company, *, by: int, now: datetime) -> int:
    """Make him a contact there, not confirmed yet, and let his open tickets follow; how many did."""
    same = queries.same_sender(sender) or [sender.id]
    for email in queries.emails_of(same):
        actions.hold_address(email)
    made = actions.contact_at(sender, company, now=now)
    moved = identify_sender(sender, made, by=by, now=now)
    pass_on(same, made.id)
    actions.note_contact(made, None, by=by, now=now)
    return len(moved)


def _taken(name: str, people: int, tickets: int) -> str:
    if not people:
        return gettext("Nobody was ticked, so nothing was changed.")
    first = ngettext(
        "%(num)d sender belongs to %(name)s now", "%(num)d senders belong to %(name)s now", people, name=name
    )
    return first + ngettext(", with %(num)d open ticket.", ", with %(num)d open tickets.", tickets)
