"""The deadlines of a ticket about which the desk wants to know why they were missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, literal, or_, select

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person, Team
from helpdesk.accounts.permissions import Permission, Relation, may
from helpdesk.clients.words import known_as
from helpdesk.db import db
from helpdesk.sla.breach_words import clock_name
from helpdesk.sla.models import SlaFiring
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations, visible_to
from helpdesk.tickets.queries.counts import LIMIT
from helpdesk.tickets.views.jsonb import listed, object_of
from helpdesk.tickets.views.reading import Facts

OPEN = (
    SlaFiring.asked_at.is_not(None),
    SlaFiring.explanation_id.is_(None),
    SlaFiring.withdrawn_at.is_(None),
)
BREACH, SHOWN = 100, 100
COLUMNS = ("id", "metric", "line", "at", "holder_line", "holder_team_id", "holder_id", "shares")


@dataclass(frozen=True)
class Asked:
    """One missed deadline: which clock, since when, who held the ticket; `responsible` is the line that used
    up the time, None when it is the holder's own or nobody can tell. `may_answer`: this reader.
    """

    id: int
    clock: str
    at: datetime
    line: int
    team: str
    person: str
    responsible: int | None
    may_answer: bool


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A question in the list of whoever is to answer it."""

    id: int
    number: int
    subject: str
    clock: str
    at: datetime
    line: int
    holder: str


def questions_of(ticket_id: int) -> ScalarSelect[Any]:
    """The open questions as rows, for the one statement around the ticket."""
    named = func.jsonb_build_object("team", Team.name, "person", Person.name)
    row = object_of(SlaFiring, COLUMNS).concat(named)
    return (
        select(listed(row, SlaFiring.id))
        .join(Team, Team.id == SlaFiring.holder_team_id)
        .outerjoin(Person, Person.id == SlaFiring.holder_id)
        .where(SlaFiring.ticket_id == ticket_id, *OPEN)
        .scalar_subquery()
    )


def asked_of(ticket: Ticket, actor: Actor, rows: Sequence[Facts]) -> list[Asked]:
    """The questions with what the page says of them."""
    stands = relations(actor, ticket) | actor.relations if rows else frozenset()
    return [_asked(row, actor, stands) for row in rows]


def put_to(actor: Actor) -> ColumnElement[bool]:
    """Whether an open question of a ticket that the person sees is his to answer, in SQL."""
    unclaimed = and_(SlaFiring.holder_id.is_(None), SlaFiring.holder_team_id.in_(sorted(actor.team_ids)))
    led = SlaFiring.holder_team_id.in_(sorted(actor.led_team_ids))
    mine = or_(SlaFiring.holder_id == actor.person_id, unclaimed, led)
    return and_(*OPEN, SlaFiring.percent == BREACH, mine, visible_to(actor))


def count_put_to(actor: Actor) -> ScalarSelect[int]:
    """How many questions wait for the person, counted no further than LIMIT."""
    some = select(literal(1)).select_from(SlaFiring).join(Ticket, Ticket.id == SlaFiring.ticket_id)
    some_of_them = some.where(put_to(actor)).limit(LIMIT).subquery()
    return select(func.count()).select_from(some_of_them).scalar_subquery()


def questions_put_to(actor: Actor) -> list[Waiting]:
    """The oldest of them with their tickets; one statement."""
    rows = db.session.execute(
        select(SlaFiring, Ticket.subject, Team.name, Person.name)
        .join(Ticket, Ticket.id == SlaFiring.ticket_id)
        .join(Team, Team.id == SlaFiring.holder_team_id)
        .outerjoin(Person, Person.id == SlaFiring.holder_id)
        .where(put_to(actor))
        .order_by(SlaFiring.at, SlaFiring.id)
        .limit(SHOWN)
    )
    return [
        Waiting(
            id=firing.id,
            number=firing.ticket_id,
            subject=subject,
            clock=clock_name(firing.metric.value, firing.line),
            at=firing.at,
            line=firing.holder_line,
            holder=known_as(person) if person else team,
        )
        for firing, subject, team, person in rows
    ]


def is_holders(actor: Actor, holder_id: int | None, holder_team_id: int) -> bool:
    """Whether the person held the ticket at the breach, or was of the team that held it as a whole, or leads
    that team.
    """
    if holder_team_id in actor.led_team_ids:
        return True
    return holder_id == actor.person_id if holder_id else holder_team_id in actor.team_ids


def _asked(row: Facts, actor: Actor, stands: frozenset[Relation]) -> Asked:
    own = {Relation.OWN} if is_holders(actor, row["holder_id"], row["holder_team_id"]) else set()
    responsible = (row["shares"] or {}).get("responsible")
    return Asked(
        id=row["id"],
        clock=clock_name(row["metric"], row["line"]),
        at=datetime.fromisoformat(row["at"]),
        line=row["holder_line"],
        team=row["team"],
        person=known_as(row["person"]) if row["person"] else "",
        responsible=responsible if responsible != row["holder_line"] else None,
        may_answer=may(stands | own, Permission.BREACH_EXPLAIN),
    )
