"""Tickets with a past for tests of explanations: lines with budgets, and short verbs at given moments."""

from datetime import UTC, datetime, timedelta

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.sla.explanation import Why, why
from helpdesk.sla.models import Metric, SlaPolicyVersion, SlaTarget
from helpdesk.sla.telling import Slot
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import HandoverCard, ReturnReason, State
from tests.factories import a_client_message, a_policy, office_hours

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # Wednesday, noon in Berlin; open 08:00 to 16:00 UTC
MORNING = NOON - timedelta(hours=3)
HOUR = timedelta(hours=1)
CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")
BUDGETS = {1: 3600, 2: 7200, 3: 10800}


def a_policy_with_budgets(name: str = "Standard", budgets: dict[int, int] = BUDGETS) -> SlaPolicyVersion:
    """The default policy in office hours of Berlin, with news every four hours and a budget for each line."""
    calendar = office_hours("Weekdays")
    version = a_policy(name, default=True, calendar=calendar)
    cells = [(Metric.OLA, line, seconds) for line, seconds in budgets.items()] + [
        (Metric.UPDATE, None, 14400)
    ]
    for metric, line, seconds in cells:
        for priority in ("P1", "P2", "P3", "P4"):
            db.session.add(
                SlaTarget(
                    policy_version_id=version.id,
                    metric=metric,
                    line=line,
                    priority=priority,
                    seconds=seconds,
                    calendar_id=calendar.id,
                )
            )
    db.session.flush()
    return version


def told(ticket: Ticket, now: datetime = NOON, slot: Slot | None = None) -> Why:
    """The explanation, which must exist."""
    found = why(ticket, now, slot)
    assert found is not None
    return found


def said(found: Why) -> list[str]:
    """The story's sentences."""
    return [one.words for one in found.story]


def figures(found: Why, kind: str) -> list[str]:
    """What the steps of that kind did."""
    return [one.figures for one in found.story if one.kind == kind]


def up(ticket: Ticket, at: datetime, by: int) -> None:
    actions.escalate(ticket, card=CARD, by=by, now=at)


def back(ticket: Ticket, at: datetime, by: int) -> None:
    actions.return_ticket(
        ticket, reason_code=ReturnReason.ANSWERED, reason="Here is the answer", by=by, now=at
    )


def wait(ticket: Ticket, at: datetime, by: int, reason: str = "Which scanner?") -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason=reason, by=by, now=at)


def client_writes(ticket: Ticket, at: datetime, text: str = "The left one.") -> None:
    contact = db.session.get_one(Contact, ticket.contact_id)
    actions.add_client_message(ticket, a_client_message(contact, text), by=contact.person_id, now=at)
