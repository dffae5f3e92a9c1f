"""What the routes of the matrix are about, placed in a relation to the person who asks.

A thing is a function (relation, person) -> Placed; person is None for anonymous. Register it in THINGS with
all the relations it knows. Every text of a thing holds CANARY, so that a leak is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.accounts import sessions
from helpdesk.accounts.models import Account, Person
from helpdesk.clock import process_time
from helpdesk.db import db
from tests.factories import a_person, an_account, an_agent

CANARY = "canary-7f3a"


@dataclass(frozen=True)
class Placed:
    """The arguments of the URL, and values that the form may name with $."""

    url: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[str, Person | None], Placed]


@dataclass(frozen=True)
class Thing:
    """How to place the thing, and in which relations it can stand."""

    make: Maker
    relations: tuple[str, ...]


def a_session(relation: str, person: Person | None) -> Placed:
    """Another session of the person, a session of somebody else, or none at all."""
    if relation == "missing":
        return Placed({"session_id": 999_999})
    owner = person if relation == "own" and person else an_agent(CANARY)
    account_id = db.session.scalars(select(Account.id).where(Account.person_id == owner.id)).one()
    begun = sessions.begin(
        account_id,
        state={},
        user_agent=CANARY,
        address=None,
        now=process_time(),
        lifetime=timedelta(hours=1),
    )
    return Placed({"session_id": begun.row.id})


def a_persona(relation: str, person: Person | None) -> Placed:
    """Somebody of the demo's cast, or nobody."""
    if relation == "missing":
        return Placed({}, {"person_id": 999_999})
    member = a_person("Hanna Bell")
    an_account(member)
    return Placed({}, {"person_id": member.id})


THINGS: dict[str, Thing] = {
    "session": Thing(a_session, ("own", "foreign", "missing")),
    "persona": Thing(a_persona, ("cast", "missing")),
}
