"""The main job, end to end, in both languages: a letter in, up to line 2 and back, answered, solved."""

from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.tickets.models import Ticket
from tests.browser.cast import Cast, Crew
from tests.browser.desk import Desk, eventually
from tests.browser.pressing import answer, open_dialog, press
from tests.browser.visits import Visits, faults, sign_in
from tests.mail.letters import a_mail
from tests.outgoing import said, twin_of


@dataclass(frozen=True)
class Words:
    """What people of that language write; what is `secret` may never leave the desk."""

    subject: str
    letter: str
    greeting: str
    first_answer: str
    note: str
    asked: str
    tried: str
    reason: str
    second_answer: str
    thanks: str
    solution: str

    @property
    def secret(self) -> tuple[str, ...]:
        return (self.note, self.asked, self.tried, self.reason)


WORDS = {
    "en": Words(
        subject="Recall letters come out empty",
        letter="Since this morning every recall letter is a blank page.",
        greeting="Hello",
        first_answer="Thank you, we are looking at the template.",
        note="They did not pay in March, tread softly.",
        asked="Please check the template store.",
        tried="Chose the tray anew, printed from another desk.",
        reason="The template is fine, the tray is not.",
        second_answer="Please choose tray two and print again.",
        thanks="Tray two works, thank you!",
        solution="Tray two was chosen.",
    ),
    "ru": Words(
        subject="Письма-напоминания выходят пустыми",
        letter="С самого утра каждое письмо-напоминание — пустой лист.",
        greeting="Здравствуйте",
        first_answer="Спасибо, смотрим шаблон.",
        note="В марте они не заплатили, пишем бережно.",
        asked="Проверьте, пожалуйста, хранилище шаблонов.",
        tried="Выбрали лоток заново, печатали с другого места.",
        reason="Шаблон в порядке, дело в лотке.",
        second_answer="Выберите, пожалуйста, второй лоток и напечатайте ещё раз.",
        thanks="Второй лоток работает, спасибо!",
        solution="Выбран второй лоток.",
    ),
}


@dataclass
class Story:
    """Where the story has come to: the desk, its people, and the ticket in the middle."""

    desk: Desk
    crew: Crew
    words: Words
    number: int = 0

    def letter(self, text: str, **headers: str) -> EmailMessage:
        """A letter of the client."""
        client = self.crew.client
        sender = f"{client.name} <{client.email}>"
        return a_mail(text, sender=sender, to=client.mailbox, **headers)

    def mail(self, count: int) -> EmailMessage:
        """That many mails have left for the client; the last of them."""
        return self.desk.wait_for_mail(self.crew.client.email, count)

    def state(self) -> str:
        with self.desk.rows():
            return db.session.get_one(Ticket, self.number).state.value

    def becomes(self, state: str) -> None:
        eventually(lambda: self.state() == state, what=f"the ticket does not become {state}")


def in_list(page: Page, number: int) -> Locator:
    """The row of the ticket in the list that is open."""
    row = page.locator("tr.item", has=page.get_by_role("cell", name=str(number), exact=True))
    expect(row).to_be_visible()
    return row


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_letter_goes_through_the_lines_and_back_until_it_is_solved(
    visits: Visits, cast: Cast, language: str
) -> None:
    story = Story(visits.desk, cast.crews[language], WORDS[language])
    first, second = visits.stranger(language), visits.stranger(language)
    a_letter_comes_in(story)
    line_1_answers(story, first)
    line_1_hands_it_up(story, first)
    line_2_returns_it(story, second)
    line_1_answers_again(story, first)
    the_client_answers(story, first)
    line_1_solves_it(story, first)
    nothing_internal_has_left(story)


def a_letter_comes_in(story: Story) -> None:
    desk, words = story.desk, story.words
    desk.letter(story.letter(words.letter, subject=words.subject), story.crew.client.mailbox)
    receipt = story.mail(1)
    with desk.rows():
        story.number = db.session.scalars(select(Ticket.id).where(Ticket.subject == words.subject)).one()
    assert f"#{story.number}]" in receipt["Subject"]
    assert said(receipt).startswith(words.greeting)
    assert f"#{story.number}" in said(receipt)
    assert receipt["Auto-Submitted"] == "auto-replied"


