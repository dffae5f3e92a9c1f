"""Saying why a deadline was missed, once, beside the fact that it was."""

from datetime import datetime

from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.sla.events import BreachExplained
from helpdesk.sla.models import BreachCause, SlaFiring
from helpdesk.tickets.actions.ledger import keep_words
from helpdesk.tickets.models import Ticket

LONGEST_WORDS = 2000


def explain(
    ticket: Ticket, firing: SlaFiring, cause: BreachCause, words: str, *, by: int, now: datetime
) -> EventRow:
    """Keep the reason with the firing; the breach itself stays as it is.

    The ticket is locked. Raises RuleViolation when there is nothing to explain any more, BadInput for words
    that say nothing or too much.
    """
    _check_open(firing)
    said = words.strip()
    if not said:
        raise BadInput(N_("Say in a sentence why it took longer."), "words")
    if len(said) > LONGEST_WORDS:
        raise BadInput(N_("A reason has at most %(most)s letters."), "words", most=LONGEST_WORDS)
    row = _published(ticket, firing, cause, by=by, now=now)
    keep_words(row, said)
    firing.explanation_id, firing.cause = row.id, cause
    db.session.flush()
    return row


def _check_open(firing: SlaFiring) -> None:
    if firing.withdrawn_at is not None:
        raise RuleViolation("This deadline was kept after all: there is nothing to explain.")
    if firing.explanation_id is not None:
        raise RuleViolation("Somebody has already said why.")
    if firing.asked_at is None:
        raise RuleViolation("Nobody asked why this deadline was missed.")


def _published(ticket: Ticket, firing: SlaFiring, cause: BreachCause, *, by: int, now: datetime) -> EventRow:
    ticket.event_seq += 1
    return publish(
        BreachExplained(
            at=now,
            actor_id=by,
            ticket_id=ticket.id,
            seq=ticket.event_seq,
            firing_id=firing.id,
            metric=firing.metric,
            line=firing.line,
            cycle=firing.cycle,
            cause=cause,
        )
    )
