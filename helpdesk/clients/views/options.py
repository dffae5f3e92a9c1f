"""Doors for type-ahead fields: contacts and companies by any part of what somebody types."""

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients import queries
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.config import settings

LONGEST = 200


@blueprint.get("/clients/contacts/options")
@policy(Permission.CLIENT_READ)
def contact_options() -> ResponseReturnValue:
    """Contacts as options under a field."""
    typed = _typed()
    found = queries.search_contacts(typed, region=settings().phone_region)
    return web.render("telephony/_contacts.html", found=found, typed=typed, may_be_new=False)


@blueprint.get("/clients/companies/options")
@policy(Permission.CLIENT_READ)
def company_options() -> ResponseReturnValue:
    """Companies as options under a field; a new one is offered at the end unless only known ones count."""
    typed = _typed()
    found = queries.search_companies(typed)
    return web.render(
        "clients/_companies.html", found=found, typed=typed, may_be_new="known" not in request.args
    )


def _typed() -> str:
    guard.limit(rates.LOOK_UP, str(guard.current_actor().person_id))
    return request.args.get("q", "").strip()[:LONGEST]
