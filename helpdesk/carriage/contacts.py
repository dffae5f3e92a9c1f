"""Contacts from a file: whom a row means, what it changes about them, and writing that down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from helpdesk.accounts.people import sort_key
from helpdesk.carriage import cells
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.desk_ids import read_id
from helpdesk.carriage.findings import BadCell, Claims, Entry, Findings, Tell
from helpdesk.carriage.known_contacts import Known, KnownContact, read_known, shared_numbers
from helpdesk.clients import actions
from helpdesk.clients.actions.many import ContactDraft, write_contacts
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.mail.mailboxes import own_addresses

NO_COMPANY = N_("There is no company called “%(value)s”. Bring the companies in first.")
COMPANY_RETIRED = N_("%(value)s is a client no longer. Bring it back on its page first.")
NO_CONTACT = N_("There is no contact with the number %(value)s in this desk.")
TWO_CONTACTS = N_("These addresses belong to two contacts: %(one)s and %(other)s.")
ELSEWHERE = N_("This contact is known as %(name)s of %(company)s. Let them change firms on their page.")
RETIRED = N_("%(name)s is a contact no longer. Bring them back on their page first.")
WORKS_HERE = N_("%(name)s works at this desk and says themselves what they are called.")


@dataclass(frozen=True)
class ContactChange:
    """What a row does: the contact as it shall be. A company without an id is made first.

    `moves` says that somebody nobody had identified turns out to be this company's.
    """

    draft: ContactDraft
    moves: bool = False


def examine(entries: Sequence[Entry], *, makes_companies: bool, tell: Tell) -> Findings[ContactChange]:
    """What the rows come to; nothing is written."""
    known, claims, findings = read_known(), Claims(), Findings[ContactChange]()
    shared, ours = shared_numbers(entries, known), own_addresses()
    for done, entry in enumerate(entries, start=1):
        try:
            company = _company(entry, known, makes_companies)
            cells.not_ours(cells.addresses(entry, "emails"), ours, "emails")
            found = _meant(entry, company, known, shared)
            _claim(entry, found, claims)
            change = _change(entry, company, found, known)
        except BadCell as problem:
            findings.refuse(entry, problem)
        else:
            findings.take(change, is_new=found is None)
        tell(done)
    return findings


def carry_out(changes: Sequence[ContactChange], *, now: datetime, tell: Tell) -> None:
    """Write the changes, a thousand at once."""
    made: dict[str, int] = {}
    drafts = [_placed(change, made, now) for change in changes]
    for done in write_contacts(drafts, region=settings().phone_region, now=now):
        tell(done)
    db.session.expire_all()


def _placed(change: ContactChange, made: dict[str, int], now: datetime) -> ContactDraft:
    """The draft with the company it belongs to, and with the contact that it became there."""
    draft = change.draft
    if not draft.company_id:
        key = sort_key(draft.company)
        if key not in made:
            made[key] = actions.create_company(draft.company, now=now).id
        draft = replace(draft, company_id=made[key])
    if not change.moves:
        return draft
    contact = db.session.get_one(Contact, draft.contact_id)
    moved = actions.move_contact(contact, db.session.get_one(Company, draft.company_id), now=now)
    return replace(draft, contact_id=moved.id)


def _company(entry: Entry, known: Known, makes_companies: bool) -> tuple[int, str]:
    """The client's id and name; the id is 0 for one that will be made."""
    typed = " ".join(entry.need("company").split())
    found = known.companies.get(sort_key(typed))
    if found is None and makes_companies and len(typed) <= cells.LONGEST_NAME:
        return 0, typed
    if found is None or found.kind is not CompanyKind.CLIENT:
        raise BadCell("company", NO_COMPANY, value=typed)
    if found.retired_at is not None:
        raise BadCell("company", COMPANY_RETIRED, value=found.name)
    return found.id, found.name


def _meant(
    entry: Entry, company: tuple[int, str], known: Known, shared: set[tuple[str, str]]
) -> KnownContact | None:
    """By number of the desk, else by address, else by phone and company, else by name and company."""
    contact_id = read_id(Cargo.CONTACTS, entry)
    if contact_id is not None and contact_id not in known.contacts:
        raise BadCell("id", NO_CONTACT, value=entry.get("id"))
    found = known.contacts[contact_id] if contact_id is not None else None
    found = _by_address(entry, found, known) or found or _by_phone(entry, company, known, shared)
    if found is None:
        return known.only(known.by_name.get((company[0], sort_key(entry.need("name")))))
    if found.is_retired:
        raise BadCell("name", RETIRED, name=found.name)
    owner = known.company_ids[found.company_id]
    if owner.id != company[0] and (owner.kind is not CompanyKind.UNKNOWN or found.works_here):
        raise BadCell("company", ELSEWHERE, name=found.name, company=owner.name)
    return found


