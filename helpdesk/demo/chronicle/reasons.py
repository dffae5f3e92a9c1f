"""Why deadlines of the told past were missed: most of them explained by whoever held the ticket."""

import random
from datetime import datetime, timedelta

from helpdesk.demo.chronicle.rows import Row
from helpdesk.demo.chronicle.telling import Told
from helpdesk.events import payload_of
from helpdesk.sla.events import BreachExplained
from helpdesk.sla.models import BreachCause

EXPLAINED = 0.85
SAID = (
    (BreachCause.BUSY, "Three calls at once after the update, and only two of us at the desk."),
    (BreachCause.BUSY, "Monday morning; it stood behind eleven others."),
    (
        BreachCause.HARD,
        "It looked like a missing right. It was a damaged index, and rebuilding it took two hours.",
    ),
    (BreachCause.HARD, "It could not be reproduced until the client sent his own file."),
    (BreachCause.UNNOTICED, "It came in at closing time and stood below the fold until noon."),
    (
        BreachCause.UNNOTICED,
        "Each of us thought the other had answered. From now on we take it before we look.",
    ),
    (BreachCause.WRONG_LINE, "It went up without the log files, came back, and went up again."),
    (BreachCause.OUTSIDE, "The provider let us wait for half a day, and nobody had put the ticket to wait."),
    (BreachCause.UNFIT, "An import of that size never fits into four hours; the contract should say so."),
)


def give_reasons(told: Told, until: datetime) -> None:
    """Add the answer to what the desk asked, some hours later; a few questions are still open."""
    rng = random.Random(f"reasons {told.number}")
    for firing in told.batch.rows["sla_firing"]:
        if firing["asked_at"] is not None and rng.random() < EXPLAINED:
            _explain(told, firing, rng, until)


def _explain(told: Told, firing: Row, rng: random.Random, until: datetime) -> None:
    ticket = told.batch.rows["ticket"][0]
    at = max(firing["asked_at"], ticket["last_event_at"]) + timedelta(seconds=rng.randint(1800, 20 * 3600))
    people = (firing["holder_id"], *told.desk.units[firing["holder_team_id"]].leads)
    by = next((person for person in people if person), None)
    if at >= until or by is None:
        return
    ticket["event_seq"] += 1
    cause, words = rng.choice(SAID)
    event_id = told.ids.next("event_id_seq")
    told.batch.add("event", **_event(event_id, ticket, firing, cause, at=at, by=by))
    told.batch.add("event_text", event_id=event_id, text=words)
    firing["explanation_id"], firing["cause"] = event_id, cause


def _event(event_id: int, ticket: Row, firing: Row, cause: BreachCause, *, at: datetime, by: int) -> Row:
    event = BreachExplained(
        at=at,
        actor_id=by,
        ticket_id=ticket["id"],
        seq=ticket["event_seq"],
        firing_id=firing["id"],
        metric=firing["metric"],
        line=firing["line"],
        cycle=firing["cycle"],
        cause=cause,
    )
    return {
        "id": event_id,
        "ticket_id": event.ticket_id,
        "seq": event.seq,
        "kind": event.kind,
        "effective_at": at,
        "recorded_at": at,
        "actor_id": by,
        "payload": payload_of(event),
    }
