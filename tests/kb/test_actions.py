"""Writing, publishing and giving away instructions."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.models import Person
from helpdesk.errors import RuleViolation, StaleChange
from helpdesk.kb import actions, queries
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Article, ArticleState, Audience
from tests import factories

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
TEXT = Writing(language="en", title="Sign in again", body="1. Sign out\n2. Sign in")


@pytest.fixture
def author(session: scoped_session[Session]) -> Person:
    return factories.an_agent("Ada Lind")


def _article(author: Person, audience: Audience = Audience.CLIENTS) -> Article:
    return actions.create(TEXT, audience=audience, section="Sign-in", by=author.id, now=NOW)


def test_a_new_instruction_is_a_draft(author: Person) -> None:
    assert _article(author).state is ArticleState.DRAFT


def test_an_instruction_without_text_is_refused(author: Person) -> None:
    with pytest.raises(RuleViolation, match="needs a title and a text"):
        actions.create(
            Writing(language="en", title="x", body=" \n"),
            audience=Audience.STAFF,
            section="",
            by=author.id,
            now=NOW,
        )


def test_the_newest_version_is_the_one_that_is_read(author: Person) -> None:
    article = _article(author)
    newer = Writing(language="en", title="Sign in once more", body="1. Again")
    actions.write(article, newer, seen_version=1, by=author.id, now=NOW)
    text = queries.current_text(article.id)
    assert text is not None
    assert (text.title, text.version) == ("Sign in once more", 2)


def test_a_text_written_over_an_old_version_is_refused(author: Person) -> None:
    article = _article(author)
    actions.write(article, TEXT, seen_version=1, by=author.id, now=NOW)
    with pytest.raises(StaleChange, match="newer version"):
        actions.write(article, TEXT, seen_version=1, by=author.id, now=NOW)


def test_a_clients_instruction_is_given_in_the_clients_language(author: Person) -> None:
    article = _article(author)
    russian = Writing(language="ru", title="Войдите снова", body="1. Выйдите\n2. Войдите")
    actions.write(article, russian, seen_version=0, by=author.id, now=NOW)
    actions.publish(article, now=NOW)
    assert actions.text_for_client(article, ("ru", "en")) == "Войдите снова\n\n1. Выйдите\n2. Войдите"


def test_the_text_of_a_staff_instruction_never_goes_to_a_client(author: Person) -> None:
    article = _article(author, Audience.STAFF)
    actions.publish(article, now=NOW)
    with pytest.raises(RuleViolation, match="never goes to a client"):
        actions.text_for_client(article, ("en",))


def test_a_draft_is_not_given_to_a_client(author: Person) -> None:
    with pytest.raises(RuleViolation, match="not published"):
        actions.text_for_client(_article(author), ("en",))


def test_a_retired_instruction_is_not_retired_twice(author: Person) -> None:
    article = _article(author)
    actions.retire(article, now=NOW)
    with pytest.raises(RuleViolation, match="retired already"):
        actions.retire(article, now=NOW)
