"""What the clocks do when something happened to a ticket."""

from datetime import datetime

from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.sla.clocks import refresh
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.models import TicketSla
from helpdesk.sla.policies import Choice, choose
from helpdesk.sla.retraction import withdraw
from helpdesk.tickets.events import ClientIdentified, TicketFact, TicketOpened
from helpdesk.tickets.models import Ticket


def choose_policy(event: TicketOpened, _row: EventRow) -> None:
    """Write down which policy holds for the new ticket. A desk without any policy keeps no clocks."""
    choice = choose(event.company_id, event.at)
    if choice is not None:
        _write(_ticket(event), TicketSla(ticket_id=event.ticket_id), choice, at=event.at, by=event.actor_id)


def reconsider_policy(event: ClientIdentified, _row: EventRow) -> None:
    """The client turned out to be another company: from now on its contract holds."""
    if event.new_company_id == event.old_company_id:
        return
    choice = choose(event.new_company_id, event.at)
    known = db.session.get(TicketSla, event.ticket_id)
    if choice is not None and not _is_under(known, choice):
        row = known or TicketSla(ticket_id=event.ticket_id)
        _write(_ticket(event), row, choice, at=event.at, by=event.actor_id)


def move_clocks(event: TicketFact, row: EventRow) -> None:
    """Rewrite the ticket's clocks from its ledger, which has just grown; perhaps by something of the past, or
    of a second whose crossings are written down already: what that undoes is withdrawn.
    """
    ticket = _ticket(event)
    reading = refresh(ticket, row.recorded_at)
    if reading is not None and reading.vanished:
        withdraw(ticket, reading.vanished, row)
        refresh(ticket, row.recorded_at)


def _is_under(known: TicketSla | None, choice: Choice) -> bool:
    """Whether the ticket has that very version by that very contract already."""
    if known is None:
        return False
    return (known.policy_version_id, known.contract_id) == (choice.policy_version_id, choice.contract_id)


def _ticket(event: TicketFact) -> Ticket:
    return db.session.get_one(Ticket, event.ticket_id)


def _write(ticket: Ticket, row: TicketSla, choice: Choice, *, at: datetime, by: int) -> None:
    ticket.event_seq += 1
    record(
        PolicyChosen(
            at=at,
            actor_id=by,
            ticket_id=ticket.id,
            seq=ticket.event_seq,
            policy_version_id=choice.policy_version_id,
            contract_id=choice.contract_id,
            calendar_version_ids=choice.calendar_version_ids,
        )
    )
    row.policy_version_id, row.contract_id = choice.policy_version_id, choice.contract_id
    db.session.add(row)
    db.session.flush()