def line_1_answers(story: Story, page: Page) -> None:
    words = story.words
    sign_in(page, story.crew.first)
    page.goto("/lines/1")
    row = in_list(page, story.number)
    assert faults(page) == []
    row.get_by_role("link").click()
    expect(page.locator(".talk").get_by_text(words.letter)).to_be_visible()
    page.locator("h1").first.click()
    press(page, "t")
    expect(page.locator("[data-key=T]")).to_have_count(0)
    answer(page, words.first_answer)
    assert faults(page) == []
    story.desk.let_undo_pass()
    mail = story.mail(2)
    assert words.first_answer in said(mail)
    assert mail["References"]
    assert mail["In-Reply-To"]
    assert mail["From"].addresses[0].addr_spec == story.crew.client.mailbox


def line_1_hands_it_up(story: Story, page: Page) -> None:
    words = story.words
    answer(page, words.note, key="i")
    expect(page.locator(".msg-note").get_by_text(words.note)).to_be_visible()
    open_dialog(page, "e", "escalation-dialog")
    page.locator("#escalation-asked").fill(words.asked)
    page.locator("#escalation-tried").fill(words.tried)
    assert faults(page) == []
    page.locator("#escalation-dialog button.button-main").click()
    page.wait_for_url("**/teams/*")
    page.goto("/tickets/followed")
    in_list(page, story.number)


def line_2_returns_it(story: Story, page: Page) -> None:
    words = story.words
    sign_in(page, story.crew.second)
    in_list(page, story.number)
    page.goto(f"/tickets/{story.number}")
    card = page.locator(".handover")
    expect(card.get_by_text(words.asked)).to_be_visible()
    expect(card.get_by_text(words.tried)).to_be_visible()
    expect(page.locator(".msg-note").get_by_text(words.note)).to_be_visible()
    page.locator("h1").first.click()
    press(page, "t")
    expect(page.locator("[data-key=T]")).to_have_count(0)
    open_dialog(page, "b", "return-dialog")
    page.locator("#return-reason").fill(words.reason)
    page.locator("#return-code").select_option("answered")
    assert faults(page) == []
    page.locator("#return-dialog button.button-main").click()
    page.wait_for_url("**/teams/*")


def line_1_answers_again(story: Story, page: Page) -> None:
    page.goto("/tickets/mine")
    in_list(page, story.number)
    page.goto(f"/tickets/{story.number}")
    expect(page.locator(".move-back").get_by_text(story.words.reason)).to_be_visible()
    answer(page, story.words.second_answer)
    open_dialog(page, "w", "waiting-dialog")
    page.locator("#waiting-reason").fill(story.words.second_answer)
    page.locator("#waiting-dialog button.button-main").click()
    story.becomes("waiting_client")
    story.desk.let_undo_pass()
    assert story.words.second_answer in said(story.mail(3))


def the_client_answers(story: Story, page: Page) -> None:
    """His mail program keeps nothing but References; the letter comes in by the SMTP door."""
    asked = story.mail(3)
    letter = story.letter(
        story.words.thanks, subject="Re:", References=f"{asked['References']} {asked['Message-ID']}"
    )
    client = story.crew.client
    story.desk.hand_in(letter, sender=client.email, to=client.mailbox)
    story.becomes("open")
    page.reload()
    expect(page.locator(".msg-in").get_by_text(story.words.thanks)).to_be_visible()


def line_1_solves_it(story: Story, page: Page) -> None:
    open_dialog(page, "d", "resolution-dialog")
    page.locator("#resolution-note").fill(story.words.solution)
    page.locator("#resolution-dialog button.button-main").click()
    story.becomes("resolved")
    expect(page.locator(".talk").get_by_text(story.words.solution)).to_be_visible()
    assert faults(page) == []
    story.desk.let_undo_pass()
    notice = story.mail(4)
    assert said(notice).startswith(story.words.greeting)
    assert notice["Auto-Submitted"] == "auto-generated"


def nothing_internal_has_left(story: Story) -> None:
    sent = "\n".join(
        mail.as_string() + said(mail) + twin_of(mail) for mail in story.desk.mails_to(story.crew.client.email)
    )
    assert [secret for secret in story.words.secret if secret in sent] == []
    assert story.crew.second.name not in sent
