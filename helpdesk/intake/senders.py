"""Who is it: the contact behind an address, a number or a name, made from whatever is known."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Account
from helpdesk.beforehand import Asked, surely_not
from helpdesk.clients import rules
from helpdesk.clients.actions import add_address, contact_for_address, make_contact
from helpdesk.clients.models import Contact
from helpdesk.clients.queries import find_contact_by_email, own_company, unknown_company
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.intake.incoming import Incoming, Sender

NAME_LENGTH = 200
NOBODY = "Unknown sender"


def contact_of(incoming: Incoming, *, now: datetime) -> Contact:
    """The contact who sent it: the one named by whoever brings it in, else by address, else a new one."""
    if incoming.wishes.contact_id is not None:
        return db.session.get_one(Contact, incoming.wishes.contact_id)
    sender = incoming.sender
    if rules.is_address(sender.email):
        return _by_address(sender, now=now)
    return make_contact(
        _name(sender) or sender.email or sender.phone or NOBODY,
        unknown_company().id,
        now=now,
        phones=(sender.phone,),
        region=settings().phone_region,
    )


def _by_address(sender: Sender, *, now: datetime) -> Contact:
    """An agent who writes in is a contact of our own firm; anybody else belongs where his address says."""
    email = rules.address(sender.email)
    account = None if surely_not(Asked.STAFF, email) else _account_of(email)
    if account is not None and find_contact_by_email(email) is None:
        return _of_our_firm(account, email, now=now)
    return contact_for_address(email, _name(sender), now=now)


def _account_of(email: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.email == email, Account.disabled_at.is_(None)))


def _of_our_firm(account: Account, email: str, *, now: datetime) -> Contact:
    firm = own_company()
    contact = db.session.scalar(
        select(Contact).where(Contact.person_id == account.person_id, Contact.company_id == firm.id)
    )
    if contact is None:
        contact = Contact(person_id=account.person_id, company_id=firm.id, verified_at=now, created_at=now)
        db.session.add(contact)
        db.session.flush()
    add_address(contact, email)
    return contact


def _name(sender: Sender) -> str:
    return " ".join(sender.name.split())[:NAME_LENGTH]
