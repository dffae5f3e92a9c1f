"""Into whose hands several tickets can be given: people of their teams, and the teams there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.db import db
from helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class Hand:
    """Somebody who can work on `count` of the tickets, because he is in the teams that hold them."""

    id: int
    name: str
    count: int


def people_for(tickets: Sequence[Ticket]) -> list[Hand]:
    """Everybody who can take at least one of them; who can take the most comes first."""
    held = Counter(ticket.team_id for ticket in tickets)
    rows = db.session.execute(
        select(Person.id, Person.name, Person.sort_key, Membership.team_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id.in_(sorted(held)), seats.is_current(), seats.can_work())
    )
    people: dict[int, tuple[str, str, set[int]]] = {}
    for person_id, name, key, team_id in rows:
        people.setdefault(person_id, (key, name, set()))[2].add(team_id)
    found = [
        (key, Hand(one, name, sum(held[team] for team in teams)))
        for one, (key, name, teams) in people.items()
    ]
    return [hand for _, hand in sorted(found, key=lambda pair: (-pair[1].count, pair[0]))]


def teams() -> list[tuple[int, str]]:
    """All teams in the order of the lines."""
    rows = db.session.execute(
        select(Team.id, Team.name)
        .where(Team.retired_at.is_(None))
        .order_by(Team.line, Team.position, Team.id)
    )
    return [(team_id, name) for team_id, name in rows]
