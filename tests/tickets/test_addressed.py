"""Nothing goes to anybody whom its writer was not shown: client, address or copy changed meanwhile."""

import html
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.addressed import (
    UNSAID,
    Addressed,
    Turned,
    addressed_from,
    addressed_in,
    copies_now,
    turned,
)
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind, State
from helpdesk.tickets.watch_models import TicketWatcher
from tests.browsing import form, sign_in
from tests.factories import a_contact, a_mailbox, a_ticket, an_agent, three_lines

HANNA, SECOND, OMAR = "hanna@brightwater.example", "bell@brightwater.example", "omar@brightwater.example"
EVE, VENDOR = "eve@elsewhere.example", "help@vendor.example"
SEEN = Addressed(contact_id=1, to=HANNA, watching=frozenset({EVE}), shut=frozenset())


# The comparison


@pytest.mark.parametrize(
    ("shown", "now", "cc", "change"),
    [
        (SEEN, SEEN, [EVE], Turned()),
        (UNSAID, SEEN, [], Turned()),
        (SEEN, Addressed(contact_id=2, to=HANNA, watching=frozenset({EVE})), [EVE], Turned(has_moved=True)),
        (SEEN, Addressed(contact_id=1, to="", watching=frozenset({EVE})), [EVE], Turned(has_moved=True)),
        (Addressed(to=HANNA), SEEN, [], Turned()),
        (SEEN, Addressed(contact_id=1, to=HANNA, watching=frozenset({EVE, OMAR})), [], Turned(added=(OMAR,))),
        (SEEN, Addressed(contact_id=1, to=HANNA, watching=frozenset({EVE, OMAR})), [OMAR], Turned()),
        (SEEN, Addressed(contact_id=1, to=HANNA, watching=frozenset()), [EVE, OMAR], Turned(removed=(EVE,))),
        (SEEN, Addressed(contact_id=1, to=HANNA, watching=frozenset()), [OMAR], Turned()),
        (SEEN, Addressed(contact_id=1, to=HANNA, shut=frozenset({OMAR, EVE})), [OMAR], Turned(shut=(OMAR,))),
    ],
)  # fmt: skip
def test_only_what_the_writer_was_not_shown_stops_him(
    shown: Addressed, now: Addressed, cc: list[str], change: Turned
) -> None:
    assert turned(shown, now, cc) == change


def test_the_copy_follows_the_watchers_and_keeps_what_was_typed() -> None:
    now = Addressed(contact_id=1, to=HANNA, watching=frozenset({OMAR}))
    assert copies_now(SEEN, now, [EVE, VENDOR]) == (VENDOR, OMAR)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "nonsense",
        "[1]",
        "[" * 9999,
        '{"contact_id":true,"to":["x"],"watching":"x"}',
        '{"to":"a\\u0000b"}',
    ],
)
def test_what_no_page_of_ours_says_says_nothing(written: str) -> None:
    assert addressed_in(written) == UNSAID


def test_what_a_page_says_comes_back_as_it_was() -> None:
    assert addressed_in(SEEN.written) == SEEN


# Sending


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    """Ada of line 1, signed in, and a mailbox."""
    three_lines()
    a_mailbox()
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    """Of Hanna Bell, with Eve watching."""
    ticket = a_ticket(contact=a_contact("Hanna Bell", email=HANNA))
    actions.watch(ticket, EVE, by=ada.id, now=ticket.last_event_at)
    db.session.commit()
    return ticket


def seen_on(ticket: Ticket) -> dict[str, str]:
    """What the composer carries and proposes before anything changes."""
    shown = Addressed(contact_id=ticket.contact_id, to=HANNA, watching=frozenset({EVE}), shut=frozenset())
    return {"text": "Please restart", "cc": EVE, "addressed": shown.written}


def carried(page: str, name: str = "addressed") -> str:
    part = page.partition('id="clash-form"')[2] or page.partition('id="composer"')[2]
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', part)
    assert found, name
    return html.unescape(found[1])


def send(client: FlaskClient, ticket: Ticket, **fields: str) -> TestResponse:
    return client.post(f"/tickets/{ticket.id}/replies", data=form(**fields))


def sent() -> list[dict[str, list[str]]]:
    said = select(Message.recipients).where(Message.kind.in_((MessageKind.REPLY, MessageKind.FORWARD)))
    return list(db.session.scalars(said.order_by(Message.id)))


def to_omar(ticket: Ticket, by: Person) -> None:
    company = db.session.get_one(Company, ticket.company_id)
    omar = a_contact("Omar Said", company=company, email=OMAR)
    actions.change_requester(ticket, omar, by=by.id, now=ticket.last_event_at)
    db.session.commit()


def into_omar(ticket: Ticket, by: Person) -> None:
    company = db.session.get_one(Company, ticket.company_id)
    omar = a_contact("Omar Said", company=company, email=OMAR)
    hanna = db.session.get_one(Contact, ticket.contact_id)
    actions.unite_contacts(hanna, omar, by=by.id, now=ticket.last_event_at)
    db.session.commit()


def comes_back(ticket: Ticket, by: Person) -> None:
    db.session.add(ContactAddress(contact_id=ticket.contact_id, email=SECOND))
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.undeliverable_at = ticket.last_event_at
    db.session.commit()


def comes_back_for_good(ticket: Ticket, by: Person) -> None:
    address = db.session.scalars(select(ContactAddress).where(ContactAddress.email == HANNA)).one()
    address.undeliverable_at = ticket.last_event_at
    db.session.commit()


