"""Lowering a priority: a reason when a deadline presses, the numbers in the log, and the managers' list."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.models import SlaPolicyVersion, TicketSla
from helpdesk.sla.sweep import sweep
from helpdesk.tickets import actions
from helpdesk.tickets.clock_use import ClockUse
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.counting import statements
from tests.factories import a_company, a_contact, a_manager, a_policy, a_ticket, an_agent, three_lines

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    three_lines()
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    """P2 at noon: the first answer is due at one, the solution the next day."""
    a_policy(default=True)
    return a_ticket(assignee=ada, priority=Priority.P2)


def lower(client: FlaskClient, ticket: Ticket, at: datetime, **fields: str) -> int:
    db.session.commit()
    with clock.frozen(lambda: at):
        return client.post(f"/tickets/{ticket.id}/priority", data=form(priority="P4", **fields)).status_code


def change_of(ticket: Ticket) -> EventRow:
    statement = select(EventRow).where(
        EventRow.ticket_id == ticket.id, EventRow.kind == "ticket.priority_changed"
    )
    return db.session.scalars(statement).one()


def test_while_there_is_time_nobody_is_asked_why(client: FlaskClient, ticket: Ticket) -> None:
    assert lower(client, ticket, NOON + 30 * MINUTE) == 303
    assert change_of(ticket).payload["used_percent"] == 50
    assert change_of(ticket).payload["breached"] is False


@pytest.mark.parametrize("minutes", [55, 61])
def test_a_deadline_that_presses_or_is_missed_asks_why(
    client: FlaskClient, ticket: Ticket, minutes: int
) -> None:
    assert lower(client, ticket, NOON + minutes * MINUTE) == 409
    assert ticket.priority is Priority.P2
    assert lower(client, ticket, NOON + minutes * MINUTE, reason="One person only") == 303
    assert db.session.get_one(Ticket, ticket.id).priority is Priority.P4


def test_exactly_ninety_percent_is_not_pressed_yet(client: FlaskClient, ticket: Ticket) -> None:
    assert lower(client, ticket, NOON + 54 * MINUTE) == 303


def test_a_second_more_than_ninety_percent_is_pressed(client: FlaskClient, ticket: Ticket) -> None:
    later = NOON + 54 * MINUTE + timedelta(seconds=1)
    assert lower(client, ticket, later) == 409
    assert lower(client, ticket, later, reason="One person only") == 303
    assert change_of(ticket).payload["used_percent"] == 91


def test_all_is_used_only_when_all_is_used(client: FlaskClient, ticket: Ticket) -> None:
    lower(client, ticket, NOON + 59 * MINUTE + timedelta(seconds=59), reason="One person only")
    assert change_of(ticket).payload["used_percent"] == 99


def test_a_breach_is_in_the_log_as_a_number(client: FlaskClient, ticket: Ticket) -> None:
    lower(client, ticket, NOON + 2 * HOUR, reason="One person only")
    payload = change_of(ticket).payload
    assert (payload["breached"], payload["used_percent"]) == (True, 200)
    assert "One person only" not in str(payload)


def test_raising_never_asks_why(client: FlaskClient, ticket: Ticket) -> None:
    db.session.commit()
    with clock.frozen(lambda: NOON + 2 * HOUR):
        answer = client.post(f"/tickets/{ticket.id}/priority", data=form(priority="P1"))
    assert answer.status_code == 303


def test_without_any_promise_a_reason_is_still_asked_for(client: FlaskClient, ada: Person) -> None:
    assert lower(client, a_ticket(assignee=ada, priority=Priority.P2), NOON) == 409


def test_many_at_once_obey_it_too(client: FlaskClient, ticket: Ticket) -> None:
    db.session.commit()
    fields = {"verb": "priority", "priority": "P4", "ticket": str(ticket.id)}
    with clock.frozen(lambda: NOON + 2 * HOUR):
        client.post("/tickets/bulk", data=form(**fields))
    assert db.session.get_one(Ticket, ticket.id).priority is Priority.P2
    with clock.frozen(lambda: NOON + 2 * HOUR):
        client.post("/tickets/bulk", data=form(**fields, words="All of one cause"))
    assert change_of(ticket).payload["breached"] is True


def test_the_form_says_where_the_deadlines_go(client: FlaskClient, ticket: Ticket) -> None:
    db.session.commit()
    with clock.frozen(lambda: NOON + 10 * MINUTE):
        text = client.get(f"/tickets/{ticket.id}/priority?priority=P4").text
    assert "First answer" in text
    assert "today 13:00" in text
    assert "<b>" in text


def test_the_form_says_that_a_reason_is_needed_and_the_miss_stays(
    client: FlaskClient, ticket: Ticket
) -> None:
    db.session.commit()
    with clock.frozen(lambda: NOON + 2 * HOUR):
        text = client.get(f"/tickets/{ticket.id}/priority?priority=P4").text
    assert "A deadline is missed already" in text
    assert "What was missed stays in the figures." in text


def test_the_plain_words_decide_what_the_form_foresees(client: FlaskClient, ticket: Ticket) -> None:
    db.session.commit()
    query = "priority=P2&impact=one_person&urgency=nuisance"
    text = client.get(f"/tickets/{ticket.id}/priority?{query}").text
    assert "P4" in text


def test_the_same_priority_moves_nothing(client: FlaskClient, ticket: Ticket) -> None:
    db.session.commit()
    assert "<dl>" not in client.get(f"/tickets/{ticket.id}/priority?priority=P2").text


# The managers' list


@pytest.fixture
def greta(client: FlaskClient, ticket: Ticket) -> Person:
    manager = a_manager("Greta Holm")
    db.session.commit()
    sign_in(client, manager)
    return manager


def changed(ticket: Ticket, to: Priority, at: datetime, ada: Person, reason: str = "") -> None:
    from_use = ClockUse(percent=95, breached=False)
    actions.change_priority(ticket, to, by=ada.id, now=at, reason=reason, use=from_use)


def listed(client: FlaskClient, query: str = "") -> str:
    db.session.commit()
    with clock.frozen(lambda: NOON + 3 * HOUR):
        answer = client.get(f"/reports/priorities{query}")
    assert answer.status_code == 200
    return answer.text


def test_managers_see_who_lowered_what_and_why(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    changed(ticket, Priority.P4, NOON + HOUR, an_agent("Ben Roth"), "One person only")
    text = listed(client)
    assert "Ben Roth" in text
    assert "One person only" in text
    assert "95 % used" in text
    assert "is-pressed" in text


def test_raised_ones_are_asked_for(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    changed(ticket, Priority.P1, NOON + HOUR, an_agent("Ben Roth"), "The whole floor")
    assert "The whole floor" not in listed(client)
    assert "The whole floor" in listed(client, "?way=raised")


def test_only_the_pressed_ones(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    calm = ClockUse(percent=20, breached=False)
    actions.change_priority(ticket, Priority.P3, by=greta.id, now=NOON, reason="A list helps", use=calm)
    changed(ticket, Priority.P4, NOON + HOUR, an_agent("Ben Roth"), "One person only")
    text = listed(client, "?only=pressed")
    assert "One person only" in text
    assert "A list helps" not in text


@pytest.mark.parametrize(("forgive", "words"), [(True, "forgiven by the policy"), (False, "stays in the")])
def test_the_list_says_whether_the_miss_is_forgiven(
    client: FlaskClient, ticket: Ticket, greta: Person, forgive: bool, words: str
) -> None:
    version_id = db.session.get_one(TicketSla, ticket.id).policy_version_id
    db.session.get_one(SlaPolicyVersion, version_id).forgive = forgive
    missed = ClockUse(percent=120, breached=True)
    actions.change_priority(ticket, Priority.P4, by=greta.id, now=NOON, reason="Nobody waits", use=missed)
    assert words in listed(client)


def test_one_client_alone(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    other = a_company("Brightwater")
    mine = a_ticket(contact=a_contact("Hanna Bell", company=other, email="h@brightwater.example"))
    changed(mine, Priority.P4, NOON + HOUR, an_agent("Ben Roth"), "Theirs")
    changed(ticket, Priority.P4, NOON + HOUR, an_agent("Cleo Voss"), "Ours")
    text = listed(client, f"?company={other.id}")
    assert "Theirs" in text
    assert "Ours" not in text


def test_long_lists_go_on_behind_the_last_one(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    for minute in range(52):
        to = Priority.P4 if minute % 2 == 0 else Priority.P3
        changed(ticket, to, NOON + minute * MINUTE, greta, f"Reason {minute:02d}")
    raised = [minute for minute in range(52) if minute % 2 == 1]
    assert f"Reason {raised[-1]}" not in listed(client)
    ids = select(EventRow.id).where(EventRow.kind == "ticket.priority_changed").order_by(EventRow.id)
    third = db.session.scalars(ids.offset(2).limit(1)).one()
    text = listed(client, f"?before={third}")
    assert "Reason 00" in text
    assert "Reason 04" not in text


def test_the_list_takes_at_most_eight_statements(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    for minute in range(20):
        changed(ticket, Priority.P4 if minute % 2 == 0 else Priority.P3, NOON, greta, "So it goes")
    db.session.commit()
    with statements() as sent:
        listed(client)
    assert len(sent) <= 8, sent


def test_an_empty_list_says_what_will_stand_there(client: FlaskClient, greta: Person) -> None:
    assert "Nobody changed one" in listed(client)


def test_a_sweep_does_not_stand_in_the_list(client: FlaskClient, ticket: Ticket, greta: Person) -> None:
    with clock.frozen(lambda: NOON + 2 * HOUR):
        sweep()
    assert "Nobody changed one" in listed(client)
