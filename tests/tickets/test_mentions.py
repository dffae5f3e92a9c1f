"""Naming a colleague with @ in a note: who is meant, who is told, and who reads the ticket from then on."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Account, Person
from helpdesk.accounts.permissions import Relation
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.models import Notice
from helpdesk.tickets.models import Participant, Ticket
from helpdesk.tickets.queries import relations
from helpdesk.tickets.queries.colleagues import named_in
from tests.browsing import form, sign_in
from tests.factories import a_lead, a_manager, a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    ticket = a_ticket(assignee=ada)
    db.session.commit()
    return ticket


def note(client: FlaskClient, ticket: Ticket, text: str, **more: object) -> str:
    answer = client.post(f"/tickets/{ticket.id}/notes", data=form(text=text, **more), follow_redirects=True)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def told(person: Person) -> list[str]:
    statement = select(Notice.kind).where(Notice.person_id == person.id, Notice.kind != "ticket.opened")
    return list(db.session.scalars(statement))


def names(text: str, ticket: Ticket, *chosen: int) -> list[str]:
    return sorted(one.actor.name for one in named_in(text, chosen, ticket, but=0))


def test_the_named_person_is_told_once_and_takes_part(client: FlaskClient, ticket: Ticket) -> None:
    bert = an_agent("Bert Oss")
    page = note(client, ticket, "@Bert Oss please look at the log")
    assert told(bert) == ["ticket.person_mentioned"]
    fact = db.session.scalars(select(EventRow).where(EventRow.kind == "ticket.person_mentioned")).one()
    assert (fact.payload["person_id"], fact.payload["widens"]) == (bert.id, False)
    assert "Ada Lind mentioned Bert Oss" in page
    assert page.count("please look at the log") >= 1
    assert db.session.scalars(select(Participant.because)).all() == ["mentioned"]


def test_the_notice_leads_to_the_note(client: FlaskClient, ticket: Ticket) -> None:
    bert = an_agent("Bert Oss")
    note(client, ticket, "@Bert Oss please look")
    sign_in(client, bert)
    page = client.get("/notices").text
    assert "A colleague mentioned you in a note" in page
    assert f'href="/tickets/{ticket.id}#message-{ticket.last_message_id}"' in page


def test_who_did_not_see_the_ticket_reads_it_then_and_the_lead_knows(
    client: FlaskClient, ticket: Ticket
) -> None:
    lead, mira = a_lead("Lena Fox"), an_agent("Mira Voss", line=3)
    assert relations(actor_of(mira.id), ticket) == frozenset()
    page = note(client, ticket, "Could @Mira Voss say something?")
    assert relations(actor_of(mira.id), ticket) == {Relation.PARTICIPANT}
    assert "Reads this ticket from now on: Mira Voss." in page
    assert "mentioned Mira Voss, who reads this ticket from now on" in page
    assert "ticket.access_widened" in told(lead)
    assert told(mira) == ["ticket.person_mentioned"]
    sign_in(client, mira)
    assert client.get(f"/tickets/{ticket.id}").status_code == 200


def test_the_owner_who_is_named_gets_one_notice_of_the_note(client: FlaskClient, ticket: Ticket) -> None:
    owner = an_agent("Owen Hart")
    ticket.owner_id = owner.id
    note(client, ticket, "@Owen Hart see above")
    assert told(owner) == ["ticket.person_mentioned"]
    note(client, ticket, "Nothing new")
    assert told(owner) == ["ticket.person_mentioned", "ticket.note_added"]


@pytest.mark.parametrize(
    "text",
    ["Write to bert@Bert Oss.example", "@Bert Ossian knows", "Bert Oss knows", "@ Bert Oss", "@Ada Lind"],
)
def test_what_is_no_mention_tells_nobody(client: FlaskClient, ticket: Ticket, text: str) -> None:
    bert = an_agent("Bert Oss")
    note(client, ticket, text)
    assert told(bert) == []
    assert db.session.scalar(select(func.count()).select_from(Participant)) == 0


def test_letters_count_as_people_write_them(ticket: Ticket) -> None:
    an_agent("Семён Орлов")
    assert names("@семен орлов, глянь", ticket) == ["Семён Орлов"]


def test_the_longer_of_two_names_is_meant(ticket: Ticket) -> None:
    an_agent("Ann Lee")
    an_agent("Ann")
    assert names("@Ann Lee knows", ticket) == ["Ann Lee"]
    assert names("@Ann Lee and @Ann know", ticket) == ["Ann", "Ann Lee"]


def test_of_two_with_one_name_the_chosen_is_meant_else_both(ticket: Ticket) -> None:
    first, second = an_agent("Kim Roe"), an_agent("Kim Roe")
    assert [one.actor.person_id for one in named_in("@Kim Roe", [second.id], ticket, but=0)] == [second.id]
    assert len(named_in("@Kim Roe", [], ticket, but=0)) == 2
    assert first.id != second.id


def test_a_chosen_person_whose_name_was_deleted_again_is_not_told(
    client: FlaskClient, ticket: Ticket
) -> None:
    bert = an_agent("Bert Oss")
    note(client, ticket, "I looked myself", mention=bert.id)
    assert told(bert) == []


def test_only_people_who_work_on_lines_can_be_named(
    client: FlaskClient, ticket: Ticket, now: datetime
) -> None:
    a_manager("Max Gray")
    gone = an_agent("Gone Girl")
    db.session.scalars(select(Account).where(Account.person_id == gone.id)).one().disabled_at = now
    db.session.commit()
    assert names("@Max Gray and @Gone Girl", ticket) == []
    offered = client.get(f"/tickets/{ticket.id}/mentions?q=g").text
    assert "Gray" not in offered
    assert "Girl" not in offered


def test_while_typing_it_is_said_who_does_not_see_the_ticket(client: FlaskClient, ticket: Ticket) -> None:
    an_agent("Mira Voss", line=3)
    an_agent("Mirko Lahm")
    db.session.commit()
    offered = client.get(f"/tickets/{ticket.id}/mentions?q=mir").text
    assert 'data-words="Mirko Lahm">' in offered
    assert 'data-words="Mira Voss" data-unseen="Mira Voss does not see this ticket yet' in offered
    assert "Voss" in client.get(f"/tickets/{ticket.id}/mentions?q=vos").text
    assert "option" not in client.get(f"/tickets/{ticket.id}/mentions?q=%25").text


def test_a_public_answer_names_nobody(client: FlaskClient, ticket: Ticket) -> None:
    bert = an_agent("Bert Oss")
    db.session.commit()
    client.post(f"/tickets/{ticket.id}/replies", data=form(text="Ask @Bert Oss", visibility="public"))
    assert told(bert) == []
