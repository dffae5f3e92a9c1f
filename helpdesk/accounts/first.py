"""The first administrator, made from the shell before anybody can sign in."""

from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.models import Account, Grant, GrantKind
from helpdesk.accounts.passwords import check_strength, hash_password
from helpdesk.accounts.people import create_account, create_person
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, RuleViolation


def create_administrator(*, email: str, name: str, password: str) -> None:
    """Make a person with an account and the administrator's grant.

    Raises BadInput for an address, name or password that cannot be, RuleViolation when the address is taken.
    """
    address = address_of(email)
    if not name.strip():
        raise BadInput("The administrator needs a name.")
    check_strength(password, (name, address.partition("@")[0]))
    hashed = hash_password(password)
    with transaction():
        if db.session.scalar(select(Account.id).where(Account.email == address)):
            raise RuleViolation("%(address)s already signs in here.", address=address)
        now = clock.now(db.session)
        person = create_person(name.strip(), language=None, zone=None, now=now)
        create_account(person, address, hashed, now=now)
        db.session.add(Grant(person_id=person.id, kind=GrantKind.ADMINISTRATOR, since=now))
