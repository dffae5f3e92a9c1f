"""The first evening in a browser: from an empty database to a solved mail and a solved call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from helpdesk.accounts.models import Account
from helpdesk.admin.assistant.claiming import code
from helpdesk.db import db
from helpdesk.postgres import Urls, add_database, drop_database
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.models import Ticket
from tests.browser.desk import Desk, a_desk, eventually
from tests.browser.pressing import answer, open_dialog, press
from tests.browser.visits import Visits, faults
from tests.conftest import TEMPLATE
from tests.factories import PASSWORD
from tests.mail.letters import a_mail
from tests.outgoing import plain_of
from tests.servers import PASSWORD as IMAP_PASSWORD
from tests.servers import Dovecot

LINK = re.compile(r"https?://\S+/invitations/\S+")


@dataclass(frozen=True)
class Words:
    """What the founder, the colleague and the client of that language type."""

    firm: str
    founder: str
    colleague: str
    subject: str
    letter: str
    reply: str
    solution: str
    caller: str
    company: str
    happened: str
    done: str


WORDS = {
    "en": Words(
        firm="Brightwater Support",
        founder="Grace Moreau",
        colleague="Tom Okafor",
        subject="The label printer is silent",
        letter="Since noon it prints no labels.",
        reply="Please switch it off and on once.",
        solution="Switched off and on.",
        caller="Hanna Bell",
        company="Halden Freight",
        happened="The scanner sees nothing.",
        done="Wiped the window of the scanner.",
    ),
    "ru": Words(
        firm="Светлая Вода",
        founder="Нина Волкова",
        colleague="Лев Орлов",
        subject="Принтер этикеток молчит",
        letter="С полудня не печатает этикетки.",
        reply="Выключите и включите его, пожалуйста.",
        solution="Выключили и включили.",
        caller="Анна Белова",
        company="Северный Путь",
        happened="Сканер ничего не видит.",
        done="Протёрли окошко сканера.",
    ),
}


@dataclass
class Evening:
    """An empty desk with its servers, one browser in front of it, and what is typed there."""

    desk: Desk
    visits: Visits
    page: Page
    words: Words
    mailbox: str

    @property
    def founder(self) -> str:
        return self.mailbox.replace("help@", "grace@")

    def type(self, name: str, words: str) -> None:
        """Into the field of that name, by keyboard, over what stands there."""
        self.page.locator(f"[name={name}]").first.focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    @property
    def is_narrow(self) -> bool:
        """A phone: no keys for verbs, fingers instead."""
        return (self.page.viewport_size or {"width": 0})["width"] < 760

    def take(self) -> None:
        if self.is_narrow:
            self.page.locator(".bar-ticket details.menu summary").tap()
            self.page.locator(".menu-list form[action$='/assignee'] button").tap()
        else:
            self.page.locator("h1").first.click()
            press(self.page, "t")
        expect(self.page.locator("[data-key=T]")).to_have_count(0)

    def answer(self, words: str) -> None:
        if not self.is_narrow:
            answer(self.page, words)
            return
        self.page.locator(".switch-public").tap()
        self.page.locator("#composer-text").fill(words)
        self.page.locator(".composer button.button-main").tap()
        expect(self.page.locator(".talk").get_by_text(words)).to_be_visible()

    def open_resolution(self) -> None:
        if self.is_narrow:
            self.page.locator(".bar-ticket .button-done").tap()
            expect(self.page.locator("#resolution-dialog")).to_be_visible()
        else:
            open_dialog(self.page, "d", "resolution-dialog")

    def go_on(self, to: str) -> None:
        """Ctrl+Enter sends the form of the step."""
        assert faults(self.page) == []
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_url(to)


@pytest.fixture(
    params=[("en", 1440), ("ru", 1440), ("en", 390), ("ru", 390)], ids=lambda one: f"{one[0]}-{one[1]}"
)
def evening(
    request: pytest.FixtureRequest, server: Urls, dovecot: Dovecot, chromium: Browser
) -> Iterator[Evening]:
    """A desk of its own for each evening; mail leaves only by what the founder types."""
    language, width = request.param
    name = f"evening_{language}_{width}"
    urls = add_database(server, name, template=TEMPLATE)
    with (
        TemporaryDirectory(prefix="desk-evening-") as folder,
        a_desk(urls, Path(folder), dovecot, HELPDESK_SMTP_URL="") as desk,
    ):
        desk.start("serve", "worker")
        visits = Visits(chromium, desk)
        page = visits.stranger(language, width=width)
        mailbox = f"help@{name.replace('_', '-')}.example"
        yield Evening(desk, visits, page, WORDS[language], mailbox)
        visits.close()
        assert visits.complaints == []
    drop_database(urls)


def test_an_empty_desk_is_set_up_and_solves_its_first_mail_and_call(evening: Evening) -> None:
    the_desk_is_claimed(evening)
    a_mailbox_is_connected(evening)
    the_lines_get_people(evening)
    hours_and_policy_are_made(evening)
    a_mail_is_solved(evening)
    a_call_is_solved(evening)
    the_colleague_comes_in(evening)


def the_desk_is_claimed(evening: Evening) -> None:
    page, words = evening.page, evening.words
    page.goto("/")
    page.wait_for_url("**/welcome")
    with evening.desk.app.app_context():
        evening.type("code", code())
    evening.type("name", words.firm)
    page.locator("[name=country]").select_option("DE")
    evening.type("founder", words.founder)
    evening.type("email", evening.founder)
    evening.type("password", PASSWORD)
    evening.go_on("**/welcome/mailbox")
    expect(page.get_by_text(words.firm).first).to_be_visible()


def a_mailbox_is_connected(evening: Evening) -> None:
    """First with a wrong password, which the try names; then with the right one."""
    page, desk = evening.page, evening.desk
    evening.type("address", evening.mailbox)
    evening.type("imap_password", "not the password")
    for side, port in (("imap", desk.dovecot.port), ("smtp", desk.sink.port)):
        evening.type(f"{side}_host", "127.0.0.1")
        page.locator(f"[name={side}_encryption]").select_option("none")
        evening.type(f"{side}_port", str(port))
    page.locator("[name=same_account]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Alt+t")
    expect(page.locator("#findings .finding-bad").first).to_be_visible()
    assert faults(page) == []
    evening.type("imap_password", IMAP_PASSWORD)
    page.keyboard.press("Alt+t")
    expect(page.locator("#findings .finding-good b")).to_have_count(2)
    evening.go_on("**/welcome/lines")


def the_lines_get_people(evening: Evening) -> None:
    colleague = evening.founder.replace("grace@", "tom@")
    evening.type("people_2", colleague)
    evening.go_on("**/welcome/hours")


def hours_and_policy_are_made(evening: Evening) -> None:
    evening.go_on("**/welcome/policy")
    evening.go_on("**/welcome/ready")
    expect(evening.page.get_by_text(evening.mailbox)).to_be_visible()
    assert faults(evening.page) == []


def a_mail_is_solved(evening: Evening) -> None:
    page, words, desk = evening.page, evening.words, evening.desk
    letter = a_mail(
        words.letter, sender="Olga <olga@halden.example>", to=evening.mailbox, subject=words.subject
    )
    desk.letter(letter, evening.mailbox)
    number = eventually(lambda: _number(evening), what="the letter did not become a ticket") or 0
    page.goto("/lines/1")
    row = page.locator("tr.item").filter(has_text=words.subject)
    expect(row.locator(".sla").first).to_be_visible()
    assert faults(page) == []
    row.get_by_role("link").first.click()
    page.wait_for_url(f"**/tickets/{number}*")
    evening.take()
    say_who_it_is(page, words)
    evening.answer(words.reply)
    desk.let_undo_pass()
    eventually(
        lambda: [mail for mail in desk.mails_to("olga@halden.example") if words.reply in plain_of(mail)],
        what="the answer has not left",
    )
    evening.open_resolution()
    page.locator("#resolution-note").focus()
    page.keyboard.type(words.solution)
    page.locator("#resolution-dialog button.button-main").click()
    eventually(lambda: _state(evening, number) == "resolved", what="the ticket is not solved")


def say_who_it_is(page: Page, words: Words) -> None:
    """Nobody knows any client yet: the sender becomes a contact of a new company."""
    page.locator("a[hx-target='#client-place']:visible").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#client-dialog")).to_be_visible()
    page.locator("#client-dialog [name=who][value=new]").check()
    page.locator("#client-dialog [name=company_text]").fill(words.company)
    assert faults(page) == []
    page.locator("#client-dialog button.button-main").click()
    expect(page.locator("#client-dialog")).to_have_count(0)


def a_call_is_solved(evening: Evening) -> None:
    page, words = evening.page, evening.words
    page.goto("/lines/1")
    if evening.is_narrow:
        page.locator(".topbar a[href='/calls/new']").tap()
    else:
        page.keyboard.press("c")
    page.wait_for_url("**/calls/new")
    expect(page.locator("#contact-text")).to_be_focused()
    page.keyboard.type(words.caller)
    page.locator("[role=option][data-value=new]").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("[name=new_name]")).to_be_visible()
    evening.type("new_name", words.caller)
    evening.type("new_company", words.company)
    page.keyboard.press("Escape")
    evening.type("happened", words.happened)
    evening.type("done", words.done)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/tickets/*")
    with evening.desk.rows():
        assert db.session.scalars(select(Call.outcome)).all() == [CallOutcome.SOLVED]


def the_colleague_comes_in(evening: Evening) -> None:
    """By the link of the invitation, with a password of his own, to the list of his line."""
    words, address = evening.words, evening.founder.replace("grace@", "tom@")
    mail = evening.desk.wait_for_mail(address, 1)
    found = LINK.search(mail.get_content())
    assert found
    page = evening.visits.stranger("en" if words is WORDS["en"] else "ru")
    page.goto(found[0])
    page.locator("[name=name]").fill(words.colleague)
    page.locator("[name=new_password]").fill(PASSWORD)
    page.locator("[name=repeated]").fill(PASSWORD)
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/invitations/" not in url)
    with evening.desk.rows():
        account = db.session.scalars(select(Account).where(Account.email == address)).one()
        assert account.invited_at is None
    page.goto("/lines/2")
    expect(page.locator("h1").first).to_be_visible()


def _number(evening: Evening) -> int | None:
    with evening.desk.rows():
        return db.session.scalar(select(Ticket.id).where(Ticket.subject == evening.words.subject))


def _state(evening: Evening, number: int) -> str:
    with evening.desk.rows():
        return db.session.get_one(Ticket, number).state.value
