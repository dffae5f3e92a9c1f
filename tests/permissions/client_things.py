"""Clients for the routes of the matrix: known ones, and senders whom nobody knows."""

import itertools

from helpdesk.accounts.models import Person
from tests.factories import a_company, a_contact, the_unknown_client
from tests.permissions.placed import CANARY, Placed

_count = itertools.count(1)


def a_client(relation: str, person: Person | None) -> Placed:
    """A contact of a client company, or numbers that nobody has; beside it another company."""
    if relation == "missing":
        return Placed({"contact_id": 999_999, "company_id": 999_999}, {"other_company_id": 1, "mate_id": 1})
    company = a_company(f"{CANARY} of clients {next(_count)}")
    contact = a_contact(CANARY, company=company, email=f"{CANARY}-at-{company.id}@halden.example")
    ids = {"contact_id": contact.id, "company_id": contact.company_id}
    other, mate = a_company(f"Other {next(_count)}"), a_contact("Signe Holm", company=company)
    return Placed(ids, {**ids, "other_company_id": other.id, "mate_id": mate.id})


def an_unknown_sender(relation: str, person: Person | None) -> Placed:
    """Somebody whom nobody has identified, or nobody; beside him a known contact."""
    known = a_contact("Signe Holm", company=a_company(f"Known {next(_count)}"))
    if relation == "missing":
        return Placed({"contact_id": 999_999}, {"other_contact_id": known.id})
    email = f"{CANARY}-{next(_count)}@nowhere.example"
    sender = a_contact(CANARY, company=the_unknown_client(), email=email, verified=False)
    return Placed({"contact_id": sender.id}, {"other_contact_id": known.id})
