"""Two people with the same ticket open: the second one's move is asked about, not done."""

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person, TeamRole
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import HandoverCard
from tests.browsing import form, sign_in
from tests.factories import a_lead, a_member, a_team, a_ticket, an_agent, the_team, three_lines

CARD = {"symptom": "Empty pages", "asked": "Compare the profiles of both printers", "tried": "A test page"}


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    """Ada, who works on line 1, helps on line 2, and has a ticket of line 1 open in her browser."""
    lines = three_lines()
    person = a_lead("Ada Lind", team=lines[0])
    a_lead("Lev Orlov", team=lines[1])
    db.session.commit()
    sign_in(client, person)
    return person


def version_on_page(client: FlaskClient, ticket: Ticket, door: str) -> str:
    """What the form that leads to this door carries."""
    page = client.get(f"/tickets/{ticket.id}").text
    part = page.partition(f'action="/tickets/{ticket.id}/{door}"')[2].partition("</form>")[0]
    found = re.search(r'name="version" value="(\d+)"', part)
    assert found, f"the form of {door} carries no version"
    return found[1]


@pytest.mark.parametrize("door", ["assignee", "escalation", "move"])
def test_a_move_on_what_was_moved_meanwhile_is_refused(
    client: FlaskClient, ada: Person, door: str, now: datetime
) -> None:
    other, aside, ticket = an_agent("Ben Okri"), a_team(1), a_ticket()
    db.session.commit()
    version = version_on_page(client, ticket, door)
    actions.take(ticket, by=other.id, now=now)
    db.session.commit()
    fields = {
        "assignee": {"person_id": "me"},
        "escalation": CARD,
        "move": {"reason": "It belongs there", "team_id": str(aside.id)},
    }
    answer = client.post(f"/tickets/{ticket.id}/{door}", data=form(**fields[door], version=version))
    assert answer.status_code == 409
    db.session.refresh(ticket)
    assert (ticket.assignee_id, ticket.line) == (other.id, 1)


def test_two_hand_overs_at_once_do_not_send_it_up_two_lines(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    ticket = a_ticket()
    ada_also_leads_line_2(ada)
    version = version_on_page(client, ticket, "escalation")
    actions.escalate(ticket, card=HandoverCard(**CARD), by=ada.id, now=now)
    db.session.commit()
    answer = client.post(f"/tickets/{ticket.id}/escalation", data=form(version=version, **CARD))
    assert answer.status_code == 409
    assert CARD["asked"] in answer.text
    db.session.refresh(ticket)
    assert ticket.line == 2


def ada_also_leads_line_2(ada: Person) -> None:
    a_member(ada, the_team(2), TeamRole.LEAD)
    db.session.commit()


def test_each_form_has_one_name_of_its_own(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    db.session.commit()
    for part in client.get(f"/tickets/{ticket.id}").text.split("<form")[1:]:
        assert part.partition("</form>")[0].count('name="form_token"') <= 1
