"""A phone call on the keyboard alone: from any page to a logged call, with each of its ends."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, State
from tests.browser.cast import NAMES, Cast, Client
from tests.browser.hand import Hand
from tests.browser.visits import Visits, faults
from tests.factories import a_ticket

LONGEST_S = 30.0
DESK_S = 5.0  # of these, for all its answers together; how fast it is depends on the machine, and is told


@dataclass(frozen=True)
class Words:
    """What an operator of that language types."""

    who: str
    happened: str
    done: str
    asked: str


WORDS = {
    "en": Words(
        who="ray",
        happened="Prescriptions print blank.",
        done="Chose the tray anew.",
        asked="Please look at the printer server.",
    ),
    "ru": Words(
        who="гусев",
        happened="Рецепты печатаются пустыми.",
        done="Выбрали лоток заново.",
        asked="Посмотрите, пожалуйста, сервер печати.",
    ),
}
each_language = pytest.mark.parametrize("language", ["en", "ru"])


def begin(page: Page, words: Words, language: str) -> Hand:
    """From the list to the caller's card and the cursor in "what happened"."""
    page.goto("/lines/1")
    hand = Hand(page, layout=language)
    hand.press("c")
    page.wait_for_url("**/calls/new")
    expect(page.locator("#contact-text")).to_be_focused()
    hand.type(words.who)
    expect(page.locator("[role=option]").first).to_contain_text(NAMES[language].colleague)
    hand.press("Enter")
    expect(page.locator("#happened")).to_be_focused()
    hand.type(words.happened)
    return hand


def last_call(visits: Visits) -> Call:
    with visits.desk.rows():
        call = db.session.scalars(select(Call).order_by(Call.id.desc()).limit(1)).one()
        db.session.expunge(call)
        return call


def ticket_of(visits: Visits, number: int | None) -> Ticket:
    with visits.desk.rows():
        ticket = db.session.get_one(Ticket, number)
        db.session.expunge(ticket)
        return ticket


def an_open_ticket_of(visits: Visits, client: Client) -> int:
    with visits.desk.rows():
        contact = db.session.get_one(Contact, client.contact_id)
        return a_ticket("The same printer", contact=contact, at=time_of(db.session)).id


@each_language
def test_a_call_is_solved_by_keyboard_in_under_half_a_minute(
    visits: Visits, cast: Cast, language: str, record_property: Callable[[str, object], None]
) -> None:
    words, page = WORDS[language], visits.of(cast.crews[language].first)
    hand = begin(page, words, language)
    expect(page.locator("#steps").get_by_role("checkbox").first).to_be_visible()
    hand.press("Escape", "1", "6")
    expect(page.locator("#verdict")).to_contain_text("P2")
    hand.press("Tab")
    hand.type(words.done)
    expect(page.locator("[data-timer]")).not_to_have_text("00:00")
    hand.press("Control+Enter")
    page.wait_for_url("**/tickets/*")
    seconds = hand.seconds
    record_property("measured", f"a call solved by keyboard alone in {seconds:.1f} s ({language})")
    call = last_call(visits)
    ticket = ticket_of(visits, call.ticket_id)
    assert (call.outcome, ticket.state, ticket.priority) == (CallOutcome.SOLVED, State.RESOLVED, Priority.P2)
    assert (ticket.first_contact, ticket.contact_id) == (True, cast.crews[language].colleague.contact_id)
    assert call.seconds > 0
    assert hand.own_seconds < LONGEST_S - DESK_S


@each_language
def test_a_call_goes_to_the_next_line_with_a_card(visits: Visits, cast: Cast, language: str) -> None:
    words, page = WORDS[language], visits.of(cast.crews[language].first)
    hand = begin(page, words, language)
    hand.press("Escape", "2", "5", "Tab")
    hand.type(words.done)
    hand.press("Control+e")
    expect(page.locator("[name=asked]")).to_be_focused()
    assert faults(page) == []
    hand.type(words.asked)
    hand.press("Control+e")
    page.wait_for_url(lambda url: not url.endswith("/calls/new"))
    call = last_call(visits)
    ticket = ticket_of(visits, call.ticket_id)
    assert (call.outcome, ticket.line) == (CallOutcome.ESCALATED, 2)
    assert ticket.owner_id == cast.crews[language].first.person_id
    expect(page.get_by_text(words.asked).first).to_be_visible()


def test_a_call_joins_the_ticket_it_is_about(visits: Visits, cast: Cast) -> None:
    crew, words = cast.crews["en"], WORDS["en"]
    an_open_ticket_of(visits, crew.colleague)
    page = visits.of(crew.first)
    hand = begin(page, words, "en")
    first = page.locator("button[value^='join:']").first
    expect(first).to_be_visible()
    number = int((first.get_attribute("value") or "").removeprefix("join:"))
    hand.press(first.get_attribute("data-key") or "")
    page.wait_for_url(f"**/tickets/{number}")
    call = last_call(visits)
    assert (call.outcome, call.ticket_id) == (CallOutcome.JOINED, number)
    expect(page.locator(".talk").get_by_text(words.happened)).to_be_visible()


def test_a_question_alone_leaves_no_ticket(visits: Visits, cast: Cast) -> None:
    page = visits.of(cast.crews["en"].first)
    hand = begin(page, WORDS["en"], "en")
    hand.press("Alt+q")
    page.wait_for_url("**/calls")
    call = last_call(visits)
    assert (call.outcome, call.ticket_id) == (CallOutcome.NOTED, None)
    expect(page.get_by_role("row").nth(1)).to_contain_text(cast.crews["en"].colleague.name)
    assert faults(page) == []


def test_leaving_out_what_happened_loses_nothing(visits: Visits, cast: Cast) -> None:
    visits.expect(422)
    page = visits.of(cast.crews["en"].first)
    hand = begin(page, WORDS["en"], "en")
    page.locator("#happened").fill("")
    page.locator("#done").fill("Chose the tray anew.")
    hand.press("Control+Enter")
    expect(page.locator("#happened")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#done")).to_have_value("Chose the tray anew.")
    expect(page.locator("#contact-text")).to_have_value(cast.crews["en"].colleague.name)
    assert faults(page) == []
