"""Teams in the settings: made, changed, put out of use when nothing needs them any more."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Assignment, Membership, Person, Team
from helpdesk.admin.teams import fingerprint
from helpdesk.db import db
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.queries import team_for
from helpdesk.tickets.actions import assign_by_policy
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import (
    a_mailbox,
    a_team,
    a_ticket,
    an_administrator,
    an_agent,
    the_system,
    the_team,
    three_lines,
)


@pytest.fixture
def desk(client: FlaskClient, session: object, now: object) -> FlaskClient:
    """An administrator's browser."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    return client


def sheet(team: Team, **more: object) -> dict[str, object]:
    """The form of a team's page as it stands, with changes."""
    flags = {"answers_client": team.answers_client, "is_default": team.is_default}
    ticked = {name: "1" for name, holds in flags.items() if holds}
    return form(
        **{
            "name": team.name,
            "assignment": team.assignment.value,
            "seen": fingerprint(team),
            **ticked,
            **more,
        }
    )


def named(name: str) -> Team | None:
    return db.session.scalar(select(Team).where(Team.name == name))


def test_a_new_team_shares_out_the_next_ticket_as_it_was_told(desk: FlaskClient) -> None:
    fields = form(name="Networks", line="2", assignment="round_robin", answers_client="1")
    answer = desk.post("/settings/teams", data=fields)
    team = named("Networks")
    assert team is not None
    assert (answer.status_code, answer.location) == (303, f"/settings/teams/{team.id}")
    assert (team.line, team.assignment, team.is_default) == (2, Assignment.ROUND_ROBIN, False)
    nina = an_agent("Nina Roth", team=team)
    ticket = a_ticket(team=team)
    assign_by_policy(ticket, by=the_system().id, now=NOON)
    assert ticket.assignee_id == nina.id
    assert nina.name in desk.get("/settings/teams").text


def test_a_team_told_to_take_by_hand_gets_the_next_ticket_unassigned(desk: FlaskClient) -> None:
    team = a_team(2, "Networks", assignment=Assignment.ROUND_ROBIN)
    an_agent("Nina Roth", team=team)
    desk.post(f"/settings/teams/{team.id}", data=sheet(team, assignment="manual"))
    ticket = a_ticket(team=team)
    assign_by_policy(ticket, by=the_system().id, now=NOON)
    assert ticket.assignee_id is None
    (change,) = history_of("team", team.id)
    assert before_and_after(change)["New tickets"] == ("in turn", "people take them")


def test_the_default_of_a_line_moves_and_the_next_unplaced_ticket_goes_there(desk: FlaskClient) -> None:
    team, old = a_team(2, "Networks"), the_team(2)
    assert desk.post(f"/settings/teams/{team.id}", data=sheet(team, is_default="1")).status_code == 303
    db.session.refresh(old)
    assert not old.is_default
    assert team_for(None, 2).id == team.id
    (change,) = history_of("team", team.id)
    assert "Takes what nobody placed" in before_and_after(change)


def test_a_default_is_not_simply_taken_away(desk: FlaskClient) -> None:
    team = the_team(2)
    answer = desk.post(f"/settings/teams/{team.id}", data=sheet(team) | {"is_default": ""})
    assert answer.status_code == 422
    assert "choose another team of the line" in answer.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "has a name"),
        ("x" * 61, "at most 60"),
        ("service DESK", "There is a team of this name already"),
    ],
)
def test_a_name_that_cannot_be_is_said_at_the_field(desk: FlaskClient, name: str, sentence: str) -> None:
    answer = desk.post("/settings/teams", data=form(name=name, line="2", assignment="manual"))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_stale_sheet_overwrites_nothing(desk: FlaskClient) -> None:
    team = a_team(2, "Networks")
    stale = sheet(team, name="Stale")
    desk.post(f"/settings/teams/{team.id}", data=sheet(team, name="Fresh"))
    answer = desk.post(f"/settings/teams/{team.id}", data=stale)
    assert answer.status_code == 409
    assert "Somebody else changed this team meanwhile" in answer.text
    db.session.refresh(team)
    assert team.name == "Fresh"


def test_a_team_that_holds_nothing_goes_out_of_use_with_its_seats(desk: FlaskClient) -> None:
    team = a_team(2, "Networks")
    nina: Person = an_agent("Nina Roth", team=team)
    assert desk.post(f"/settings/teams/{team.id}/retirement", data=form()).status_code == 303
    db.session.refresh(team)
    assert team.retired_at == NOON
    until = db.session.scalars(select(Membership.until).where(Membership.person_id == nina.id)).one()
    assert until == NOON
    assert "Networks" in desk.get("/settings/teams").text


def test_a_team_that_is_needed_stays_and_says_by_whom(desk: FlaskClient) -> None:
    team = a_team(2, "Networks")
    a_ticket(team=team)
    a_mailbox("net@fernhill.example", team_id=team.id)
    about = {"conditions": {}, "placement": {"team_id": team.id}, "created_at": NOON}
    db.session.add(RoutingRule(position=1, name="Printers", active=True, **about))
    db.session.add(RoutingRule(position=2, name="Old one", active=False, retired_at=NOON, **about))
    db.session.commit()
    answer = desk.post(f"/settings/teams/{team.id}/retirement", data=form())
    assert answer.status_code == 409
    for sentence in ("1 open ticket", "The rule “Printers”", "Mail to net@fernhill.example"):
        assert sentence in answer.text
    assert "Old one" not in answer.text
    db.session.refresh(team)
    assert team.retired_at is None


def test_the_default_of_a_line_stays(desk: FlaskClient) -> None:
    answer = desk.post(f"/settings/teams/{the_team(3).id}/retirement", data=form())
    assert answer.status_code == 409
    assert "It takes what nobody placed" in answer.text


def test_the_list_says_what_to_do_on_a_line_without_a_team(client: FlaskClient, session: object) -> None:
    sign_in(client, an_administrator("Sam Ito"))
    page = client.get("/settings/teams").text
    assert page.count("Make the first one") == 3
