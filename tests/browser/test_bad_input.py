"""What goes wrong in front of a real browser: nothing that somebody wrote is lost, and the desk says why."""

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, func, select, update

from helpdesk.accounts.models import Team, WebSession
from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db, notify
from helpdesk.mail.models import Encryption, InboundMail, InboundState, Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from tests.browser.cast import Agent, Cast
from tests.browser.desk import Desk, eventually
from tests.browser.pressing import press
from tests.browser.visits import Visits, faults
from tests.factories import LONG_AGO, PASSWORD, a_mailbox, a_ticket, the_team
from tests.mail.letters import a_mail
from tests.servers import free_port

with_and_without_script = pytest.mark.parametrize("has_script", [True, False], ids=["script", "plain"])


@pytest.fixture
def number(desk: Desk, cast: Cast) -> int:
    """A ticket on line 1."""
    with desk.rows():
        contact = db.session.get_one(Contact, cast.crews["en"].colleague.contact_id)
        return a_ticket("Labels print twice", contact=contact, at=time_of(db.session)).id


def texts(desk: Desk, number: int) -> list[str]:
    with desk.rows():
        return list(db.session.scalars(select(Message.text).where(Message.ticket_id == number)))


def send(page: Page) -> None:
    page.locator("#composer button.button-main").click()


@with_and_without_script
def test_a_reply_to_a_ticket_that_has_moved_on_shows_both_texts(
    visits: Visits, cast: Cast, number: int, has_script: bool
) -> None:
    visits.expect(409)
    desk, crew = visits.desk, cast.crews["en"]
    page = visits.of(crew.first, has_script=has_script)
    page.goto(f"/tickets/{number}")
    page.locator("#composer-text").fill("My own words")
    with desk.rows():
        ticket = db.session.get_one(Ticket, number)
        actions.add_note(ticket, "News of somebody else", by=crew.second.person_id, now=time_of(db.session))
    send(page)
    expect(page.locator(".clash")).to_contain_text("News of somebody else")
    expect(page.locator("#clash-text")).to_have_text("My own words")
    assert texts(desk, number)[1:] == ["News of somebody else"]
    page.locator("button[name=send_anyway]").click()
    page.wait_for_url(f"**/tickets/{number}*")
    assert texts(desk, number)[1:] == ["News of somebody else", "My own words"]


@with_and_without_script
def test_whoever_goes_on_editing_finds_the_words_of_the_page_that_stopped_him(
    visits: Visits, cast: Cast, number: int, has_script: bool
) -> None:
    visits.expect(409)
    crew = cast.crews["en"]
    page = visits.of(crew.first, has_script=has_script)
    page.goto(f"/tickets/{number}")
    page.locator("#composer-text").fill("My own words")
    with visits.desk.rows():
        ticket = db.session.get_one(Ticket, number)
        actions.add_note(ticket, "News of somebody else", by=crew.second.person_id, now=time_of(db.session))
    send(page)
    page.wait_for_url("**/replies")
    page.wait_for_load_state()
    page.locator("#clash-text").fill("Better words, knowing the news")
    page.locator("button[name=go_on]").click()
    page.wait_for_url(f"**/tickets/{number}*")
    expect(page.locator("#composer-text")).to_have_text("Better words, knowing the news")
    assert texts(visits.desk, number)[1:] == ["News of somebody else"]


def test_a_stale_change_of_properties_asks_for_each_clash(visits: Visits, cast: Cast, number: int) -> None:
    visits.expect(409)
    desk, crew = visits.desk, cast.crews["en"]
    page = visits.of(crew.first)
    page.goto(f"/tickets/{number}")
    page.locator("h1").first.click()
    press(page, "p")
    page.locator("#properties-subject").fill("Labels print three times")
    with desk.rows():
        ticket = db.session.get_one(Ticket, number)
        by, now = crew.second.person_id, time_of(db.session)
        actions.change_properties(ticket, subject="Labels and letters", tags=(), by=by, now=now)
    page.locator("#properties-dialog button.button-main").click()
    expect(page.locator(".clash")).to_contain_text("Labels and letters")
    assert faults(page) == []
    page.get_by_label("Labels print three times").check()
    page.locator(".clash button.button-main").click()
    page.wait_for_url(f"**/tickets/{number}")
    expect(page.locator("h1")).to_contain_text("Labels print three times")


@with_and_without_script
def test_a_reply_written_when_the_sign_in_had_ended_is_there_afterwards(
    visits: Visits, cast: Cast, number: int, has_script: bool
) -> None:
    visits.expect(401)  # the draft cannot be saved without a sign-in
    agent = cast.crews["en"].first
    page = visits.of(agent, has_script=has_script)
    page.goto(f"/tickets/{number}")
    page.locator("#composer-text").fill("Half an hour of careful words")
    with visits.desk.rows():
        now = time_of(db.session)
        db.session.execute(update(WebSession).where(WebSession.ended_at.is_(None)).values(ended_at=now))
    send(page)
    expect(page.locator(".notice")).to_contain_text("What you wrote is kept")
    sign_in_here(page, agent)
    page.wait_for_url(f"**/tickets/{number}*")
    expect(page.locator("#composer-text")).to_have_text("Half an hour of careful words")
    send(page)
    expect(page.locator(".msg-out")).to_contain_text("Half an hour of careful words")
    assert texts(visits.desk, number)[1:] == ["Half an hour of careful words"]


