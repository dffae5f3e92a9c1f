"""Who had a ticket at an instant of the past: the log says it, when something has happened since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.events import EventRow


@dataclass(frozen=True)
class Hand:
    """The line and the team that have a ticket, and who works on it; None: it waits for a person."""

    line: int
    team_id: int
    person_id: int | None


Hands = Sequence[tuple[datetime, Hand]]


def hands_of(ticket_ids: Iterable[int]) -> dict[int, Hands]:
    """For each of these tickets since when who had it, in order; one statement, none for no tickets."""
    found: dict[int, list[tuple[datetime, Hand]]] = {ticket_id: [] for ticket_id in ticket_ids}
    if not found:
        return {}
    columns = (EventRow.ticket_id, EventRow.effective_at, EventRow.payload)
    telling = EventRow.payload.has_key("assignee_id")
    rows = select(*columns).where(EventRow.ticket_id.in_(found), telling).order_by(EventRow.seq)
    for ticket_id, at, told in db.session.execute(rows):
        mine = found[ticket_id]
        line = told.get("to_line", told.get("line", mine[-1][1].line if mine else None))
        team = told.get("to_team_id", told.get("team_id", mine[-1][1].team_id if mine else None))
        if line is not None and team is not None:
            mine.append((at, Hand(line, team, told["assignee_id"])))
    return dict(found)


def hand_at(hands: Hands, at: datetime) -> Hand | None:
    """Who had it then; None when nothing is known of it."""
    return next((hand for since, hand in reversed(hands) if since <= at), None)
