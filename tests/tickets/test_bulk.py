"""One thing done to many tickets: what is foreseen, what is done, what is skipped and why."""

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, State
from helpdesk.tickets.views.bulk import MOST
from tests.browsing import form
from tests.counting import statements
from tests.factories import a_contact, a_team, a_ticket, an_agent, the_team, the_unknown_client


def do(client: FlaskClient, verb: str, *numbers: int, **fields: object) -> tuple[int, str]:
    """The status, and what the next page says."""
    db.session.commit()
    data = form(verb=verb, ticket=[str(number) for number in numbers], back="/lines/1", **fields)
    answer = client.post("/tickets/bulk", data=data)
    said = client.get(answer.headers["Location"]).text if answer.status_code == 303 else answer.text
    db.session.expire_all()
    return answer.status_code, plain(said.partition("data-flashes")[2])


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def foreseen(client: FlaskClient, verb: str, *numbers: int, **fields: str) -> str:
    db.session.commit()
    query = {"verb": verb, "ticket": [str(number) for number in numbers], "back": "/lines/1", **fields}
    answer = client.get("/tickets/bulk", query_string=query)
    assert answer.status_code == 200, answer.text[:500]
    return plain(answer.text.partition('id="bulk-outlook"')[2].partition("</div>")[0])


def ticket(number: int) -> Ticket:
    return db.session.get_one(Ticket, number)


def test_chosen_tickets_are_taken_by_the_ordinary_verb(client: FlaskClient, ada: Person) -> None:
    one, two = a_ticket().id, a_ticket().id
    status, said = do(client, "take", one, two)
    assert status == 303
    assert "2 tickets are yours now." in said
    assert [ticket(n).assignee_id for n in (one, two)] == [ada.id, ada.id]
    kinds = select(func.count()).where(EventRow.ticket_id.in_((one, two)), EventRow.kind == "ticket.taken")
    assert db.session.scalar(kinds) == 2


def test_before_anything_happens_the_page_says_what_would_be_skipped(
    client: FlaskClient, ada: Person
) -> None:
    mine, done = a_ticket(assignee=ada).id, a_ticket()
    actions.resolve(done, "Restarted", by=ada.id, now=done.last_event_at)
    said = foreseen(client, "take", mine, done.id, a_ticket().id)
    assert "1 ticket will be changed." in said
    assert f"1 would be skipped: {mine} . You work on it already." in said
    assert f"1 would be skipped: {done.id} . This ticket is resolved." in said
    assert ticket(mine).version == 1


def test_what_cannot_be_done_to_one_is_done_to_the_others_and_said(client: FlaskClient, ada: Person) -> None:
    done, fresh = a_ticket(), a_ticket().id
    actions.resolve(done, "Restarted", by=ada.id, now=done.last_event_at)
    _, said = do(client, "priority", done.id, fresh, priority="P1")
    assert "1 ticket was changed." in said
    assert f"1 skipped: {done.id} . This ticket is resolved. Reopen it first." in said
    assert ticket(fresh).priority is Priority.P1


def test_each_ticket_is_judged_as_at_its_own_door(client: FlaskClient, ada: Person) -> None:
    seen = a_ticket(team=the_team(2), assignee=ada)
    seen.owner_team_id = a_team(1).id
    own = a_ticket().id
    db.session.flush()
    _, said = do(client, "discard", seen.id, own, reason_code="spam")
    assert f"1 skipped: {seen.id} . For you to read, not to change in this way." in said
    assert (ticket(seen.id).discarded_at, ticket(own).discarded_at is None) == (None, False)


def test_a_foreign_ticket_reads_like_one_that_does_not_exist(client: FlaskClient, ada: Person) -> None:
    foreign = a_ticket("Secret merger", team=the_team(3))
    foreign.owner_team_id = the_team(2).id
    db.session.flush()
    _, said = do(client, "take", foreign.id, 999_999)
    assert f"2 skipped: {foreign.id} , 999999 . There is no such ticket for you." in said
    assert ticket(foreign.id).assignee_id is None
    assert "Secret" not in foreseen(client, "take", foreign.id)


