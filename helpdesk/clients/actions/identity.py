"""Whom somebody means who says who a sender is: a known contact, or one that is made for it."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.clients import queries
from helpdesk.clients.actions.companies import create_company
from helpdesk.clients.actions.contacts import hold_address, make_contact, rename_contact
from helpdesk.clients.actions.moving import contact_at
from helpdesk.clients.facts import note_contact
from helpdesk.clients.forms import Who, WhoSheet
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.errors import BadInput


def contact_meant(sheet: WhoSheet, sender: Contact, *, by: int, now: datetime) -> Contact:
    """The contact chosen, or a new one at the company chosen or named; his tickets move by their own verb.

    A new company is to be confirmed. Raises BadInput with the field where something is missing.
    """
    for email in queries.emails_of(queries.same_sender(sender)):
        hold_address(email)
    if sheet.who is Who.CONTACT:
        return _known(sheet)
    company = _company(sheet, by=by, now=now)
    name = " ".join(sheet.name.split()) or sender.person.name
    if sender.verified_at is not None or sender.company.kind is not CompanyKind.UNKNOWN:
        return make_contact(name, company.id, verified=True, by=by, now=now)
    made = contact_at(sender, company, now=now)
    made.verified_at = made.verified_at or now
    rename_contact(made, name, position=made.position)
    note_contact(made, None, by=by, now=now)
    return made


def _known(sheet: WhoSheet) -> Contact:
    found = queries.contact(sheet.contact_id) if sheet.contact_id else None
    if found is None and sheet.contact_text.strip():
        found = _only_one(sheet.contact_text)
    if found is None:
        raise BadInput(_("Choose a contact first."), "contact_id")
    if found.retired_at is not None:
        raise BadInput(_("This contact is no longer there. Choose once more."), "contact_id")
    return found


def _only_one(typed: str) -> Contact | None:
    """Without a script a name is typed and not chosen: it counts when only one contact fits."""
    nobody = queries.unknown_company().id
    fitting = [found for found in queries.search_contacts(typed) if found.company_id != nobody]
    if len(fitting) > 1:
        raise BadInput(_("Several contacts fit “%(typed)s”. Say more.", typed=typed.strip()), "contact_id")
    return queries.contact(fitting[0].id) if fitting else None


def _company(sheet: WhoSheet, *, by: int, now: datetime) -> Company:
    if sheet.company_id:
        found = queries.company(sheet.company_id)
        if found is None or found.kind is not CompanyKind.CLIENT or found.retired_at is not None:
            raise BadInput(_("This company is no longer there. Choose once more."), "company_id")
        return found
    if not sheet.company_text.strip():
        raise BadInput(_("Say which company it is."), "company_id")
    named = queries.find_company(sheet.company_text)
    if named is not None and named.kind is CompanyKind.CLIENT and named.retired_at is None:
        return named
    return create_company(sheet.company_text, to_be_confirmed=True, by=by, now=now)
