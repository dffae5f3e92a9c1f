"""Lists, the page of a ticket and its forms, as a browser without JavaScript sees them."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import HandoverCard, Priority, ReturnReason, State
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.counting import statements
from tests.factories import (
    a_client_message,
    a_company,
    a_contact,
    a_manager,
    a_policy,
    a_team,
    a_ticket,
    an_administrator,
    an_agent,
    the_system,
    the_team,
    the_unknown_client,
)

IN_A_WEEK = (NOON + timedelta(days=7)).strftime("%Y-%m-%dT09:00")
CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    db.session.commit()
    return client.post(path, data=form(**{k: str(v) for k, v in fields.items()}))


def page(client: FlaskClient, path: str) -> str:
    db.session.commit()
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


def test_a_line_lists_its_tickets_and_not_those_of_others(client: FlaskClient, ada: Person) -> None:
    a_ticket("Scanner folder is empty")
    a_ticket("Certificate has expired", team=the_team(2))
    text = page(client, "/lines/1")
    assert "Scanner folder is empty" in text
    assert "Certificate has expired" not in text


def test_a_list_takes_eight_statements_whatever_its_length(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    counts = []
    for more in (3, 57):
        for _ in range(more):
            a_ticket(assignee=ada)
        db.session.commit()
        client.get("/lines/1")
        with statements() as sent:
            page(client, "/lines/1")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


def test_a_ticket_takes_twelve_statements_whatever_its_length(client: FlaskClient, ada: Person) -> None:
    a_policy(default=True)
    contact = a_contact(email="hanna@brightwater.example")
    ticket = a_ticket(contact=contact)
    a_ticket(contact=contact)
    counts = []
    for more in (1, 30):
        for n in range(more):
            actions.add_client_message(
                ticket, a_client_message(contact, f"News {n}"), by=contact.person_id, now=ticket.created_at
            )
            actions.reply(ticket, actions.Reply(text=f"Thanks {n}"), by=ada.id, now=ticket.created_at)
        db.session.commit()
        client.get(f"/tickets/{ticket.id}")
        with statements() as sent:
            page(client, f"/tickets/{ticket.id}")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


def test_every_place_answers(client: FlaskClient, ada: Person) -> None:
    a_ticket(assignee=ada)
    team_id = the_team(2).id
    for path in (
        "/tickets/mine",
        "/tickets/followed",
        "/lines/2",
        f"/teams/{team_id}",
        "/tickets",
        "/search",
    ):
        page(client, path)
    assert client.get("/").headers["Location"] == "/lines/1"


@pytest.mark.parametrize("query", ["state=gone", "priority=P9", "line=4", "colour=red", "created_from=soon"])
def test_a_filter_that_means_nothing_is_refused(client: FlaskClient, ada: Person, query: str) -> None:
    assert client.get(f"/tickets?{query}").status_code == 422


def test_filters_narrow_a_list(client: FlaskClient, ada: Person) -> None:
    a_ticket("Till prints twice", priority=Priority.P1)
    a_ticket("Which form for a badge", priority=Priority.P4)
    text = page(client, "/tickets?priority=P1&assignee=nobody&state=unfinished&q=till")
    assert "Till prints twice" in text
    assert "Which form" not in text


def test_pages_of_a_list_follow_each_other_without_a_gap(client: FlaskClient, ada: Person) -> None:
    tickets = [a_ticket(f"Number {n}") for n in range(70)]
    first = page(client, "/lines/1")
    after = first.split("after=")[1].split('"')[0]
    second = page(client, f"/lines/1?after={after}")
    shown = [t for t in tickets if (f"/tickets/{t.id}?" in first) != (f"/tickets/{t.id}?" in second)]
    assert len(shown) == 70


def test_a_stranger_to_a_ticket_gets_404(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(team=the_team(2))
    ticket.owner_team_id = a_team(1).id
    db.session.commit()
    assert client.get(f"/tickets/{ticket.id}").status_code == 404
    assert client.get("/tickets/999999").status_code == 404


def test_a_reply_is_sent_once_however_often_it_is_pressed(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    db.session.commit()
    fields = form(text="Hello Hanna", visibility="public", last_message_id=str(ticket.last_message_id))
    answers = [client.post(f"/tickets/{ticket.id}/replies", data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(db.session.scalars(select(Message).where(Message.text == "Hello Hanna")).all()) == 1


def test_a_note_by_the_switch_stays_internal(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    post(client, f"/tickets/{ticket.id}/replies", text="Between us", visibility="internal")
    note = db.session.scalars(select(Message).where(Message.text == "Between us")).one()
    assert note.visibility == "internal"
    assert "Between us" in page(client, f"/tickets/{ticket.id}")


def test_a_reply_that_crossed_something_new_is_kept_and_shown(client: FlaskClient, ada: Person) -> None:
    contact = a_contact("Hanna Berg", email="hanna@brightwater.example")
    ticket = a_ticket(contact=contact)
    seen = ticket.last_message_id
    words = a_client_message(contact, "It works again!")
    actions.add_client_message(ticket, words, by=the_system().id, now=ticket.created_at)
    answer = post(
        client,
        f"/tickets/{ticket.id}/replies",
        text="Please restart it",
        last_message_id=seen,
        seen_seq=1,
    )
    assert answer.status_code == 409
    assert "It works again!" in answer.text
    assert "this came from Hanna Berg." in answer.text
    assert "Please restart it" in answer.text
    assert "Please restart it" in page(client, f"/tickets/{ticket.id}")


def test_send_anyway_sends_it(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    answer = post(
        client,
        f"/tickets/{ticket.id}/replies",
        text="All the same",
        last_message_id=0,
        send_anyway=1,
    )
    assert answer.status_code == 303
    assert db.session.scalar(select(Draft.id)) is None


def test_a_stale_change_of_properties_asks_for_each_clash(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    version = ticket.version
    actions.change_priority(ticket, Priority.P1, by=ada.id, now=ticket.created_at)
    answer = post(
        client,
        f"/tickets/{ticket.id}/properties",
        version=version,
        subject="Other",
        priority="P2",
        seen_seq=1,
    )
    assert answer.status_code == 409
    assert "keep P1, critical" in answer.text
    assert "set P2, high" in answer.text


def test_properties_are_saved_each_by_its_own_verb(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    answer = post(
        client,
        f"/tickets/{ticket.id}/properties",
        version=ticket.version,
        subject="Paper tray",
        type="request",
        priority="P2",
        tags="tills, paper",
    )
    assert answer.status_code == 303
    found = db.session.get_one(Ticket, ticket.id)
    assert (found.subject, found.type, found.priority, found.tags) == (
        "Paper tray",
        "request",
        "P2",
        ["paper", "tills"],
    )


def test_hand_over_leads_to_the_list_with_a_note(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    answer = post(
        client, f"/tickets/{ticket.id}/escalation", symptom="Empty", asked="Compare", tried="Test page"
    )
    assert answer.headers["Location"] == f"/teams/{the_team(1).id}"
    assert f"{ticket.id} was handed to line 2." in page(client, answer.headers["Location"])


def test_the_way_up_and_back_is_visible(client: FlaskClient, ada: Person, now: datetime) -> None:
    lev, ticket = an_agent("Lev Orlov", line=2), a_ticket()
    actions.escalate(ticket, card=CARD, by=ada.id, now=now + timedelta(minutes=34))
    actions.return_ticket(
        ticket,
        reason_code=ReturnReason.INFORMATION_MISSING,
        reason="Which driver?",
        by=lev.id,
        now=now + timedelta(minutes=53),
    )
    text = page(client, f"/tickets/{ticket.id}")
    for words in (
        "Handover to line 2",
        "Compare the profiles",
        "Information missing",
        "Which driver?",
        "by Lev Orlov",
    ):
        assert words in text


def test_a_refusal_keeps_the_text(client: FlaskClient, ada: Person) -> None:
    contact = a_contact(company=the_unknown_client(), email="who@nowhere.example")
    ticket = a_ticket(contact=contact)
    answer = post(client, f"/tickets/{ticket.id}/replies", text="We have done it, I think.", then="resolve")
    assert answer.status_code == 409
    assert "Say who the client is first" in answer.text
    assert db.session.get_one(Ticket, ticket.id).state is State.NEW
    assert "We have done it, I think." in page(client, f"/tickets/{ticket.id}")


def test_saying_who_the_client_is_moves_the_ticket_to_his_company(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(contact=a_contact(company=the_unknown_client(), email="who@nowhere.example"))
    hanna = a_contact("Hanna Bell", company=a_company("Brightwater"), email="hanna@brightwater.example")
    post(client, f"/tickets/{ticket.id}/client", contact_id=hanna.id)
    assert db.session.get_one(Ticket, ticket.id).company_id == hanna.company_id


@pytest.mark.parametrize(
    ("path", "fields", "state"),
    [
        ("assignee", {"person_id": "me"}, State.OPEN),
        ("waiting", {"whom": "client", "reason": "her list", "wake_at": IN_A_WEEK}, State.WAITING_CLIENT),
        ("resolution", {"note": "Profile put back"}, State.RESOLVED),
        ("discard", {"reason_code": "spam"}, State.CLOSED),
    ],
)
def test_verbs_change_the_state(
    client: FlaskClient, ada: Person, path: str, fields: dict[str, str], state: State
) -> None:
    ticket = a_ticket()
    assert post(client, f"/tickets/{ticket.id}/{path}", **fields).status_code == 303
    assert db.session.get_one(Ticket, ticket.id).state is state
    page(client, f"/teams/{the_team(1).id}")
    page(client, f"/tickets/{ticket.id}")


def test_a_manager_reads_and_changes_nothing(client: FlaskClient, now: datetime) -> None:
    manager, ticket = a_manager(), a_ticket()
    db.session.commit()
    sign_in(client, manager)
    assert 'id="composer"' not in page(client, f"/tickets/{ticket.id}")
    assert post(client, f"/tickets/{ticket.id}/notes", text="x").status_code == 403


def test_an_administrator_sees_no_tickets(client: FlaskClient, now: datetime) -> None:
    person, ticket = an_administrator(), a_ticket()
    db.session.commit()
    sign_in(client, person)
    assert client.get(f"/tickets/{ticket.id}").status_code == 404


def test_search_finds_by_number_words_and_client(client: FlaskClient, ada: Person) -> None:
    contact = a_contact("Hanna Bell", company=a_company("Brightwater"), email="hanna@brightwater.example")
    ticket = a_ticket("Prescriptions print blank", contact=contact, text="Печать не работает с воскресенья")
    for typed in ("prescription", "печат", "brightw", "hanna bell"):
        assert "Prescriptions print blank" in page(client, f"/search?q={typed}")
    assert client.get(f"/search?q=%23{ticket.id}").headers["Location"] == f"/tickets/{ticket.id}"


def test_search_finds_nothing_that_is_out_of_sight(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket("Secret merger", team=the_team(2))
    ticket.owner_team_id = a_team(1).id
    assert "Secret merger" not in page(client, "/search?q=merger")
    assert client.get(f"/search?q={ticket.id}").status_code == 200


def test_a_refused_hand_over_comes_back_with_its_dialog_and_words(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    answer = post(client, f"/tickets/{ticket.id}/escalation", asked="Compare the profiles", tried=" ")
    assert answer.status_code == 409
    dialog = answer.text.partition('id="escalation-dialog"')[2].partition("</dialog>")[0]
    assert dialog.partition(">")[0].endswith("open data-open")
    assert "Say what was tried" in dialog
    assert "Compare the profiles</textarea>" in dialog


@pytest.mark.parametrize(
    ("verb", "fields", "typed"),
    [
        ("resolution", {"note": ""}, "Write in a sentence what solved it."),
        ("waiting", {"whom": "third_party", "reason": ""}, 'value="third_party" checked'),
        ("waiting", {"reason": "her list", "wake_at": "yesterday"}, "her list</textarea>"),
        ("move", {"reason": "Wrong place"}, "Wrong place</textarea>"),
        ("discard", {"reason_code": "", "reason": "Nobody knows"}, 'value="Nobody knows"'),
        ("client", {"contact_id": "", "contact_id_text": "Hanna"}, 'value="Hanna"'),
        ("properties", {"subject": "Scanner", "priority": "P4"}, "less urgent"),
    ],
)
def test_every_refused_dialog_keeps_what_was_typed(
    client: FlaskClient, ada: Person, verb: str, fields: dict[str, str], typed: str
) -> None:
    ticket = a_ticket(priority=Priority.P2)
    answer = post(client, f"/tickets/{ticket.id}/{verb}", **fields)
    assert answer.status_code in (409, 422)
    assert 'role="alert"' in answer.text
    assert typed in answer.text
    assert answer.text.count(" open data-open") == 1


def test_a_refusal_without_a_dialog_stands_above_the_conversation(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket()
    actions.resolve(ticket, "Done", by=ada.id, now=ticket.created_at)
    answer = post(client, f"/tickets/{ticket.id}/resolution", note="Done again")
    assert answer.status_code == 409
    assert "This ticket is resolved. Reopen it first." in answer.text
    assert "Nothing was changed." in answer.text


def test_a_ticket_that_was_solved_once_is_owed_no_first_answer(client: FlaskClient, ada: Person) -> None:
    ticket = a_ticket(assignee=ada)
    assert "our turn: first answer due" in page(client, f"/tickets/{ticket.id}")
    actions.resolve(ticket, "Done", by=ada.id, now=ticket.created_at)
    words = a_client_message(db.session.get_one(Contact, ticket.contact_id), "It is back.")
    actions.add_client_message(ticket, words, by=words.author_id, now=ticket.created_at)
    assert "our turn: reply due" in page(client, f"/tickets/{ticket.id}")
    listed = page(client, "/tickets")
    assert ("Reply due" in listed, "First answer due" in listed) == (True, False)
