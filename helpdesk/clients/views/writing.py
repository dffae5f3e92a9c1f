"""What a sheet says, written onto a company or a contact; shapes are judged here, sense below."""

from collections.abc import Callable, Collection, Mapping

from flask_babel import gettext

from helpdesk.clients import actions, phones, rules
from helpdesk.clients.forms import CompanySheet, ContactSheet
from helpdesk.clients.models import Company, Contact
from helpdesk.clients.views.editing import ZONES
from helpdesk.config import settings
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.i18n import LANGUAGES
from helpdesk.mail.mailboxes import own_addresses, refuse_own

LONGEST_NAME, LONGEST_TEXT, MOST = 200, 4000, 30


def our_domains() -> Collection[str]:
    """The mail domains of the desk's own mailboxes."""
    return {rules.domain(rules.domain_of(email)) for email in own_addresses()}


def _write_company_name(found: Company, sheet: CompanySheet) -> None:
    actions.rename_company(found, _short(sheet.name, "name"))
    found.vip = sheet.vip


def _write_main_phone(found: Company, sheet: CompanySheet) -> None:
    typed = sheet.main_phone.strip()
    if typed and not phones.digits_of(typed):
        raise BadInput(gettext("“%(number)s” is no number.", number=typed), "main_phone")
    actions.set_main_phone(found, _short(typed, "main_phone"), settings().phone_region)


def _write_domains(found: Company, sheet: CompanySheet) -> None:
    actions.set_domains(found, _few(sheet.domain_list, "domains"), ours=our_domains())


def _write_company_place(found: Company, sheet: CompanySheet) -> None:
    found.zone, found.language = _zone(sheet.zone), _language(sheet.language)


def _write_colleagues(found: Company, sheet: CompanySheet) -> None:
    found.colleagues_answer = sheet.colleagues_answer


def _write_systems(found: Company, sheet: CompanySheet) -> None:
    found.systems = _long(sheet.systems, "systems")


def _write_company_note(found: Company, sheet: CompanySheet) -> None:
    found.note = _long(sheet.note, "note")


def _write_contact_name(found: Contact, sheet: ContactSheet) -> None:
    actions.rename_contact(found, _short(sheet.name, "name"), position=_short(sheet.position, "position"))
    found.vip = sheet.vip


def _write_emails(found: Contact, sheet: ContactSheet) -> None:
    for email in _few(sheet.email_list, "emails"):
        refuse_own(email, "emails")
    actions.set_addresses(found, sheet.email_list)


def _write_phones(found: Contact, sheet: ContactSheet) -> None:
    actions.set_phones(found, _few(sheet.phone_list, "phones"), region=settings().phone_region)


def _write_contact_place(found: Contact, sheet: ContactSheet) -> None:
    if actions.works_here(found):
        raise RuleViolation(
            gettext(
                "%(name)s works at this desk and chooses that in the own profile.", name=found.person.name
            )
        )
    found.person.zone, found.person.language = _zone(sheet.zone), _language(sheet.language)


def _write_contact_note(found: Contact, sheet: ContactSheet) -> None:
    found.note = _long(sheet.note, "note")


WRITE_COMPANY: Mapping[str, Callable[[Company, CompanySheet], None]] = {
    "name": _write_company_name,
    "phone": _write_main_phone,
    "domains": _write_domains,
    "place": _write_company_place,
    "colleagues": _write_colleagues,
    "systems": _write_systems,
    "note": _write_company_note,
}
WRITE_CONTACT: Mapping[str, Callable[[Contact, ContactSheet], None]] = {
    "name": _write_contact_name,
    "phones": _write_phones,
    "emails": _write_emails,
    "place": _write_contact_place,
    "note": _write_contact_note,
}


def _short(text: str, field: str) -> str:
    if len(text) > LONGEST_NAME:
        raise BadInput(gettext("That is too long; %(most)s characters at most.", most=LONGEST_NAME), field)
    return text


def _long(text: str, field: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise BadInput(gettext("That is too long; %(most)s characters at most.", most=LONGEST_TEXT), field)
    return text


def _few(entries: list[str], field: str) -> list[str]:
    if len(entries) > MOST:
        raise BadInput(gettext("That is too many; %(most)s at most.", most=MOST), field)
    return [_short(entry, field) for entry in entries]


def _zone(typed: str) -> str | None:
    if typed and typed not in ZONES:
        raise BadInput(gettext("Choose a time zone, such as Europe/Berlin."), "zone")
    return typed or None


def _language(typed: str) -> str | None:
    if typed and typed not in LANGUAGES:
        raise BadInput(gettext("Choose one of the languages."), "language")
    return typed or None
