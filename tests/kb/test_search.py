"""Finding instructions in both languages, by half-typed words and by what a caller tells."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.kb import actions, queries
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Article, ArticleUse, Audience, Outcome
from tests import factories

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)

PRINTER = (
    "The printer prints empty pages",
    "Labels and delivery notes come out blank.",
    "1. Open the printer settings\n2. Choose the right paper\n3. Print a test page",
)
PRINTER_RU = (
    "Принтер печатает пустые страницы",
    "Этикетки и накладные выходят пустыми.",
    "1. Откройте настройки печати\n2. Выберите бумагу\n3. Распечатайте пробную страницу",
)
SIGN_IN = (
    "Signed out every few minutes",
    "Sessions end by themselves.",
    "1. Sign out everywhere\n2. Sign in again",
)
SIGN_IN_RU = ("Выбрасывает из системы", "Сеансы заканчиваются сами.", "1. Выйдите везде\n2. Войдите снова")


@pytest.fixture
def author(session: scoped_session[Session]) -> Person:
    return factories.an_agent("Ada Lind")


@pytest.fixture
def printer(author: Person) -> Article:
    return _published(author, Audience.CLIENTS, en=PRINTER, ru=PRINTER_RU)


@pytest.fixture
def sign_in(author: Person) -> Article:
    return _published(author, Audience.STAFF, en=SIGN_IN, ru=SIGN_IN_RU)


def _published(author: Person, audience: Audience, **texts: tuple[str, str, str]) -> Article:
    writings = [Writing(language=name, title=t, summary=s, body=b) for name, (t, s, b) in texts.items()]
    article = actions.create(writings[0], audience=audience, section="CRM", by=author.id, now=NOW)
    for writing in writings[1:]:
        actions.write(article, writing, seen_version=0, by=author.id, now=NOW)
    actions.publish(article, now=NOW)
    return article


@pytest.mark.usefixtures("sign_in")
@pytest.mark.parametrize(
    "typed",
    [
        "printer", "printers", "printing", "prin", "print empty", "empty the printer", "label",
        "delivery note", "печать", "печати", "печатает", "печат", "пустая страница", "накладная", "этикетка",
        "Принтеры", "как печатать",
    ],
)  # fmt: skip
def test_an_instruction_is_found_by_any_form_of_its_words(printer: Article, typed: str) -> None:
    assert [hit.article_id for hit in queries.search(typed)] == [printer.id]


@pytest.mark.usefixtures("printer", "sign_in")
@pytest.mark.parametrize("typed", ["", "&|!", "zebra", "printer zebra", "'; drop table article; --"])
def test_what_no_instruction_says_finds_none_and_breaks_nothing(typed: str) -> None:
    assert queries.search(typed) == []


def test_an_instruction_found_in_two_languages_stands_once_in_the_readers(author: Person) -> None:
    article = _published(author, Audience.STAFF, en=("VPN", "", "VPN"), ru=("VPN по-русски", "", "VPN"))
    assert [(hit.article_id, hit.title) for hit in queries.search("vpn", languages=("ru", "en"))] == [
        (article.id, "VPN по-русски")
    ]


def test_drafts_and_retired_instructions_are_not_offered(author: Person, printer: Article) -> None:
    actions.create(
        Writing(language="en", title="Printer draft", body="x"),
        audience=Audience.STAFF,
        section="",
        by=author.id,
        now=NOW,
    )
    actions.retire(printer, now=NOW)
    assert queries.search("printer") == []


def test_an_instruction_for_staff_is_not_among_those_for_clients(sign_in: Article) -> None:
    assert queries.search("minutes", audience=Audience.CLIENTS) == []
    assert [hit.article_id for hit in queries.search("minutes", audience=Audience.STAFF)] == [sign_in.id]


def test_the_found_words_are_marked_and_all_else_is_escaped(author: Person) -> None:
    body = "Open <script>alert(1)</script> the \ue000printer\ue001 menu & print"
    _published(author, Audience.STAFF, en=("A & B", "", body))
    (hit,) = queries.search("printer")
    assert "<mark>printer</mark>" in hit.headline
    assert "<script>" not in hit.headline
    assert hit.headline.count("<mark>") == hit.headline.count("</mark>") == 1


@pytest.mark.usefixtures("sign_in")
@pytest.mark.parametrize(
    "told",
    [
        "Her printer at the counter spits out empty pages since this morning, she says the paper is fine",
        "У неё принтер выдаёт пустые страницы с утра, бумагу меняли, печать не идёт",
        "delivery notes",
        "print",
    ],
)
def test_what_a_caller_tells_suggests_the_instruction_that_fits(printer: Article, told: str) -> None:
    assert queries.suggest(told)[0].article_id == printer.id


@pytest.mark.usefixtures("printer", "sign_in")
def test_what_fits_nothing_suggests_nothing() -> None:
    assert queries.suggest("The coffee machine is broken") == []


def test_of_two_that_fit_the_one_that_helped_stands_first(
    session: scoped_session[Session], author: Person, printer: Article
) -> None:
    better = _published(author, Audience.STAFF, en=PRINTER)
    for solved in (True, True, True, False):
        _used(session, better, author, Outcome.SOLVED if solved else Outcome.DID_NOT_HELP)
        _used(session, printer, author, Outcome.DID_NOT_HELP)
    first, second = queries.suggest("the printer prints empty pages")
    assert (first.article_id, second.article_id) == (better.id, printer.id)
    assert (first.experience.solved, first.experience.tried) == (3, 4)


def _used(session: scoped_session[Session], article: Article, person: Person, outcome: Outcome) -> None:
    ticket = factories.a_ticket()
    session.add(
        ArticleUse(article_id=article.id, ticket_id=ticket.id, person_id=person.id, outcome=outcome, at=NOW)
    )
    session.flush()
