"""Instructions come in as drafts for staff unless the file says more; a changed text is a new version."""

import pytest
from sqlalchemy import select

from helpdesk.carriage.cargo import Cargo
from helpdesk.db import db
from helpdesk.kb import actions
from helpdesk.kb.models import Article, ArticleState, ArticleText, Audience
from tests.carriage.carrying import a_csv, brought_in, checked, faults
from tests.conftest import NOON
from tests.factories import the_system

pytestmark = pytest.mark.usefixtures("session", "now")
HEADS = ("Title", "Text", "Language", "For whom", "State", "Section")


def the_article() -> Article:
    return db.session.scalars(select(Article)).one()


def test_a_new_one_is_a_draft_for_staff() -> None:
    brought_in(Cargo.ARTICLES, a_csv(("Title", "Text"), ("Printer", "1. Look\n2. Print")))
    article = the_article()
    assert (article.state, article.audience) == (ArticleState.DRAFT, Audience.STAFF)
    text = db.session.scalars(select(ArticleText)).one()
    assert (text.title, text.body, text.language) == ("Printer", "1. Look\n2. Print", "en")


def test_the_file_may_say_more_and_a_second_time_changes_nothing() -> None:
    content = a_csv(HEADS, ("Принтер", "1. Смотреть", "русский", "клиенты", "опубликовано", "Печать"))
    brought_in(Cargo.ARTICLES, content)
    article = the_article()
    assert (article.state, article.audience, article.section) == (
        ArticleState.PUBLISHED,
        Audience.CLIENTS,
        "Печать",
    )
    assert checked(Cargo.ARTICLES, content).counts["same"] == 1


def test_a_changed_text_is_the_next_version_and_stays_published() -> None:
    brought_in(Cargo.ARTICLES, a_csv(HEADS, ("Printer", "Old", "en", "clients", "published", "Print")))
    run = brought_in(Cargo.ARTICLES, a_csv(("Title", "Text"), ("PRINTER", "New")))
    assert run.counts["changed"] == 1
    db.session.expire_all()
    versions = db.session.execute(select(ArticleText.version, ArticleText.body).order_by(ArticleText.version))
    assert [tuple(row) for row in versions] == [(1, "Old"), (2, "New")]
    assert (the_article().state, the_article().audience) == (ArticleState.PUBLISHED, Audience.CLIENTS)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "Text", "", "", "", ""), "This cell is empty, and it is needed."),
        (("Printer", "", "", "", "", ""), "This cell is empty, and it is needed."),
        (("Printer", "T", "", "everyone", "", ""), "“everyone” is no audience. Write staff or clients."),
        (("Printer", "T", "", "", "perhaps", ""), "“perhaps” is no state. Write draft or published."),
        (
            ("Gone", "T", "", "", "", ""),
            "An instruction of this title was retired. Bring it back on its page first, or change the title.",
        ),
    ],
)
def test_a_wrong_row_gets_its_sentence(row: tuple[str, ...], sentence: str) -> None:
    gone = actions.create(
        actions.Writing(language="en", title="Gone", body="x"),
        audience=Audience.STAFF,
        section="",
        by=the_system().id,
        now=NOON,
    )
    actions.retire(gone, now=NOON)
    assert faults(checked(Cargo.ARTICLES, a_csv(HEADS, row))) == [f"Row 2: {sentence}"]