def copy_comes_back(ticket: Ticket, by: Person) -> None:
    shut = AddressReturn(
        email=EVE, kind=ReturnKind.HARD, shuts=True, at=ticket.last_event_at, status="5.1.1", words=""
    )
    db.session.add(shut)
    db.session.commit()


def omar_watches(ticket: Ticket, by: Person) -> None:
    actions.watch(ticket, OMAR, by=by.id, now=ticket.last_event_at)
    db.session.commit()


MOVED = f"The client is Omar Said now, and the answer would go to {OMAR}."
CASES = [
    (to_omar, MOVED, "Send to Omar Said", OMAR, [EVE]),
    (comes_back, f"Mail to {HANNA} comes back by now. The answer would go to {SECOND}.", "Send to Hanna Bell",
     SECOND, [EVE]),
    (copy_comes_back, f"Mail to {EVE} comes back by now.", "Send anyway", HANNA, [EVE]),
    (omar_watches, f"{OMAR} gets the answers too by now.", "Send anyway", HANNA, [EVE, OMAR]),
]  # fmt: skip


@pytest.mark.parametrize(("turn", "sentence", "button", "to", "cc"), CASES)
def test_an_answer_to_other_people_than_shown_is_stopped_and_asked_about(
    client: FlaskClient, ada: Person, ticket: Ticket, turn: Callable[[Ticket, Person], None],
    sentence: str, button: str, to: str, cc: list[str],
) -> None:  # fmt: skip
    shown = seen_on(ticket)
    turn(ticket, ada)
    stopped = send(client, ticket, **shown)
    assert stopped.status_code == 409
    assert sentence in html.unescape(stopped.text)
    assert button in stopped.text
    assert "Please restart</textarea>" in stopped.text
    assert sent() == []
    fields = {name: carried(stopped.text, name) for name in ("addressed", "cc")}
    assert send(client, ticket, text="Please restart", send_anyway="1", **fields).status_code == 303
    assert sent() == [{"to": [to], "cc": cc}]


def test_a_merge_of_contacts_counts_though_the_address_goes_along(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    shown = seen_on(ticket)
    into_omar(ticket, ada)
    stopped = send(client, ticket, **shown, then="resolve", send_anyway="1")
    assert (stopped.status_code, "You were writing to Hanna Bell" in stopped.text) == (409, True)
    db.session.refresh(ticket)
    assert (ticket.state, sent()) == (State.NEW, [])
    assert carried(stopped.text, "then") == "resolve"


def test_a_client_whom_no_mail_reaches_any_more_is_not_written_to(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    shown = seen_on(ticket)
    comes_back_for_good(ticket, ada)
    stopped = send(client, ticket, **shown)
    assert f"Mail to {HANNA} comes back by now, and Hanna Bell has no other address." in stopped.text
    assert 'name="send_anyway"' not in stopped.text


def test_who_watches_no_more_leaves_the_copy(client: FlaskClient, ada: Person, ticket: Ticket) -> None:
    shown = seen_on(ticket)
    watcher = db.session.scalars(select(TicketWatcher)).one()
    actions.remove_watcher(ticket, watcher, by=ada.id, now=ticket.last_event_at)
    db.session.commit()
    stopped = send(client, ticket, **shown)
    assert f"{EVE} gets the answers no more, so not this one either." in stopped.text
    assert carried(stopped.text, "cc") == ""


def test_a_note_goes_to_nobody_and_asks_nothing(client: FlaskClient, ada: Person, ticket: Ticket) -> None:
    shown = seen_on(ticket)
    to_omar(ticket, ada)
    assert send(client, ticket, **shown, visibility="internal").status_code == 303


def test_a_draft_remembers_for_whom_it_was_begun(client: FlaskClient, ada: Person, ticket: Ticket) -> None:
    page = client.get(f"/tickets/{ticket.id}").text
    shown = seen_on(ticket)
    assert carried(page) == shown["addressed"]
    client.post(f"/tickets/{ticket.id}/draft", data=form(base="", **shown))
    to_omar(ticket, ada)
    reopened = client.get(f"/tickets/{ticket.id}").text
    assert MOVED in reopened
    assert carried(reopened) == shown["addressed"]
    assert send(client, ticket, **shown | {"addressed": carried(reopened)}).status_code == 409
    assert send(client, ticket, **shown, agreed="1").status_code == 303
    kept = addressed_from(db.session.scalars(select(Draft.addressed)).one())
    assert (kept.contact_id, kept.to) == (ticket.contact_id, OMAR)
    assert send(client, ticket, **shown | {"addressed": kept.written}).status_code == 303
    assert sent() == [{"to": [OMAR], "cc": [EVE]}]


def test_a_mail_outside_is_stopped_where_it_would_come_back_or_reach_the_client(
    client: FlaskClient, ada: Person, ticket: Ticket
) -> None:
    fields = seen_on(ticket) | {"visibility": "third", "third_party": EVE}
    copy_comes_back(ticket, ada)
    stopped = send(client, ticket, **fields)
    assert (stopped.status_code, f"Mail to {EVE} comes back by now." in stopped.text) == (409, True)
    assert carried(stopped.text, "third_party") == EVE
    to_omar(ticket, ada)
    refused = send(client, ticket, **fields | {"third_party": OMAR})
    assert (refused.status_code, f"{OMAR} is the client" in refused.text) == (422, True)
    assert "Please restart</textarea>" in refused.text
    assert send(client, ticket, **fields | {"addressed": carried(stopped.text)}).status_code == 303