def test_pressing_twice_does_it_once(client: FlaskClient, ada: Person) -> None:
    number = a_ticket().id
    db.session.commit()
    data = form(verb="tag", ticket=[str(number)], tag="printer", back="/lines/1")
    answers = [client.post("/tickets/bulk", data=data) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == ["/lines/1", "/lines/1"]
    changed = select(func.count()).where(
        EventRow.ticket_id == number, EventRow.kind == "ticket.properties_changed"
    )
    assert db.session.scalar(changed) == 1


def test_tags_are_added_and_taken_away_beside_others(client: FlaskClient, ada: Person) -> None:
    number = a_ticket().id
    ticket(number).tags = ["vip"]
    do(client, "tag", number, tag="printer, new")
    assert ticket(number).tags == ["printer new", "vip"]
    do(client, "untag", number, tag="vip")
    assert ticket(number).tags == ["printer new"]


def test_somebody_outside_the_team_is_given_nothing(client: FlaskClient, ada: Person) -> None:
    stranger, number = an_agent(line=2), a_ticket().id
    said = foreseen(client, "assign", number, person_id=str(stranger.id))
    assert "Only somebody of the team that holds a ticket can work on it." in said
    do(client, "assign", number, person_id=str(stranger.id))
    assert ticket(number).assignee_id is None


def test_tickets_are_given_back_to_their_team(client: FlaskClient, ada: Person) -> None:
    number = a_ticket(assignee=ada).id
    do(client, "assign", number, person_id="nobody")
    assert ticket(number).assignee_id is None


def test_tickets_move_with_one_sentence(client: FlaskClient, ada: Person) -> None:
    one, two, team = a_ticket().id, a_ticket().id, a_team(1)
    _, said = do(client, "move", one, two, team_id=team.id, words="Networks do this")
    assert "2 tickets were moved." in said
    assert {ticket(n).team_id for n in (one, two)} == {team.id}


def test_closing_solves_what_is_open_first_if_somebody_says_how(client: FlaskClient, ada: Person) -> None:
    fresh, unknown = a_ticket(), a_ticket(contact=a_contact(company=the_unknown_client()))
    numbers = (fresh.id, unknown.id)
    assert "Write in a sentence what solved it." in foreseen(client, "close", *numbers)
    _, said = do(client, "close", *numbers, words="The server was restarted")
    assert "1 ticket was closed." in said
    assert "Say who the client is first" in said
    assert (ticket(numbers[0]).state, ticket(numbers[0]).resolution) == (
        State.CLOSED,
        "The server was restarted",
    )


@pytest.mark.parametrize(
    ("verb", "fields", "sentence"),
    [
        ("assign", {}, "Choose who shall work on them."),
        ("priority", {}, "Choose a priority."),
        ("tag", {"tag": " , "}, "Write the tag."),
        ("move", {"words": "Networks"}, "Choose a team first."),
        ("move", {"team_id": "1"}, "Say in a sentence why the tickets move."),
    ],
)
def test_what_is_missing_is_asked_for_on_the_same_page(
    client: FlaskClient, ada: Person, verb: str, fields: dict[str, str], sentence: str
) -> None:
    number = a_ticket().id
    db.session.commit()
    data = form(verb=verb, ticket=[str(number)], back="/lines/1", **fields)
    answer = client.post("/tickets/bulk", data=data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert ticket(number).version == 1


@pytest.mark.parametrize("verb", ["", "explode", "take' or 1=1"])
def test_a_verb_that_is_none_is_refused(client: FlaskClient, ada: Person, verb: str) -> None:
    status, _ = do(client, verb, a_ticket().id)
    assert status == 422


@pytest.mark.parametrize(
    "numbers", [[], ["x"], ["-1"], ["1" * 40], ["1\u0660"], [str(n) for n in range(MOST + 1)]]
)
def test_a_choice_that_means_nothing_is_answered_with_a_sentence(
    client: FlaskClient, ada: Person, numbers: list[str]
) -> None:
    data = form(verb="take", ticket=numbers, back="/lines/1")
    answers = (
        client.post("/tickets/bulk", data=data),
        client.get("/tickets/bulk", query_string={"verb": "take", "ticket": numbers}),
    )
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(re.search(r"Choose some tickets first|At most 200 tickets", one.text) for one in answers)


def test_the_way_back_never_leads_to_another_host(client: FlaskClient, ada: Person) -> None:
    data = form(verb="take", ticket=[str(a_ticket().id)], back="//evil.example/")
    db.session.commit()
    assert client.post("/tickets/bulk", data=data).headers["Location"] == "/tickets"


def test_without_a_verb_the_page_offers_all_of_them(client: FlaskClient, ada: Person) -> None:
    db.session.commit()
    text = client.get("/tickets/bulk", query_string={"ticket": [a_ticket().id], "back": "/lines/1"}).text
    assert set(re.findall(r'name="verb" value="(\w+)"', text)) >= {"take", "assign", "move", "discard"}


def test_the_outlook_costs_the_same_for_one_and_for_many(client: FlaskClient, ada: Person) -> None:
    numbers = [str(a_ticket().id) for _ in range(12)]
    db.session.commit()
    counts = []
    for several in (numbers[:1], numbers):
        with statements() as sent:
            client.get("/tickets/bulk", query_string={"verb": "take", "ticket": several})
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


def test_what_was_thrown_away_comes_back_as_it_was(client: FlaskClient, ada: Person, now: datetime) -> None:
    waiting = a_ticket()
    wake_at = now + timedelta(days=1)
    actions.wait(waiting, State.WAITING_CLIENT, reason="the model", by=ada.id, now=now, wake_at=wake_at)
    fresh = a_ticket()
    owed, due = fresh.unanswered_since, fresh.sort_due
    numbers = (fresh.id, waiting.id)
    do(client, "discard", *numbers, reason_code="wrong_number", words="A call for the neighbours")
    assert {ticket(n).state for n in numbers} == {State.CLOSED}
    page = client.get(f"/tickets/{fresh.id}").text
    assert "Bring it back" in page
    _, said = do(client, "restore", *numbers)
    assert "2 tickets are back." in said
    back, paused = (ticket(n) for n in numbers)
    assert (back.state, back.unanswered_since, back.sort_due, back.resolved_at) == (
        State.NEW,
        owed,
        due,
        None,
    )
    assert (paused.state, paused.wake_at) == (State.WAITING_CLIENT, wake_at)
    assert "brought it back" in client.get(f"/tickets/{fresh.id}").text


def test_throwing_away_offers_its_undo_and_nothing_else_does(client: FlaskClient, ada: Person) -> None:
    number = a_ticket().id
    db.session.commit()
    client.post("/tickets/bulk", data=form(verb="discard", ticket=[str(number)], back="/lines/1"))
    undo = client.get("/lines/1").text.partition('class="flash-undo"')[2].partition("</form>")[0]
    assert re.findall(r'name="(verb|ticket)" value="(\w+)"', undo) == [
        ("verb", "restore"),
        ("ticket", str(number)),
    ]
    client.post("/tickets/bulk", data=form(verb="restore", ticket=[str(number)], back="/lines/1"))
    assert "flash-undo" not in client.get("/lines/1").text


def test_the_single_door_offers_the_same_undo(client: FlaskClient, ada: Person) -> None:
    number = a_ticket().id
    db.session.commit()
    away = client.post(f"/tickets/{number}/discard", data=form(reason_code="spam"))
    assert f"/tickets/{number}/restoration" in client.get(away.headers["Location"]).text
    assert client.post(f"/tickets/{number}/restoration", data=form()).status_code == 303
    again = client.post(f"/tickets/{number}/restoration", data=form())
    assert (again.status_code, "was not thrown away" in again.text) == (409, True)
    assert ticket(number).state is State.NEW
