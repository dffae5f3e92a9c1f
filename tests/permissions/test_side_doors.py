"""Ways around a door that looks shut: the second button of a form, and rights that ended yesterday."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Membership
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import State
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_ticket, an_agent, the_team
from tests.permissions.ticket_things import a_placed_ticket


@pytest.mark.parametrize("then", ["resolve", "wait"])
def test_who_may_only_write_a_note_cannot_change_the_ticket_with_it(client: FlaskClient, then: str) -> None:
    reader = an_agent(line=1)
    placed = a_placed_ticket("participant", reader)
    sign_in(client, reader)
    answer = client.post(
        f"/tickets/{placed.url['number']}/notes", data=form(text="It works again", then=then)
    )
    assert answer.status_code == 403
    ticket = db.session.get_one(Ticket, placed.url["number"])
    assert ticket.state is State.NEW
    written = select(func.count()).where(Message.ticket_id == ticket.id)
    assert db.session.scalar(written) == 1


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", "", {}),
        ("POST", "/notes", {"text": "Still here"}),
        ("POST", "/replies", {"text": "Still here"}),
        ("POST", "/assignee", {"person_id": "me"}),
        ("POST", "/resolution", {"note": "Still here"}),
    ],
)
def test_who_left_the_team_is_out_with_the_next_request(
    client: FlaskClient, now: datetime, method: str, path: str, fields: dict[str, str]
) -> None:
    agent, ticket = an_agent(line=1), a_ticket(team=the_team(1))
    sign_in(client, agent)
    assert client.get(f"/tickets/{ticket.id}").status_code == 200
    membership = db.session.scalars(select(Membership).where(Membership.person_id == agent.id)).one()
    membership.until = NOON
    db.session.commit()
    answer = client.open(f"/tickets/{ticket.id}{path}", method=method, data=form(**fields))
    assert answer.status_code == 404


def test_a_ticket_that_does_not_exist_reads_like_one_that_is_not_for_me(client: FlaskClient) -> None:
    agent = an_agent(line=1)
    foreign = a_placed_ticket("foreign", agent).url["number"]
    sign_in(client, agent)
    answers = [client.get(f"/tickets/{number}") for number in (foreign, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [bare(answer.text, number) for answer, number in zip(answers, (foreign, 999_999), strict=True)]
    assert bodies[0] == bodies[1]


def bare(text: str, number: int) -> str:
    """The page without what differs in every answer."""
    lines = text.replace(str(number), "").splitlines()
    return "\n".join(line for line in lines if "nonce" not in line)