def _by_address(entry: Entry, found: KnownContact | None, known: Known) -> KnownContact | None:
    named = [known.by_email[email] for email in cells.addresses(entry, "emails") if email in known.by_email]
    owners = dict.fromkeys([found.id] if found else [])
    owners |= dict.fromkeys(named)
    if len(owners) > 1:
        one, other, *_rest = (known.contacts[owner].name for owner in owners)
        raise BadCell("emails", TWO_CONTACTS, one=one, other=other)
    return known.contacts[next(iter(owners))] if owners else None


def _by_phone(
    entry: Entry, company: tuple[int, str], known: Known, shared: set[tuple[str, str]]
) -> KnownContact | None:
    """The only one at that company who has the number, if no other row gives it too."""
    for typed in cells.numbers(entry, "phones"):
        key = known.key_of(typed)
        found = known.only(known.by_number.get((company[0], key)))
        if found and (sort_key(entry.get("company")), key) not in shared:
            return found
    return None


def _claim(entry: Entry, found: KnownContact | None, claims: Claims) -> None:
    """Refuse a second row about the same: of somebody known, of an address, of a name without address."""
    if found is not None:
        claims.take(found.id, entry, "name")
    emails = cells.addresses(entry, "emails")
    for email in emails:
        claims.take(("email", email), entry, "emails")
    if found is None and not emails:
        named = (sort_key(entry.get("company")), sort_key(entry.get("name")), entry.get("phones"))
        claims.take(named, entry, "name")


def _change(
    entry: Entry, company: tuple[int, str], found: KnownContact | None, known: Known
) -> ContactChange | None:
    """The contact as it shall be; None when it is so already."""
    said = {
        "name": cells.line(entry, "name"),
        "position": cells.line(entry, "position"),
        "vip": cells.yes(entry, "vip"),
        "language": cells.language(entry),
        "zone": cells.zone(entry),
        "note": cells.text(entry, "note"),
    }
    entry.need("name")
    said = {code: value for code, value in said.items() if value is not None}
    emails, numbers = cells.addresses(entry, "emails"), cells.numbers(entry, "phones")
    if found is None:
        return ContactChange(_draft(said, company, emails, numbers))
    _check_name(found, str(said["name"]))
    return _against(found, said, company, (emails, numbers), known)


def _against(
    found: KnownContact,
    said: dict[str, Any],
    company: tuple[int, str],
    reach: tuple[tuple[str, ...], tuple[str, ...]],
    known: Known,
) -> ContactChange | None:
    has_emails, has_numbers = known.emails.get(found.id, []), known.numbers.get(found.id, [])
    has_keys = {known.key_of(typed) for typed in has_numbers}
    emails = tuple(email for email in reach[0] if email not in has_emails)
    numbers = tuple(typed for typed in reach[1] if known.key_of(typed) not in has_keys)
    moves = found.company_id != company[0]
    differs = {code: value for code, value in said.items() if _now(found, code) != value}
    if not (differs or emails or numbers or moves):
        return None
    draft = _draft(_all_of(found) | said, company, (*has_emails, *emails), (*has_numbers, *numbers))
    draft = replace(draft, contact_id=found.id, person_id=found.person_id)
    return ContactChange(
        replace(draft, new_emails=frozenset(emails), new_numbers=frozenset(numbers)), moves=moves
    )


def _draft(
    said: dict[str, Any], company: tuple[int, str], emails: tuple[str, ...], numbers: tuple[str, ...]
) -> ContactDraft:
    return ContactDraft(company[0], company[1], emails=emails, numbers=numbers, **said)


def _all_of(found: KnownContact) -> dict[str, Any]:
    codes = ("name", "position", "vip", "language", "zone", "note")
    return {code: getattr(found, code) for code in codes}


def _now(found: KnownContact, code: str) -> object:
    """As the file would say it."""
    value = getattr(found, code)
    if code in ("name", "position"):
        return " ".join(value.split())
    return cells.tidy(value) if isinstance(value, str) else value


def _check_name(found: KnownContact, name: str) -> None:
    if found.works_here and name != " ".join(found.name.split()):
        raise BadCell("name", WORKS_HERE, name=found.name)
