"""Who hears what a recompute has come to: each lead once, with how many deadlines of his teams are missed."""

from collections import Counter
from datetime import datetime
from typing import Protocol

from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.events import EventRow
from helpdesk.notifications.actions import News, tell_all
from helpdesk.notifications.rules import RECOMPUTED


class Recomputed(Protocol):
    """All open tickets have followed a change; `breaches` counts for each team what it made late."""

    @property
    def at(self) -> datetime: ...
    @property
    def recompute_id(self) -> int: ...
    @property
    def team_ids(self) -> tuple[int, ...]: ...
    @property
    def breaches(self) -> tuple[int, ...]: ...


def tell_leads(event: Recomputed, row: EventRow) -> None:
    """One notice with a count to each lead whose teams miss deadlines by it, however many tickets."""
    counts = Counter[int]()
    for team_id, count in zip(event.team_ids, event.breaches, strict=True):
        for person_id in seats.person_ids(team_id, role=TeamRole.LEAD):
            counts[person_id] += count
    tell_all(
        (
            (person_id,),
            News(
                kind=RECOMPUTED,
                ticket_id=None,
                at=event.at,
                event_id=row.id,
                payload={"count": count, "recompute_id": event.recompute_id},
            ),
        )
        for person_id, count in sorted(counts.items())
    )
