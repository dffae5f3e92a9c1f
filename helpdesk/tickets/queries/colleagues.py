"""Who can be named with @ in a note, whether he sees the ticket already, and whom a text names."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select

from helpdesk.accounts import actor as actors
from helpdesk.accounts import seats
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Account, Membership, Person
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.visibility import relations

SHOWN = 8
MOST_NAMED = 20


@dataclass(frozen=True)
class Colleague:
    """Somebody of the staff; `sees` says whether he may read the ticket as things stand."""

    actor: Actor
    sees: bool

    @property
    def teams(self) -> str:
        return ", ".join(seat.name for seat in self.actor.teams)


def begun_with(typed: str, ticket: Ticket, but: int) -> list[Colleague]:
    """Colleagues whose name has a part that begins like this, in order of names."""
    bare = typed.strip().casefold().replace("ё", "е")
    pattern = re.sub(r"([\\%_])", r"\\\1", bare)
    fits = Person.sort_key.like(f"{pattern}%") | Person.sort_key.like(f"% {pattern}%")
    return [_colleague(one, ticket) for one in _agents(fits, Person.id != but, limit=SHOWN)]


def named_in(text: str, chosen: Collection[int], ticket: Ticket, but: int) -> list[Colleague]:
    """Whom the text names as @Name, each once. Of two people with one name `chosen` decides, else both are.

    An address as ada@fernhill.example names nobody.
    """
    if "@" not in text:
        return []
    inside = func.strpos(literal(_folded(text)), func.concat("@", Person.sort_key)) > 0
    found = _agents(inside, Person.id != but, limit=MOST_NAMED * 5)
    return [_colleague(one, ticket) for one in _meant(text, found, chosen)][:MOST_NAMED]


def _meant(text: str, found: Iterable[Actor], chosen: Collection[int]) -> list[Actor]:
    """Longest names first, each taken out of the text, so that “@Ann Lee” does not name Ann too."""
    rest, meant = _folded(text), list[Actor]()
    by_name: dict[str, list[Actor]] = {}
    for one in found:
        by_name.setdefault(_folded(one.name), []).append(one)
    for name in sorted(by_name, key=len, reverse=True):
        rest, count = re.subn(rf"(?<![\w.])@{re.escape(name)}(?!\w)", " ", rest)
        if count:
            same = by_name[name]
            meant += [one for one in same if one.person_id in chosen] or same
    return meant


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _agents(*conditions: ColumnElement[bool], limit: int) -> list[Actor]:
    works = (
        select(Membership.id)
        .where(Membership.person_id == Person.id, seats.is_current())
        .correlate(Person)
        .exists()
    )
    statement = (
        actors.selected(process_time())
        .where(Account.disabled_at.is_(None), Account.invited_at.is_(None), works, *conditions)
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    return [actors.from_row(row) for row in db.session.execute(statement)]


def _colleague(actor: Actor, ticket: Ticket) -> Colleague:
    return Colleague(actor, may(relations(actor, ticket), Permission.TICKET_READ))
