"""Somebody leaves: every open ticket gets new hands and the account is shut, all of it or nothing."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Account, Membership, Person
from helpdesk.admin import leaving
from helpdesk.admin.leaving import Part
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.routing.queries import candidates
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.counts import is_open
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_ticket, an_administrator, an_agent, the_team


@pytest.fixture
def desk(client: FlaskClient, sam: Person, now: object) -> FlaskClient:
    """An administrator's browser."""
    sign_in(client, sam)
    return client


@pytest.fixture
def ada(sam: Person) -> Person:
    """The one who leaves."""
    return an_agent("Ada Lind", line=1)


def held_by(person: Person) -> int:
    theirs = (Ticket.assignee_id == person.id) | (Ticket.owner_id == person.id)
    return db.session.scalar(select(func.count()).select_from(Ticket).where(is_open(), theirs)) or 0


def taken(person: Person, line: int = 1, **more: object) -> Ticket:
    """An open ticket that the person works on; on line 1 the person answers its client too."""
    ticket = a_ticket(team=the_team(line), **more)  # type: ignore[arg-type]
    tickets.take(ticket, by=person.id, now=NOON)
    return ticket


def choices(person: Person, choice: str) -> dict[str, str]:
    return {portion.field: choice for portion in leaving.portions(person.id)}


def account_of(person: Person) -> Account:
    return db.session.scalars(select(Account).where(Account.person_id == person.id)).one()


def go(desk: FlaskClient, person: Person, **chosen: str) -> int:
    return desk.post(f"/settings/people/{person.id}/deactivation", data=form(**chosen)).status_code


def test_forty_open_tickets_go_where_they_are_told_in_one_step(desk: FlaskClient, ada: Person) -> None:
    bob = an_agent("Bob Hale", line=1)
    held = [taken(ada) for _ in range(40)]
    page = desk.get(f"/settings/people/{ada.id}/deactivation").text
    assert "40 open tickets in Service desk" in page
    assert "and 35 more" in page
    assert go(desk, ada, **choices(ada, str(bob.id))) == 303
    for ticket in held:
        db.session.refresh(ticket)
    assert {(ticket.assignee_id, ticket.owner_id) for ticket in held} == {(bob.id, bob.id)}
    assert held_by(ada) == 0
    assert account_of(ada).disabled_at == NOON


def test_each_pile_goes_its_own_way(desk: FlaskClient, ada: Person) -> None:
    bob, first, second = an_agent("Bob Hale", line=1), taken(ada), taken(ada)
    tickets.assign(second, bob.id, by=bob.id, now=NOON)
    tickets.change_owner(second, ada.id, by=ada.id, now=NOON)
    line_1 = the_team(1).id
    chosen = {f"works-{line_1}": "list", f"answers-{line_1}": str(bob.id)}
    assert go(desk, ada, **chosen) == 303
    for ticket in (first, second):
        db.session.refresh(ticket)
    assert (first.assignee_id, first.owner_id) == (None, bob.id)
    assert (second.assignee_id, second.owner_id) == (bob.id, bob.id)


def test_each_hand_over_stands_in_the_history_of_its_ticket(desk: FlaskClient, ada: Person) -> None:
    ticket = taken(ada)
    go(desk, ada, **choices(ada, "list"))
    kinds = select(EventRow.kind).where(EventRow.ticket_id == ticket.id).order_by(EventRow.seq)
    assert db.session.scalars(kinds).all()[-2:] == ["ticket.assigned", "ticket.owner_changed"]
    sign_in(desk, an_agent("Bob Hale", line=1))
    page = desk.get(f"/tickets/{ticket.id}").text
    assert "Ada Lind" in page
    assert "The team as a whole answers the client from now on" in page


def test_without_a_choice_for_every_pile_nothing_happens(desk: FlaskClient, ada: Person) -> None:
    taken(ada)
    answer = desk.post(f"/settings/people/{ada.id}/deactivation", data=form())
    assert answer.status_code == 422
    assert "Say for each group" in answer.text
    assert (account_of(ada).disabled_at, held_by(ada)) == (None, 1)


def test_a_successor_from_another_team_is_no_choice(desk: FlaskClient, ada: Person) -> None:
    taken(ada)
    stranger = an_agent("Lev Orlov", line=2)
    assert go(desk, ada, **choices(ada, str(stranger.id))) == 422
    assert held_by(ada) == 1


def test_a_ticket_of_a_pile_that_the_form_did_not_show_stops_everything(ada: Person, sam: Person) -> None:
    taken(ada)
    with pytest.raises(RuleViolation, match="another ticket came"):
        leaving.let_go(account_of(ada), {(Part.WORKS, the_team(2).id): None}, by=sam.id, now=NOON)


def test_the_shut_account_is_out_at_once_and_gets_nothing_more(desk: FlaskClient, ada: Person) -> None:
    elsewhere = desk.application.test_client()
    sign_in(elsewhere, ada)
    assert elsewhere.get("/profile").status_code == 200
    assert go(desk, ada) == 303
    assert elsewhere.get("/profile").status_code == 303
    assert candidates(the_team(1).id, {}) == ()
    assert not actor_of(ada.id).is_agent
    (change,) = history_of("person", ada.id)
    told = before_and_after(change)
    assert told["Teams"][0] == "Service desk"
    assert "May come in" in told


def test_who_comes_back_sits_where_he_sat(desk: FlaskClient, ada: Person) -> None:
    go(desk, ada)
    assert desk.post(f"/settings/people/{ada.id}/reactivation", data=form()).status_code == 303
    assert account_of(ada).disabled_at is None
    assert actor_of(ada.id).team_ids == {the_team(1).id}
    rows = select(func.count()).select_from(Membership).where(Membership.person_id == ada.id)
    assert db.session.scalar(rows) == 2
    back, gone = history_of("person", ada.id)
    assert {line.field for line in back.lines} == {line.field for line in gone.lines}


def test_nobody_shuts_himself(desk: FlaskClient, sam: Person) -> None:
    an_administrator("Rita Root")
    page = desk.get(f"/settings/people/{sam.id}/deactivation").text
    assert "You cannot deactivate yourself" in page
    assert go(desk, sam) == 409
    assert account_of(sam).disabled_at is None


def test_the_last_administrator_is_not_shut(desk: FlaskClient, sam: Person) -> None:
    with pytest.raises(RuleViolation, match="last administrator"):
        leaving.let_go(account_of(sam), {}, by=an_agent().id, now=NOON)


def test_a_repeated_press_hands_over_once(desk: FlaskClient, ada: Person) -> None:
    ticket = taken(ada)
    fields = form(**choices(ada, "list"))
    answers = [desk.post(f"/settings/people/{ada.id}/deactivation", data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    given = select(func.count()).where(EventRow.ticket_id == ticket.id, EventRow.kind == "ticket.assigned")
    assert db.session.scalar(given) == 1
