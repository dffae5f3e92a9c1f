"""Making people and accounts, and finding the system person who acts when nobody does."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Account, Person, PersonKind
from helpdesk.db import db

SYSTEM_NAME = "Service desk"

_system_id: int | None = None


def create_person(name: str, *, language: str | None, zone: str | None, now: datetime) -> Person:
    """A human being; language and zone are None when they follow the browser and the installation."""
    person = Person(
        kind=PersonKind.HUMAN,
        name=name,
        sort_key=sort_key(name),
        language=language,
        zone=zone,
        created_at=now,
    )
    db.session.add(person)
    db.session.flush()
    return person


def create_account(person: Person, email: str, password_hash: str | None, *, now: datetime) -> Account:
    """A sign-in for the person; `password_hash` comes from passwords.hash, None until one is chosen."""
    account = Account(
        person_id=person.id, email=email.strip().lower(), password_hash=password_hash, created_at=now
    )
    db.session.add(account)
    db.session.flush()
    return account


def sort_key(name: str) -> str:
    """The name as it sorts: case-folded, ё as е, spaces collapsed."""
    return " ".join(name.casefold().replace("ё", "е").split())


def system_person() -> Person:
    """The desk itself as an author. Raises LookupError when the migrations have not made it."""
    person = db.session.scalar(select(Person).where(Person.kind == PersonKind.SYSTEM))
    if person is None:
        raise LookupError("There is no system person; run “helpdesk db upgrade”.")
    return person


def system_id() -> int:
    """The system person's id, read once per process: the row is made by a migration and never changes."""
    global _system_id
    if _system_id is None:
        _system_id = system_person().id
    return _system_id
