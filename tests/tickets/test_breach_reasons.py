"""Somebody says why a deadline was missed: once, where the ticket is, in words that stay."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.sla.models import BreachCause, Metric, SlaFiring
from helpdesk.sla.sweep import sweep
from helpdesk.tickets.models import EventText, Ticket
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_firing, a_lead, a_policy, a_ticket, an_agent

SAID = {"cause": "busy", "words": "Two of us were ill."}


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


def post(client: FlaskClient, firing: SlaFiring, **fields: str) -> int:
    place = f"/tickets/{firing.ticket_id}/breaches/{firing.id}/reason"
    return client.post(place, data=form(**{**SAID, **fields})).status_code


def missed(ticket: Ticket, holder: Person | None = None, **more: Any) -> SlaFiring:
    """A deadline of the ticket that was missed, as the next request finds it."""
    firing = a_firing(ticket, holder, **more)
    db.session.commit()
    return firing


def explained(ticket: Ticket) -> list[EventRow]:
    rows = select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == "sla.breach_explained")
    return list(db.session.scalars(rows))


def test_the_page_asks_whoever_held_it(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    missed(ticket, ada)
    page = client.get(f"/tickets/{ticket.id}").text
    assert "First answer: why was it late?" in page
    assert "Ada Lind of Service desk held it." in page
    assert 'name="words"' in page


def test_the_page_names_the_line_that_used_up_the_time(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    missed(ticket, ada, metric=Metric.RESOLUTION, shares={"holder": 1, "responsible": 2, "lines": {}})
    assert "Most of the time went on line 2." in client.get(f"/tickets/{ticket.id}").text


def test_a_colleague_reads_who_is_asked(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    missed(ticket, an_agent())
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Whoever held it, or the lead, says why." in page
    assert f"/tickets/{ticket.id}/breaches" not in page


def test_what_lay_with_a_whole_team_is_answered_by_anybody_of_it(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    assert "nobody had taken it" in client.get(f"/tickets/{missed(ticket).ticket_id}").text
    assert post(client, missed(ticket, metric=Metric.RESOLUTION)) == 303


def test_the_reason_is_kept_with_the_deadline_and_in_the_history(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    firing = missed(ticket, ada)
    assert post(client, firing) == 303
    (row,) = explained(ticket)
    db.session.refresh(firing)
    assert (firing.cause, firing.explanation_id, row.actor_id) == (BreachCause.BUSY, row.id, ada.id)
    assert "Two of us were ill." not in str(row.payload)
    assert db.session.scalar(select(EventText.text).where(EventText.event_id == row.id)) == SAID["words"]
    page = client.get(f"/tickets/{ticket.id}").text
    assert "Ada Lind said why it was late (First answer): Two of us were ill." in page
    assert "why was it late?" not in page


def test_it_is_answered_once(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    firing = missed(ticket, ada)
    assert post(client, firing) == 303
    assert post(client, firing) == 409
    assert len(explained(ticket)) == 1


def test_a_double_click_answers_once(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    firing = missed(ticket, ada)
    place, sent = f"/tickets/{ticket.id}/breaches/{firing.id}/reason", form(**SAID)
    assert [client.post(place, data=sent).status_code for _ in range(2)] == [303, 303]
    assert len(explained(ticket)) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"words": "  "}, "Say in a sentence why it took longer."),
        ({"words": "x" * 2001}, "at most 2000 letters"),
        ({"cause": ""}, "Choose what comes closest."),
        ({"cause": "laziness"}, "Choose what comes closest."),
    ],
)
def test_what_says_nothing_comes_back_with_what_was_typed(
    client: FlaskClient, ada: Person, wrong: dict[str, str], sentence: str
) -> None:
    ticket = a_ticket(assignee=ada)
    firing = missed(ticket, ada)
    sent = form(firing=firing.id, **{**SAID, **wrong})
    answer = client.post(f"/tickets/{ticket.id}/breaches/{firing.id}/reason", data=sent)
    assert (answer.status_code, explained(ticket)) == (422, [])
    assert sentence in answer.text


def test_a_withdrawn_breach_is_explained_by_nobody(client: FlaskClient, ada: Person, now: datetime) -> None:
    ticket = a_ticket(assignee=ada)
    assert post(client, missed(ticket, ada, withdrawn_at=now)) == 409
    assert "why was it late?" not in client.get(f"/tickets/{ticket.id}").text


def test_nobody_explains_what_nobody_asked(client: FlaskClient, ada: Person) -> None:
    assert post(client, missed(a_ticket(assignee=ada), ada, asked=False)) == 409


def test_a_firing_of_another_ticket_is_not_there(client: FlaskClient, ada: Person) -> None:
    firing = missed(a_ticket(assignee=ada), ada)
    other = a_ticket(assignee=ada)
    db.session.commit()
    place = f"/tickets/{other.id}/breaches/{firing.id}/reason"
    assert client.post(place, data=form(**SAID)).status_code == 404


def test_the_lead_answers_for_the_team(client: FlaskClient, now: datetime) -> None:
    lead = a_lead()
    db.session.commit()
    sign_in(client, lead)
    assert post(client, missed(a_ticket(), an_agent())) == 303


def test_the_conversation_is_not_told_of_shares_that_concern_nobody(client: FlaskClient, ada: Person) -> None:
    """At 75 % somebody is told; at 50 % nobody, so only the record has it."""
    version = a_policy(default=True)
    version.thresholds = [50, 75, 100]
    ticket = a_ticket(assignee=ada, at=NOON - timedelta(hours=3))
    db.session.commit()
    for minutes in (60, 0):
        moment = NOON - timedelta(minutes=minutes)
        with clock.frozen(partial(datetime.fromtimestamp, moment.timestamp(), UTC)):
            sweep()
    shares = select(SlaFiring.percent).where(SlaFiring.ticket_id == ticket.id)
    assert {50, 75} <= set(db.session.scalars(shares))
    page = client.get(f"/tickets/{ticket.id}").text
    assert "First answer: 75 % of the time is gone" in page
    assert "First answer: 50 % of the time is gone" not in page


def test_what_waits_for_ones_word_stands_in_a_list_until_it_is_said(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket("Nobody can print", assignee=ada)
    firing = missed(ticket, ada)
    missed(a_ticket("Somebody else's"), an_agent())
    page = client.get("/tickets/asked").text
    assert f"/tickets/{ticket.id}#asked-{firing.id}" in page
    assert "Somebody else" not in page
    assert ">Why was it late?</span><b>1</b>" in page
    assert post(client, firing) == 303
    assert "Nothing to explain" in client.get("/tickets/asked").text


def test_a_lead_has_what_his_team_is_asked(client: FlaskClient, now: datetime) -> None:
    lead = a_lead()
    sign_in(client, lead)
    missed(a_ticket("Of my team"), an_agent())
    missed(a_ticket("Kept after all"), an_agent(), withdrawn_at=now)
    page = client.get("/tickets/asked").text
    assert "Of my team" in page
    assert "Kept after all" not in page
