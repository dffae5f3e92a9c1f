"""Writing in a real browser: files dropped and pasted, canned answers by `::`, drafts that cannot be lost."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.canned import actions as canned
from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.tickets.draft_models import Draft
from tests.browser.cast import Cast
from tests.browser.desk import Desk, eventually
from tests.browser.visits import Visits, faults
from tests.factories import a_ticket
from tests.outgoing import twin_of

pytestmark = pytest.mark.browser
CARRY = """([kind, name, type, text]) => {
  const carried = new DataTransfer();
  const bytes = (words) => Uint8Array.from(atob(words), (one) => one.charCodeAt(0));
  const content = text.startsWith("base64,") ? bytes(text.slice(7)) : text;
  carried.items.add(new File([content], name, { type }));
  const area = document.querySelector("#composer-text");
  area.focus();
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
  area.dispatchEvent(event);
}"""
# A grey picture of four by three.
PNG = (
    "base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAAAAACRn/EaAAAADklEQVR4nGNoAAIGOAEALQ8GAa0C414AAAAASUVORK5CYII="
)
UPLOADED = re.compile(r"^/tickets/\d+/uploads/[\da-f-]{36}$")
SAVED = re.compile(r"Draft saved \d\d:\d\d:\d\d")


@pytest.fixture
def number(desk: Desk, cast: Cast) -> int:
    """A ticket on line 1 of a client with an address."""
    with desk.rows():
        contact = db.session.get_one(Contact, cast.crews["en"].client.contact_id)
        return a_ticket("Labels print twice", contact=contact, at=time_of(db.session)).id


@pytest.fixture
def page(visits: Visits, cast: Cast, number: int) -> Page:
    page = visits.of(cast.crews["en"].first)
    page.goto(f"/tickets/{number}")
    return page


def draft_of(desk: Desk, number: int) -> str | None:
    with desk.rows():
        return db.session.scalars(select(Draft.text).where(Draft.ticket_id == number)).one_or_none()


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(SAVED)


def test_dropped_and_pasted_files_wait_in_the_composer_and_leave_with_the_answer(
    page: Page, desk: Desk, cast: Cast
) -> None:
    address = cast.crews["en"].client.email
    before = len(desk.mails_to(address))
    page.evaluate(CARRY, ["drop", "Счёт.txt", "text/plain", "тысяча"])
    page.evaluate(CARRY, ["paste", "image.png", "image/png", "not really a picture"])
    expect(page.locator("[data-upload]")).to_have_count(2)
    page.evaluate(CARRY, ["paste", "image.png", "image/png", PNG])
    expect(page.locator("#composer-text img")).to_have_attribute("src", UPLOADED)
    page.locator("[data-files]").set_input_files(
        {"name": "log.txt", "mimeType": "text/plain", "buffer": b"log"}
    )
    rows = page.locator("[data-upload]")
    expect(rows).to_have_count(3)
    rows.filter(has_text="log.txt").locator("[data-unstage]").click()
    expect(rows).to_have_count(2)
    page.keyboard.type("Please. ")
    page.keyboard.press("Control+b")
    page.keyboard.type("See all")
    page.keyboard.press("Control+b")
    page.keyboard.type(" now.")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**sent=1**")
    expect(page.locator(".files").last).to_contain_text("Счёт.txt")
    expect(page.locator(".formed strong").last).to_have_text("See all")
    assert page.locator(".formed img").last.evaluate("(one) => one.complete && one.naturalWidth") == 4
    desk.let_undo_pass()
    names: list[str] = []
    while "Счёт.txt" not in names:
        before += 1
        mail = desk.wait_for_mail(address, before)
        names = [part.get_filename() or "" for part in mail.iter_attachments()]
    assert re.fullmatch(r"picture-[\d-]+\.png", names[1])
    assert [part.get_content_type() for part in mail.walk() if part["Content-ID"]] == ["image/png"]
    assert re.search(r"Please\.(?:\s|&nbsp;)<strong>See all</strong>(?:\s|&nbsp;)now", twin_of(mail))


def test_a_file_too_large_is_told_at_its_row_before_it_travels(page: Page) -> None:
    page.evaluate("document.querySelector('[data-uploads]').dataset.fileLimit = '0.000001'")
    page.evaluate(CARRY, ["drop", "video.mp4", "video/mp4", "long"])
    expect(page.locator(".waiting-file.is-bad")).to_contain_text("video.mp4 has 0.0 MB; one file may have")


def test_a_canned_answer_comes_by_two_colons_and_a_word(
    page: Page, desk: Desk, cast: Cast, number: int
) -> None:
    agent, client = cast.crews["en"].first, cast.crews["en"].client
    text = "Hello {{contact_name}}, {{agent_name}} here about {{ticket_number}}."
    with desk.rows():
        for shortcut, words in (("greet", text), ("greeting-long", "Long")):
            wording = canned.Wording(name=f"A {shortcut}", shortcut=shortcut, language="en", text=words)
            canned.create(wording, by=agent.person_id, now=time_of(db.session))
    area = page.locator("#composer-text")
    area.press_sequentially("So: ::gree")
    listed = page.locator("[data-texts-list] [role=option]")
    expect(listed).to_have_count(2)
    assert faults(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(area).to_have_text(f"So: Hello {client.name}, {agent.name} here about HD#{number}.")
    area.press_sequentially(" ::greet")
    expect(listed).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("[data-texts-list]")).to_be_hidden()


def test_a_draft_is_kept_a_second_after_the_last_key_and_when_one_leaves(
    page: Page, visits: Visits, cast: Cast, number: int
) -> None:
    area = page.locator("#composer-text")
    area.fill("Half a sentence")
    saved(page)
    area.press_sequentially(" and")
    page.goto("/tickets/mine")  # within the second
    eventually(lambda: draft_of(visits.desk, number) == "Half a sentence and", what="the draft is not kept")
    elsewhere = visits.of(cast.crews["en"].first)
    elsewhere.goto(f"/tickets/{number}")
    expect(elsewhere.locator("#composer-text")).to_have_text("Half a sentence and")


def test_a_second_window_is_asked_which_text_stays(
    page: Page, visits: Visits, cast: Cast, number: int
) -> None:
    visits.expect(409)
    phone = visits.of(cast.crews["en"].first, width=390)
    phone.goto(f"/tickets/{number}")
    page.locator("#composer-text").fill("From the desk")
    saved(page)
    phone.locator(".switch-public").click()
    phone.locator("#composer-text").fill("From the phone")
    strip = phone.locator("[data-newer]")
    expect(strip).to_contain_text("You went on writing in another window at")
    strip.locator("[data-newer-show]").click()
    expect(phone.locator("#composer-text")).to_have_text("From the desk")
    phone.locator("#composer-text").press_sequentially(", and more")
    saved(phone)
    eventually(lambda: draft_of(visits.desk, number) == "From the desk, and more")
    page.reload()
    expect(page.locator("#composer-text")).to_have_text("From the desk, and more")


def test_while_the_desk_is_away_the_browser_keeps_the_text_and_brings_it_back(
    page: Page, visits: Visits, number: int
) -> None:
    visits.expect(503)
    page.route("**/draft", lambda route: route.fulfill(status=503))
    page.locator("#composer-text").fill("Written in the tunnel")
    expect(page.locator("[data-saved]")).to_have_text(
        "The desk does not answer. Kept in this browser for now."
    )
    page.unroute("**/draft")
    page.goto("/tickets/mine")
    page.goto(f"/tickets/{number}")
    expect(page.locator("#composer-text")).to_have_text("Written in the tunnel")
    saved(page)


def test_recipients_become_chips_and_are_offered_while_typing(page: Page, cast: Cast, desk: Desk) -> None:
    colleague = cast.crews["en"].colleague
    typed = page.locator(".to-client [role=combobox]")
    typed.press_sequentially(colleague.name.split()[0])
    expect(page.locator(".to-client [role=option]").first).to_contain_text(colleague.email)
    page.keyboard.press("Enter")
    typed.press_sequentially("omega@partner.example")
    page.keyboard.press("Enter")
    chips = page.locator(".to-client .chips .rcpt")
    expect(chips).to_have_count(2)
    expect(page.locator("input[name=cc]")).to_have_value(f"{colleague.email}, omega@partner.example")
    chips.first.locator("button").click()
    expect(chips).to_have_count(1)


def test_one_writes_on_behind_a_link_and_keys_go_by_their_place(page: Page) -> None:
    area = page.locator("#composer-text")
    area.press_sequentially("See ")
    area.dispatch_event("keydown", {"key": "л", "code": "KeyK", "ctrlKey": True})  # a Russian layout
    page.locator("[data-trix-input]:focus").press_sequentially("status.fernhill.example")
    page.keyboard.press("Enter")
    area.press_sequentially(" now.")
    expect(area).to_have_text("See https://status.fernhill.example now.")
    expect(area.locator("a")).to_have_text("https://status.fernhill.example")
    page.keyboard.press("Control+z")
    expect(area).not_to_contain_text("now")
    page.keyboard.press("Control+Shift+Z")
    expect(area).to_contain_text("now")
