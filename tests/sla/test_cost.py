"""What a verb pays for its clocks: the event, one read and one write, whatever the verb and the ticket."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.sla.clocks import refresh
from helpdesk.sla.models import ClockPhase, Metric, SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import HandoverCard, Priority
from tests.counting import statements
from tests.factories import a_client_message, a_policy, a_ticket, an_agent, three_lines

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS = ("event", "sla_clock", "sla_firing", "ticket_sla")


def reply(ticket: Ticket, by: int) -> None:
    actions.reply(ticket, actions.Reply(text="On it."), by=by, now=NOON + HOUR)


def change_priority(ticket: Ticket, by: int) -> None:
    actions.change_priority(ticket, priority=Priority.P1, reason="", by=by, now=NOON + HOUR)


def escalate(ticket: Ticket, by: int) -> None:
    card = HandoverCard(symptom="Empty", asked="Look at the share", tried="Restarted")
    actions.escalate(ticket, card=card, by=by, now=NOON + HOUR)


def client_writes(ticket: Ticket, by: int) -> None:
    contact = db.session.get_one(Contact, ticket.contact_id)
    message = a_client_message(contact, "Any news?")
    actions.add_client_message(ticket, message, by=contact.person_id, now=NOON + HOUR)


def touching(sent: list[str]) -> list[str]:
    """Those that read or write the log, the clocks or what has fired; a verb has no other business there."""
    words = [(one, one.lower().replace("\n", " ").replace(",", " ").split()) for one in sent]
    return [one for one, parts in words if any(table in parts for table in OURS)]


@pytest.mark.parametrize("verb", [reply, change_priority, escalate, client_writes])
def test_an_event_and_its_clocks_take_three_statements(
    session: scoped_session[Session], verb: Callable[[Ticket, int], None]
) -> None:
    a_policy(default=True)
    three_lines()
    ticket, agent = a_ticket(), an_agent()
    session.commit()
    with statements() as sent:
        verb(ticket, agent.id)
    ours = touching(sent)
    assert [one.split()[0].lower() for one in ours] == ["insert", "select", "with"], ours


def test_a_refresh_takes_two_statements_and_sends_no_third_for_its_objects(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    ticket = a_ticket()
    session.commit()
    assert ticket.id
    with statements() as sent:
        refresh(ticket, NOON + HOUR)
        assert ticket.sort_due == NOON + 4 * HOUR
        session.flush()
    assert len(sent) == 2


def test_a_clock_that_somebody_holds_as_an_object_shows_what_the_refresh_wrote(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    owed = (SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.FIRST_RESPONSE)
    clock = session.scalars(select(SlaClock).where(*owed)).first()
    phases = [clock.phase] if clock else []
    reply(ticket, agent.id)
    phases += [clock.phase] if clock else []
    assert phases == [ClockPhase.RUNNING, ClockPhase.STOPPED]
