"""How many open tickets lie where, counted no further than a thousand and in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Row,
    ScalarSelect,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Team
from helpdesk.db import db
from helpdesk.tickets.models import Participant, Ticket
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.rules import Line

LIMIT = 1000
RISK = timedelta(hours=1)


@dataclass(frozen=True)
class TeamCount:
    """Open tickets of one team; `risk` of them are breached or due within the hour."""

    team_id: int
    name: str
    line: int
    count: int
    risk: int


@dataclass(frozen=True)
class LineCount:
    """A line with its teams."""

    line: int
    teams: tuple[TeamCount, ...]

    @property
    def name(self) -> str:
        return self.teams[0].name

    @property
    def count(self) -> int:
        return sum(team.count for team in self.teams)

    @property
    def risk(self) -> int:
        return sum(team.risk for team in self.teams)


@dataclass(frozen=True)
class OpenCounts:
    """What the side column shows. Figures of LIMIT mean that many or more; `extra` are the caller's own,
    in order.
    """

    mine: int
    followed: int
    lines: tuple[LineCount, ...]
    extra: tuple[Any, ...] = ()


def open_counts(actor: Actor, now: datetime, extra: Sequence[ScalarSelect[Any]] = ()) -> OpenCounts:
    """Everything for the side column in one statement; `extra` adds other values to the same trip."""
    due = Ticket.sort_due <= now + RISK
    in_team = [Ticket.team_id == Team.id, *_narrowed(actor)]
    here = _teams_of(actor)
    figures = select(
        bounded(mine(actor)).label("mine"),
        bounded(*followed(actor)).label("followed"),
        *(figure.label(f"extra_{n}") for n, figure in enumerate(extra)),
    ).subquery()
    rows = db.session.execute(
        select(
            figures,
            Team.id,
            Team.name,
            Team.line,
            bounded(*in_team, correlate=True).label("open_count"),
            bounded(*in_team, due, correlate=True).label("risk_count"),
        )
        .select_from(figures)
        .outerjoin(Team, here & Team.retired_at.is_(None))
        .order_by(Team.line, Team.is_default.desc(), Team.position, Team.id)
    ).all()
    own = tuple(getattr(rows[0], f"extra_{n}") for n in range(len(extra)))
    return OpenCounts(rows[0].mine, rows[0].followed, _by_line(rows), own)


def bounded(*conditions: ColumnElement[bool], correlate: bool = False) -> ScalarSelect[int]:
    """The number of open tickets for which these hold, at most LIMIT."""
    some = select(literal(1)).select_from(Ticket).where(is_open(), *conditions).limit(LIMIT)
    some = some.correlate(Team) if correlate else some
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def is_open() -> ColumnElement[bool]:
    """Unfinished, in the very words of the partial indexes, so that the planner recognises them."""
    return literal_column("ticket.state not in ('resolved', 'closed')", Boolean)


def is_request() -> ColumnElement[bool]:
    """A request of its own, which figures count: neither thrown away nor a double of another one."""
    return and_(Ticket.discarded_at.is_(None), Ticket.merged_into_id.is_(None))


def mine(actor: Actor) -> ColumnElement[bool]:
    """What the person works on."""
    return Ticket.assignee_id == actor.person_id


def followed(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What the person owns towards the client or takes part in while somebody else works on it."""
    part = select(Participant.ticket_id).where(
        Participant.person_id == actor.person_id, Participant.until.is_(None)
    )
    return (
        or_(Ticket.owner_id == actor.person_id, Ticket.id.in_(part)),
        Ticket.assignee_id.is_distinct_from(actor.person_id),
        visible_to(actor),
    )


def _teams_of(actor: Actor) -> ColumnElement[bool]:
    """Teams whose open tickets the person sees: his own, those of his line above the first, a manager's
    lines.
    """
    lines = set(actor.lines - {Line.FIRST})
    if actor.is_manager:
        lines |= actor.manager_lines if actor.manager_lines is not None else set(Line)
    return or_(Team.id.in_(sorted(actor.team_ids)), Team.line.in_(sorted(lines)))


def _narrowed(actor: Actor) -> list[ColumnElement[bool]]:
    """A manager of some companies sees only theirs; for everybody else the team is the whole condition."""
    return [visible_to(actor)] if actor.is_manager else [true()]


def _by_line(rows: Iterable[Row[Any]]) -> tuple[LineCount, ...]:
    teams = [TeamCount(row.id, row.name, row.line, row.open_count, row.risk_count) for row in rows if row.id]
    lines = dict.fromkeys(team.line for team in teams)
    return tuple(LineCount(line, tuple(team for team in teams if team.line == line)) for line in lines)
