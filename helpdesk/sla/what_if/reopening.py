"""A reopened ticket follows what open tickets were let follow while it was solved."""

from collections.abc import Sequence

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from helpdesk.db import db, notify
from helpdesk.events import EventRow
from helpdesk.sla.what_if.following import CHANNEL
from helpdesk.sla.what_if.models import ItemState, RecomputeState, SlaRecompute, SlaRecomputeItem
from helpdesk.sla.what_if.recomputing import touched_by
from helpdesk.tickets.events import TicketReopened
from helpdesk.tickets.models import Ticket

PAST = (RecomputeState.RUNNING, RecomputeState.DONE)


def follow_meanwhile(event: TicketReopened, _row: EventRow) -> None:
    """Give the ticket its turn in every recompute that passed it by; the worker lets it follow.

    While it was solved its clocks stood still, so what changed then counts from the reopening on.
    """
    ticket = db.session.get_one(Ticket, event.ticket_id)
    since = SlaRecompute.effective_at >= ticket.created_at
    missed = db.session.scalars(select(SlaRecompute).where(since, SlaRecompute.state.in_(PAST))).all()
    runs = [run for run in missed if db.session.scalar(_touches(run, ticket.id))]
    if runs and _wait_again(runs, ticket.id):
        notify(CHANNEL)


def _touches(run: SlaRecompute, ticket_id: int) -> Select[int]:
    return select(Ticket.id).where(Ticket.id == ticket_id, touched_by(run))


def _wait_again(runs: Sequence[SlaRecompute], ticket_id: int) -> bool:
    """List the ticket where it is not listed, and again where it was skipped; whether there is any."""
    rows = [{"recompute_id": run.id, "ticket_id": ticket_id} for run in runs]
    listed = insert(SlaRecomputeItem).values(rows)
    again = listed.on_conflict_do_update(
        index_elements=["recompute_id", "ticket_id"],
        set_={"state": ItemState.WAITING},
        where=SlaRecomputeItem.state == ItemState.SKIPPED,
    )
    waiting = db.session.scalars(again.returning(SlaRecomputeItem.recompute_id)).all()
    mine = update(SlaRecompute).where(SlaRecompute.id.in_(waiting))
    db.session.execute(mine.values(state=RecomputeState.RUNNING))
    return bool(waiting)
