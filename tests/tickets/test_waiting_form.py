"""The form that lets a ticket wait: what it offers, what it refuses, and what lists say afterwards."""

from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.sla.models import SlaPolicyVersion
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import State
from helpdesk.tickets.wait_models import TicketWait
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import (
    a_client_message,
    a_company,
    a_contact,
    a_mailbox,
    a_policy,
    a_ticket,
    an_agent,
    three_lines,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY_NINE = "2026-03-06T09:00"
SUNDAY_NOON = "2026-03-08T12:00"


@pytest.fixture
def promise(ada: Person) -> SlaPolicyVersion:
    return a_policy(default=True)


@pytest.fixture
def ticket(ada: Person, promise: SlaPolicyVersion) -> Ticket:
    return a_ticket(assignee=ada)


def wait(client: FlaskClient, ticket: Ticket, **fields: str) -> TestResponse:
    db.session.commit()
    typed = {"whom": "client", "reason": "her list", "until": FRIDAY_NINE} | fields
    return client.post(f"/tickets/{ticket.id}/waiting", data=form(**typed))


def page(client: FlaskClient, path: str) -> str:
    db.session.commit()
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def the_wait(ticket: Ticket) -> TicketWait:
    return db.session.scalars(
        select(TicketWait).where(TicketWait.ticket_id == ticket.id, TicketWait.ended_at.is_(None))
    ).one()


def test_the_dialog_offers_working_mornings_as_real_dates(client: FlaskClient, ticket: Ticket) -> None:
    dialog = page(client, f"/tickets/{ticket.id}").partition('id="waiting-dialog"')[2].partition("</form>")[0]
    assert "Tomorrow morning, Thu, Mar 5, " in dialog
    assert f'value="{FRIDAY_NINE}" checked' in dialog
    assert "The client's clock stands still meanwhile." in page(client, f"/tickets/{ticket.id}")


def test_a_suggested_morning_is_taken(client: FlaskClient, ticket: Ticket) -> None:
    assert wait(client, ticket, about="agreed_date").status_code == 303
    found = the_wait(ticket)
    assert (found.wake_at.isoformat(), found.about.value) == ("2026-03-06T08:00:00+00:00", "agreed_date")


def test_a_moment_of_ones_own_is_taken(client: FlaskClient, ticket: Ticket) -> None:
    assert wait(client, ticket, until="own", wake_at="2026-03-05T15:30").status_code == 303
    assert the_wait(ticket).wake_at.isoformat() == "2026-03-05T14:30:00+00:00"


def test_without_a_moment_it_does_not_wait(client: FlaskClient, ticket: Ticket) -> None:
    answer = wait(client, ticket, until="own")
    assert answer.status_code == 422
    assert "Say when to look at it again." in answer.text
    assert "her list</textarea>" in answer.text


def test_the_past_is_refused(client: FlaskClient, ticket: Ticket) -> None:
    answer = wait(client, ticket, until="own", wake_at="2026-03-04T11:00")
    assert (answer.status_code, ticket.state) == (409, State.OPEN)
    assert "has already passed" in answer.text


def test_longer_than_the_policy_allows_is_refused_with_the_latest_moment(
    client: FlaskClient, ticket: Ticket, promise: SlaPolicyVersion
) -> None:
    promise.longest_wait_s = 3 * 86_400
    answer = wait(client, ticket, until="own", wake_at="2026-03-09T09:00")
    assert answer.status_code == 422
    assert "lets one waiting last until" in answer.text
    assert "Mar 7" in answer.text


def test_the_dialog_offers_nothing_beyond_the_cap(
    client: FlaskClient, ticket: Ticket, promise: SlaPolicyVersion
) -> None:
    promise.longest_wait_s = 86_400
    dialog = page(client, f"/tickets/{ticket.id}").partition('id="waiting-dialog"')[2].partition("</form>")[0]
    assert 'value="2026-03-05T09:00"' in dialog
    assert FRIDAY_NINE not in dialog


def test_a_policy_without_a_cap_lets_it_wait(
    client: FlaskClient, ticket: Ticket, promise: SlaPolicyVersion
) -> None:
    promise.longest_wait_s = None
    assert wait(client, ticket, until="own", wake_at="2026-07-01T09:00").status_code == 303


def test_closed_hours_are_said(client: FlaskClient, ticket: Ticket) -> None:
    assert wait(client, ticket, until="own", wake_at=SUNDAY_NOON).status_code == 303
    assert "That is outside the working hours" in page(client, f"/tickets/{ticket.id}")


def test_a_third_party_has_a_name(client: FlaskClient, ticket: Ticket) -> None:
    answer = wait(client, ticket, whom="third_party")
    assert answer.status_code == 422
    assert "Say which third party we wait for." in answer.text
    assert wait(client, ticket, whom="third_party", party="Kabel & Rack").status_code == 303
    assert the_wait(ticket).party == "Kabel & Rack"


def test_the_address_of_a_contact_is_that_contact(client: FlaskClient, ticket: Ticket) -> None:
    firm = a_company("Nordpost")
    contact = a_contact("Ivo Maas", company=firm, email="ivo@nordpost.example")
    wait(client, ticket, whom="third_party", party="Ivo@nordpost.example")
    found = the_wait(ticket)
    assert (found.party, found.contact_id) == ("Ivo Maas, Nordpost", contact.id)


@pytest.mark.parametrize(
    "party",
    ["Line 3", "L3", "line3", "3rd line", "third line", "Линия 3", "3-я линия", "our line", "Cleo Voss"],
)
def test_our_own_people_are_no_third_party(client: FlaskClient, ticket: Ticket, party: str) -> None:
    an_agent("Cleo Voss", line=3)
    answer = wait(client, ticket, whom="third_party", party=party)
    assert answer.status_code == 422
    assert "is one of us" in answer.text
    assert db.session.get_one(Ticket, ticket.id).state is State.OPEN


def test_our_own_teams_and_mailboxes_are_no_third_party(client: FlaskClient, ticket: Ticket) -> None:
    a_mailbox("support@fernhill.example")
    team = three_lines()[2]
    for party in (team.name, "support@fernhill.example", "support+x@fernhill.example"):
        assert wait(client, ticket, whom="third_party", party=party).status_code == 422


def test_a_vendor_with_line_in_its_name_is_one(client: FlaskClient, ticket: Ticket) -> None:
    assert wait(client, ticket, whom="third_party", party="Airline 3").status_code == 303


def test_the_head_and_the_list_say_for_whom_and_until_when(client: FlaskClient, ticket: Ticket) -> None:
    wait(client, ticket, whom="third_party", party="Kabel & Rack", reason="the new part")
    head = page(client, f"/tickets/{ticket.id}")
    assert "Waits for Kabel & Rack until" in head
    row = page(client, "/lines/1?state=waiting_third_party")
    assert "Waits for Kabel & Rack since" in row
    assert "the new part" in row


def test_waiting_tickets_stand_in_the_order_of_waking(client: FlaskClient, ada: Person) -> None:
    late, soon = a_ticket("Late one", assignee=ada), a_ticket("Soon one", assignee=ada)
    for ticket, days in ((late, 3), (soon, 1)):
        actions.wait(
            ticket,
            State.WAITING_CLIENT,
            reason="her list",
            wake_at=NOON + days * DAY,
            by=ada.id,
            now=NOON,
        )
    text = page(client, "/lines/1?state=waiting_client")
    assert text.index("Soon one") < text.index("Late one")
    behind = f"{(NOON + DAY).isoformat().replace('+', '%2B')}~{soon.id}"
    rest = page(client, f"/lines/1?state=waiting_client&after={behind}")
    assert "Late one" in rest
    assert "Soon one" not in rest


def test_a_second_waiting_shows_how_often_and_for_what(
    client: FlaskClient, ticket: Ticket, ada: Person
) -> None:
    for hour in (0, 2):
        actions.wait(
            ticket,
            State.WAITING_CLIENT,
            reason="her list",
            wake_at=NOON + DAY,
            by=ada.id,
            now=NOON - (4 - hour) * HOUR,
        )
        actions.resume(ticket, by=ada.id, now=NOON - (3 - hour) * HOUR)
    text = page(client, f"/tickets/{ticket.id}")
    assert "It has waited 2 times, 2 h in all. 2 times for the same." in text


def test_send_and_wait_takes_the_chosen_morning(client: FlaskClient, ada: Person, promise: object) -> None:
    ticket = a_ticket(contact=a_contact("Hanna Bell", email="hanna@halden.example"), assignee=ada)
    db.session.commit()
    fields = {"visibility": "public", "text": "Which scanner?", "then": "wait", "wait_until": FRIDAY_NINE}
    answer = client.post(f"/tickets/{ticket.id}/replies", data=form(**fields))
    assert answer.status_code == 303
    assert the_wait(ticket).wake_at.isoformat() == "2026-03-06T08:00:00+00:00"


def test_send_and_wait_without_a_choice_waits_two_working_days(
    client: FlaskClient, ada: Person, promise: object
) -> None:
    ticket = a_ticket(contact=a_contact("Hanna Bell", email="hanna@halden.example"), assignee=ada)
    db.session.commit()
    fields = {"visibility": "public", "text": "Which scanner?", "then": "wait"}
    client.post(f"/tickets/{ticket.id}/replies", data=form(**fields))
    assert the_wait(ticket).wake_at.isoformat() == "2026-03-06T08:00:00+00:00"


def test_asking_a_colleague_by_mail_is_no_waiting_and_nothing_is_sent(
    client: FlaskClient, ticket: Ticket
) -> None:
    cleo = an_agent("Cleo Voss", line=3)
    email = address_of(cleo)
    db.session.commit()
    fields = {"visibility": "third", "third_party": email, "text": "Do you know?", "then": "wait_third"}
    answer = client.post(f"/tickets/{ticket.id}/replies", data=form(**fields))
    assert answer.status_code == 422
    assert "is one of us" in answer.text
    assert db.session.scalars(select(Message).where(Message.text == "Do you know?")).all() == []


def address_of(person: Person) -> str:
    from_account = select(Account.email).where(Account.person_id == person.id)
    return str(db.session.scalars(from_account).one())


def test_the_clients_answer_takes_the_words_off_the_list(
    client: FlaskClient, ticket: Ticket, ada: Person
) -> None:
    wait(client, ticket)
    from_client = db.session.get_one(Contact, ticket.contact_id)
    actions.add_client_message(
        db.session.get_one(Ticket, ticket.id),
        a_client_message(from_client, "Here it is"),
        by=from_client.person_id,
        now=NOON + HOUR,
    )
    assert "Waits for the client" not in page(client, "/lines/1")