def sign_in_here(page: Page, agent: Agent) -> None:
    page.locator("input[name=email]").fill(agent.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def test_a_page_says_that_the_database_is_away_and_works_again_by_itself(visits: Visits, cast: Cast) -> None:
    visits.expect(503)
    page = visits.of(cast.crews["en"].first)
    page.goto("/lines/1")
    with visits.desk.database_away():
        answer = page.goto("/tickets/mine")
        assert answer is not None
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert faults(page) == []
        assert readiness(visits.desk)["checks"] == {"database": "not ok"}
    page.goto("/tickets/mine")
    expect(page.locator("nav.sidebar")).to_be_visible()
    eventually(lambda: readiness(visits.desk)["status"] == "ok", what="the desk does not recover")


def readiness(desk: Desk) -> dict[str, object]:
    try:
        with urlopen(f"{desk.address}/readyz", timeout=20) as answer:  # noqa: S310  (our own address)
            body = answer.read()
    except HTTPError as refusal:
        body = refusal.read()
    found: dict[str, object] = json.loads(body)
    return found


def test_a_mailbox_nobody_reaches_says_why_and_is_read_once_it_is_back(visits: Visits, cast: Cast) -> None:
    desk = visits.desk
    with desk.rows():
        box = a_mailbox("billing@fernhill.example")
        box.imap_host, box.imap_port = "127.0.0.1", free_port()
        box.imap_user, box_id = "billing", box.id
        sentence = f"Nobody listens on port {box.imap_port} of 127.0.0.1."

    def failing() -> bool:
        with desk.rows():
            return db.session.get_one(Mailbox, box_id).failing_since is not None

    eventually(failing)
    page = visits.of(cast.administrator)
    page.goto("/settings/mailboxes")
    expect(page.get_by_role("row", name="billing@fernhill.example")).to_contain_text(sentence)
    assert faults(page) == []
    assert "not ok" in str(readiness(desk)["checks"])
    answer = page.request.get("/readyz")
    assert "billing@fernhill.example" in answer.text()
    with desk.rows():
        working = db.session.scalars(select(Mailbox).where(Mailbox.imap_port == desk.dovecot.port)).first()
        assert working is not None
        box = db.session.get_one(Mailbox, box_id)
        box.imap_port, box.next_poll_at = working.imap_port, None
        box.imap_secret, box.imap_encryption = working.imap_secret, Encryption.NONE
    eventually(lambda: not failing())
    page.goto("/settings/mailboxes")
    expect(page.get_by_role("row", name="billing@fernhill.example")).not_to_contain_text("refused")


def test_a_letter_that_breaks_is_held_and_the_next_one_goes_on(visits: Visits, cast: Cast) -> None:
    desk, client = visits.desk, cast.crews["en"].colleague
    sender = f"{client.name} <{client.email}>"
    nobody_on_line_3(desk)
    for subject in ("Kaputt", "Whole"):
        letter = a_mail("The words of this letter", sender=sender, to=client.mailbox, subject=subject)
        desk.letter(letter, client.mailbox)
    eventually(lambda: opened(desk, "Whole"))
    eventually(lambda: is_held(desk, "Kaputt"))
    page = visits.of(cast.administrator)
    page.goto("/mail/held")
    expect(page.locator(".held-list")).to_contain_text("Kaputt")
    expect(page.locator(".held-one")).to_contain_text("The words of this letter")
    assert faults(page) == []
    with desk.rows():
        the_team(3)
    page.locator(".held-acts button.button-main").click()
    eventually(lambda: opened(desk, "Kaputt"))


def nobody_on_line_3(desk: Desk) -> None:
    """Letters with that word are to go to line 3, which has no team: nobody can receive them."""
    with desk.rows():
        db.session.execute(delete(Team).where(Team.line == 3))
        db.session.add(
            RoutingRule(
                position=1,
                name="Up",
                conditions={"words": ["kaputt"]},
                placement={"line": 3},
                created_at=LONG_AGO,
            )
        )


def opened(desk: Desk, subject: str) -> bool:
    with desk.rows():
        return bool(db.session.scalar(select(func.count()).where(Ticket.subject == subject)))


def is_held(desk: Desk, subject: str) -> bool:
    """Whether the worker has given up on that letter; the minutes between its tries are passed over."""
    with desk.rows():
        letter = select(InboundMail).where(InboundMail.subject == subject)
        mail = db.session.scalars(letter.with_for_update()).one_or_none()
        if mail is None or mail.state is InboundState.QUARANTINED:
            return mail is not None
        if mail.error:
            mail.next_try_at = time_of(db.session)
            notify("inbound")
        return False
