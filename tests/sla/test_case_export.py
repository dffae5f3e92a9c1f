"""A ticket written as a file gives, replayed, the very clocks that the desk shows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.sla.case_export import export
from helpdesk.sla.cli import sla_commands
from helpdesk.sla.clocks import moment
from helpdesk.sla.given import instant
from helpdesk.sla.models import SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, State
from tests.conftest import NOON
from tests.factories import a_policy, a_ticket, an_agent, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = timedelta(hours=1)


def busy_ticket() -> Ticket:
    """Answered, waiting, answered by the client and raised, all within two hours."""
    three_lines()
    a_policy(default=True)
    ticket, agent = a_ticket(priority=Priority.P3), an_agent()
    actions.reply(ticket, actions.Reply(text="Which scanner?"), by=agent.id, now=NOON + HOUR)
    actions.wait(
        ticket, State.WAITING_CLIENT, reason="Which scanner", wake_at=None, by=agent.id, now=NOON + HOUR
    )
    message = actions.ClientMessage(author_id=agent.id, text="The left one", channel=ticket.channel)
    actions.add_client_message(ticket, message, by=agent.id, now=NOON + 2 * HOUR)
    actions.change_priority(ticket, priority=Priority.P1, by=agent.id, now=NOON + 2 * HOUR)
    return ticket


def stored(ticket: Ticket) -> dict[str, tuple[Any, ...]]:
    rows = db.session.scalars(
        select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.line.is_(None))
    )
    return {row.metric.value: (row.target_s, row.due_at, row.breached_at is not None) for row in rows}


def replayed(document: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    clocks = document["cases"][0]["expected"]["clocks"]
    return {
        name: (clock["target"], moment(instant(clock["due_at"])), clock["breached"])
        for name, clock in clocks.items()
        if clock["state"] != "none"
    }


def test_the_file_of_a_ticket_shows_the_clocks_that_are_stored() -> None:
    ticket = busy_ticket()
    document = export(ticket.id, NOON + 2 * HOUR)
    assert replayed(document) == stored(ticket)
    types = [event["type"] for event in document["cases"][0]["events"]]
    assert types == ["create", "agent_reply", "status", "customer_reply", "status", "priority"]


def test_the_file_passes_its_own_check(tmp_path: Path) -> None:
    ticket = busy_ticket()
    file = tmp_path / "ticket.yaml"
    file.write_text(yaml.safe_dump(export(ticket.id, NOON + 2 * HOUR)), "utf-8")
    done = CliRunner().invoke(sla_commands, ["replay", str(file), "--check"])
    assert (done.exit_code, done.output) == (0, "Cases: 1 as expected.\n")


def test_the_terms_bear_the_names_that_people_know() -> None:
    document = export(busy_ticket().id, NOON + HOUR)
    assert all(name.endswith(", version 1") for name in (*document["policies"], *document["calendars"]))


def test_the_file_holds_no_words_of_people() -> None:
    ticket = busy_ticket()
    assert "scanner" not in yaml.safe_dump(export(ticket.id, NOON + HOUR))
    assert ticket.subject not in yaml.safe_dump(export(ticket.id, NOON + HOUR))


def test_a_ticket_without_clocks_has_no_file() -> None:
    ticket = a_ticket()
    with pytest.raises(RuleViolation, match=f"Ticket {ticket.id} has no clocks: nothing was promised."):
        export(ticket.id, NOON)
