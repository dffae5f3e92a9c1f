"""What the places of a card where a fact is changed have in common: which fields belong together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from flask import abort
from flask_babel import gettext
from sqlalchemy import select

from helpdesk.clients import queries
from helpdesk.clients.forms import CompanySheet, ContactSheet
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.clients.words import LANGUAGE_NAMES
from helpdesk.db import db
from helpdesk.history import Facts
from helpdesk.i18n import LANGUAGES

_PLACES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc"))
ZONES = ("UTC", *_PLACES)
COMPANY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "vip"),
    "phone": ("main_phone",),
    "domains": ("domains",),
    "place": ("zone", "language"),
    "colleagues": ("colleagues_answer",),
    "systems": ("systems",),
    "note": ("note",),
}
CONTACT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "position", "vip"),
    "phones": ("phones",),
    "emails": ("emails",),
    "place": ("zone", "language"),
    "note": ("note",),
}


@dataclass(frozen=True)
class Edited:
    """A fact that stands open: what its form says, the mark of what it was made from, and why it came back.

    `theirs` is what somebody else wrote meanwhile, field by field; `link` leads to whoever is in the way.
    """

    group: str
    sheet: CompanySheet | ContactSheet
    stamp: str
    sentence: str = ""
    theirs: Facts | None = None
    link: str = ""


def choices() -> dict[str, Any]:
    """What the selects of a card offer."""
    return {
        "zones": [("", gettext("As the desk")), *((name, name) for name in ZONES)],
        "languages": [("", gettext("Not known")), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)],
    }


def locked_company(company_id: int) -> Company:
    """The client company, kept from others until the transaction ends; 404 for none and the desk's own."""
    query = select(Company).where(Company.id == company_id, Company.kind == CompanyKind.CLIENT)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(locked).one_or_none() or abort(404)


def locked_contact(contact_id: int) -> Contact:
    """The contact with his addresses and numbers, kept from others until all is done; 404 for none."""
    locked = select(Contact).where(Contact.id == contact_id).with_for_update(key_share=True, of=Contact)
    db.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    return queries.contact(contact_id) or abort(404)
