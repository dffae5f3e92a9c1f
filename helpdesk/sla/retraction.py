"""Crossings that turn out never to have been: something of the past became known, and the ledger no longer
has them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, tuple_, update

from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.sla.events import ThresholdWithdrawn
from helpdesk.sla.histories import Mark
from helpdesk.sla.models import Metric, SlaFiring
from helpdesk.tickets.models import Ticket

_KEY = tuple_(
    SlaFiring.ticket_id,
    SlaFiring.metric,
    func.coalesce(SlaFiring.line, 0),
    SlaFiring.cycle,
    SlaFiring.epoch,
    SlaFiring.percent,
)


def withdraw(ticket: Ticket, vanished: Iterable[Mark], row: EventRow) -> None:
    """Mark these firings withdrawn because of this event, and write one event for each clock; nothing is
    deleted.
    """
    gone = sorted(vanished, key=_place)
    mark_withdrawn({ticket.id: gone}, row.recorded_at)
    _write(ticket, gone, row)


def mark_withdrawn(vanished: Mapping[int, Iterable[Mark]], now: datetime) -> None:
    """Mark these firings of tickets withdrawn at `now`, without a word in the log; one statement."""
    keys = [
        (ticket_id, Metric(mark.metric), mark.line or 0, mark.cycle, mark.epoch, mark.percent)
        for ticket_id, marks in vanished.items()
        for mark in marks
    ]
    mine = SlaFiring.ticket_id.in_(vanished) & SlaFiring.withdrawn_at.is_(None) & _KEY.in_(keys)
    unsynchronized = update(SlaFiring).execution_options(synchronize_session=False)
    db.session.execute(unsynchronized.where(mine).values(withdrawn_at=now))


def _write(ticket: Ticket, gone: Iterable[Mark], row: EventRow) -> None:
    """The highest percent speaks for its clock."""
    for (metric, line, cycle, epoch), marks in groupby(gone, key=lambda mark: mark[:4]):
        ticket.event_seq += 1
        record(
            ThresholdWithdrawn(
                at=row.recorded_at,
                actor_id=row.actor_id,
                ticket_id=ticket.id,
                seq=ticket.event_seq,
                metric=Metric(metric),
                line=line,
                cycle=cycle,
                epoch=epoch,
                percent=max(mark.percent for mark in marks),
                because_id=row.id,
            )
        )
    db.session.flush()


def _place(mark: Mark) -> tuple[str, int, int, int, int]:
    return mark.metric, mark.line or 0, mark.cycle, mark.epoch, mark.percent
