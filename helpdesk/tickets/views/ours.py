"""Who is a third party and who is ourselves: waiting for our own people never stops a client's clock."""

import re

from flask_babel import gettext
from sqlalchemy import func, select

from helpdesk.accounts.models import Account, Person, Team
from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.mail.mailboxes import mailbox_of
from helpdesk.tickets.actions import Party

LINES = re.compile(
    r"(l|line|линия)\s*[-№#]?\s*[123]|([123]|first|second|third|our)\s*(st|nd|rd|-?я)?\s*(line|линия)",
    re.IGNORECASE,
)
LIMIT = 120


def party_named(text: str, field: str) -> Party:
    """The third party of these words, a contact where it is the address of one.

    Raises BadInput without a name, and for anybody of our own: a colleague, a team, a line, a mailbox.
    """
    name = " ".join(text.split())[:LIMIT]
    if not name:
        raise BadInput(gettext("Say which third party we wait for."), field)
    refuse_ours(name, field)
    return _contact_at(name.lower()) or Party(name=name)


def refuse_ours(name: str, field: str) -> None:
    """Refuse to wait for ourselves; the sentence says what to do instead."""
    if LINES.fullmatch(name) or _is_staff(name) or ("@" in name and mailbox_of((name.lower(),))):
        words = gettext(
            "%(name)s is one of us: hand the ticket over or ask in a note. Waiting for ourselves never stops "
            "the client's clock.",
            name=name,
        )
        raise BadInput(words, field)


def _is_staff(name: str) -> bool:
    lower = name.lower()
    staff = select(Account.id).join(Person, Person.id == Account.person_id)
    people = staff.where((Account.email == lower) | (func.lower(Person.name) == lower))
    teams = select(Team.id).where(func.lower(Team.name) == lower)
    return bool(db.session.scalar(select(people.exists() | teams.exists())))


def _contact_at(email: str) -> Party | None:
    if "@" not in email:
        return None
    statement = (
        select(Contact.id, Person.name, Company.name)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .join(Person, Person.id == Contact.person_id)
        .join(Company, Company.id == Contact.company_id)
        .where(ContactAddress.email == email)
    )
    row = db.session.execute(statement).first()
    return Party(name=f"{row[1]}, {row[2]}", contact_id=row[0]) if row else None
