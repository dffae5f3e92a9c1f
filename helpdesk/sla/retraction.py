"""Crossings that turn out never to have been: something of the past became known, and the ledger no longer
has them.
"""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import func, tuple_, update

from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.sla.clocks import read, shown, slot_of
from helpdesk.sla.events import ThresholdWithdrawn
from helpdesk.sla.histories import Mark, histories_of
from helpdesk.sla.models import Metric, SlaFiring
from helpdesk.sla.rules import TicketClocks
from helpdesk.tickets.events import TicketFact
from helpdesk.tickets.models import Ticket


def withdraw_vanished(event: TicketFact, row: EventRow) -> None:
    """After an event of the past, mark every firing withdrawn that its clock does not have any more, and
    write one event for each clock; nothing is deleted. Does nothing for an event of the present.
    """
    if row.recorded_at <= row.effective_at:
        return
    ticket = db.session.get_one(Ticket, event.ticket_id)
    history = histories_of((ticket.id,))[ticket.id]
    reading = read(ticket.id, history, row.recorded_at)
    if reading is None:
        return
    gone = sorted(history.marks - _standing(reading.clocks), key=_place)
    if gone:
        _mark(ticket.id, gone, row)
        _write(ticket, gone, row)


def _standing(clocks: TicketClocks) -> frozenset[Mark]:
    """Every crossing that the ledger has, also those under earlier terms."""
    return frozenset(
        Mark(*slot_of(state), epoch, crossing.percent)
        for state in shown(clocks)
        for epoch, crossings in (
            *((past.epoch, past.crossings) for past in state.past_epochs),
            (state.epoch, state.crossings),
        )
        for crossing in crossings
    )


def _mark(ticket_id: int, gone: Iterable[Mark], row: EventRow) -> None:
    key = tuple_(
        SlaFiring.metric,
        func.coalesce(SlaFiring.line, 0),
        SlaFiring.cycle,
        SlaFiring.epoch,
        SlaFiring.percent,
    )
    keys = [(Metric(mark.metric), mark.line or 0, mark.cycle, mark.epoch, mark.percent) for mark in gone]
    db.session.execute(
        update(SlaFiring)
        .where(SlaFiring.ticket_id == ticket_id, SlaFiring.withdrawn_at.is_(None), key.in_(keys))
        .values(withdrawn_at=row.recorded_at)
        .execution_options(synchronize_session=False)
    )


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
