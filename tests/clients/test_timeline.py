"""Everything with a client on one page: what stands there, for whom, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.clients.views import timeline
from helpdesk.clients.views.timeline import Cursor, Kind, Scope, Show
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel
from tests import factories
from tests.counting import statements_of

Db = scoped_session[Session]
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def halden(ada: Person) -> Company:
    return factories.a_company("Halden Freight", domain="halden.example")


@pytest.fixture
def signe(halden: Company) -> Contact:
    return factories.a_contact("Signe Holm", company=halden, email="signe@halden.example")


def a_call(
    session: Db, contact: Contact, operator: Person, ticket: Ticket | None = None, note: str = ""
) -> Call:
    """A call that took a minute, at noon."""
    call = Call(
        contact_id=contact.id,
        operator_id=operator.id,
        ticket_id=ticket.id if ticket else None,
        outcome=CallOutcome.NOTED if ticket is None else CallOutcome.KEPT,
        subject="Asked about the invoice",
        note=note,
        started_at=NOW,
        seconds=65,
    )
    session.add(call)
    session.flush()
    return call


def told(person: Person, scope: Scope, show: Show = Show.ALL) -> list[tuple[str, str]]:
    """What each entry is, and its first words."""
    return [
        ("note" if one.is_note else one.kind.name.lower(), one.first_line or one.subject)
        for one in timeline.read(actor_of(person.id), scope, show, None)
    ]


def test_tickets_calls_mails_and_notes_stand_in_one_order(
    session: Db, ada: Person, halden: Company, signe: Contact
) -> None:
    ticket = factories.a_ticket("Scanner", contact=signe, text="The folder stays empty.")
    actions.add_note(ticket, "Looks like the share.", by=ada.id, now=NOW + timedelta(minutes=5))
    actions.reply(
        ticket,
        actions.Reply(text="Please try again.", to=("signe@halden.example",)),
        by=ada.id,
        now=NOW + timedelta(minutes=9),
    )
    a_call(session, signe, ada, note="Wants a copy of it.")
    assert told(ada, Scope(company_id=halden.id)) == [
        ("message", "Please try again."),
        ("note", "Looks like the share."),
        ("call", "Wants a copy of it."),
        ("ticket", "The folder stays empty."),
    ]
    assert told(ada, Scope(contact_id=signe.id)) == told(ada, Scope(company_id=halden.id))


def test_each_filter_shows_its_own_kind(session: Db, ada: Person, halden: Company, signe: Contact) -> None:
    ticket = factories.a_ticket("Scanner", contact=signe, text="The folder stays empty.")
    actions.add_note(ticket, "Looks like the share.", by=ada.id, now=NOW)
    a_call(session, signe, ada, note="Wants a copy.")
    scope = Scope(company_id=halden.id)
    assert told(ada, scope, Show.MAILS) == [("message", "The folder stays empty.")]
    assert told(ada, scope, Show.NOTES) == [("note", "Looks like the share.")]
    assert told(ada, scope, Show.CALLS) == [("call", "Wants a copy.")]
    assert [kind for kind, _ in told(ada, scope, Show.TICKETS)] == ["ticket"]


def test_nothing_of_a_ticket_shows_to_whoever_may_not_see_it(
    session: Db, ada: Person, halden: Company, signe: Contact
) -> None:
    boris = factories.an_agent("Boris", line=3)
    ticket = factories.a_ticket("Scanner", contact=signe, text="The folder stays empty.")
    actions.add_note(ticket, "Inside only.", by=ada.id, now=NOW)
    a_call(session, signe, ada, ticket)
    for show in Show:
        assert told(boris, Scope(company_id=halden.id), show) == []


def test_a_noted_call_shows_to_agents_but_not_to_an_administrator(
    session: Db, ada: Person, halden: Company, signe: Contact
) -> None:
    a_call(session, signe, ada, note="Wants a copy.")
    boss = factories.an_administrator("Vera")
    assert told(boss, Scope(company_id=halden.id)) == []
    assert told(factories.an_agent("Boris", line=2), Scope(company_id=halden.id)) == [
        ("call", "Wants a copy.")
    ]


def test_an_answer_that_was_taken_back_says_so(session: Db, ada: Person, signe: Contact) -> None:
    ticket = factories.a_ticket("Scanner", contact=signe)
    answer = actions.reply(
        ticket, actions.Reply(text="Too early.", to=("signe@halden.example",)), by=ada.id, now=NOW
    )
    actions.withdraw_reply(ticket, answer, by=ada.id, now=NOW + timedelta(seconds=3))
    entries = timeline.read(actor_of(ada.id), Scope(contact_id=signe.id), Show.ALL, None)
    assert [one.is_withdrawn for one in entries] == [True, False]


def test_pages_follow_one_another_without_a_gap_or_a_double(
    session: Db, ada: Person, halden: Company, signe: Contact
) -> None:
    for number in range(timeline.PAGE_SIZE + 5):
        factories.a_ticket(f"Ticket {number}", contact=signe, at=NOW + timedelta(minutes=number // 3))
        a_call(session, signe, ada, note=f"Call {number}")
    scope, actor, before = Scope(company_id=halden.id), actor_of(ada.id), None
    seen: list[tuple[Kind, int]] = []
    for _ in range(3):
        page = timeline.read(actor, scope, Show.ALL, before)[: timeline.PAGE_SIZE]
        seen += [(one.kind, one.id) for one in page]
        before = page[-1].cursor
    assert len(seen) == len(set(seen)) == 2 * (timeline.PAGE_SIZE + 5)


@pytest.mark.parametrize("text", ["", "nonsense", "2026-03-04~1~5", "2026-03-04T12:00:00+00:00~9~5", "x~1~1"])
def test_a_place_that_is_none_begins_at_the_beginning(text: str) -> None:
    assert Cursor.read(text) is None


def test_a_place_is_read_as_it_was_written() -> None:
    place = Cursor(NOW, Kind.CALL.value, 17)
    assert Cursor.read(place.written) == place


@pytest.mark.parametrize("path", ["/clients/companies/{company}", "/clients/contacts/{contact}"])
def test_a_card_takes_the_same_statements_however_much_happened(
    client: FlaskClient, session: Db, ada: Person, halden: Company, signe: Contact, path: str
) -> None:
    address = path.format(company=halden.id, contact=signe.id)
    first = factories.a_ticket("First", contact=signe)
    actions.add_note(first, "A note.", by=ada.id, now=NOW)
    session.commit()
    client.get(address)
    few = statements_of(client, address)
    for number in range(25):
        ticket = factories.a_ticket(f"Ticket {number}", contact=signe)
        actions.add_note(ticket, "A note.", by=ada.id, now=NOW)
        a_call(session, signe, ada)
        factories.a_contact(f"Holm {number}", company=halden, email=f"holm{number}@halden.example")
    session.commit()
    assert statements_of(client, address) == few
    assert few <= 15


def test_the_page_shows_figures_and_where_it_goes_on(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    for number in range(timeline.PAGE_SIZE + 2):
        factories.a_ticket(f"Ticket {number}", contact=signe, at=NOW + timedelta(minutes=number))
    session.commit()
    page = client.get(f"/clients/contacts/{signe.id}").text
    assert f"<dd>{timeline.PAGE_SIZE + 2}</dd>" in page
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "Ticket 0" in client.get(older).text


def test_what_a_client_wrote_is_never_markup(client: FlaskClient, session: Db, signe: Contact) -> None:
    factories.a_ticket("<b>bold</b>", contact=signe, text="<script>alert(1)</script>\nsecond line")
    session.commit()
    page = client.get(f"/clients/contacts/{signe.id}?show=mails").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_client_of_whom_nothing_is_known_yet_is_told_what_will_stand_there(
    client: FlaskClient, session: Db, signe: Contact
) -> None:
    session.commit()
    assert "newest first" in client.get(f"/clients/contacts/{signe.id}").text
    assert "Nothing of this kind" in client.get(f"/clients/contacts/{signe.id}?show=calls").text


def test_the_channel_of_a_call_is_not_told_twice(
    session: Db, ada: Person, halden: Company, signe: Contact
) -> None:
    call = a_call(session, signe, ada)
    ticket = factories.a_ticket("Scanner", contact=signe, channel=Channel.PHONE)
    call.ticket_id = ticket.id
    session.flush()
    kinds = [one.kind for one in timeline.read(actor_of(ada.id), Scope(company_id=halden.id), Show.ALL, None)]
    assert sorted(kind.name for kind in kinds) == ["CALL", "TICKET"]
