"""What changes instructions: writing them, offering them, taking them back, giving their text to a client."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from helpdesk.db import db
from helpdesk.errors import RuleViolation, StaleChange
from helpdesk.kb import queries, rules
from helpdesk.kb.models import Article, ArticleState, ArticleText, Audience


@dataclass(frozen=True, kw_only=True)
class Writing:
    """The words of an instruction in one language; `body` is written as rules.blocks_of reads it."""

    language: str
    title: str
    summary: str = ""
    body: str


def create(writing: Writing, *, audience: Audience, section: str, by: int, now: datetime) -> Article:
    """A new instruction as a draft. Raises RuleViolation without title or text."""
    article = Article(
        audience=audience,
        state=ArticleState.DRAFT,
        section=section.strip(),
        author_id=by,
        created_at=now,
        updated_at=now,
    )
    db.session.add(article)
    db.session.flush()
    write(article, writing, seen_version=0, by=by, now=now)
    return article


def write(article: Article, writing: Writing, *, seen_version: int, by: int, now: datetime) -> ArticleText:
    """The next version of the text in that language, written over `seen_version` (0 for none).

    Raises RuleViolation without title or text, StaleChange when somebody else wrote a version meanwhile.
    """
    if not writing.title.strip() or not writing.body.strip():
        raise RuleViolation(_("An instruction needs a title and a text."))
    if newest_version(article.id, writing.language) != seen_version:
        raise StaleChange(_("Somebody else has written a newer version of this instruction."))
    db.session.execute(
        update(ArticleText)
        .where(ArticleText.article_id == article.id, ArticleText.language == writing.language)
        .values(is_current=False)
    )
    text = ArticleText(
        article_id=article.id,
        language=writing.language,
        version=seen_version + 1,
        title=" ".join(writing.title.split()),
        summary=" ".join(writing.summary.split()),
        body=writing.body.replace("\r\n", "\n").strip(),
        is_current=True,
        author_id=by,
        created_at=now,
    )
    db.session.add(text)
    article.updated_at = now
    db.session.flush()
    return text


def newest_version(article_id: int, language: str) -> int:
    """The number of the newest version in that language; 0 when there is none."""
    query = select(func.max(ArticleText.version)).where(
        ArticleText.article_id == article_id, ArticleText.language == language
    )
    return db.session.scalar(query) or 0


def place(article: Article, *, audience: Audience, section: str, now: datetime) -> None:
    """For whom the instruction is and in which section it stands."""
    article.audience, article.section, article.updated_at = audience, section.strip(), now


def publish(article: Article, *, now: datetime) -> None:
    """From now on it is offered while somebody types. Raises RuleViolation for an empty one."""
    if not queries.current_texts(article.id):
        raise RuleViolation(_("Write the instruction first."))
    article.state, article.updated_at = ArticleState.PUBLISHED, now


def retire(article: Article, *, now: datetime) -> None:
    """It is offered no longer; tickets that used it keep it. Raises RuleViolation for a retired one."""
    if article.state is ArticleState.RETIRED:
        raise RuleViolation(_("This instruction is retired already."))
    article.state, article.updated_at = ArticleState.RETIRED, now


def text_for_client(article: Article, languages: Sequence[str]) -> str:
    """The words to put into an answer, in the client's language where there is one.

    Raises RuleViolation for an instruction that only staff may read, or one that is not published.
    """
    if article.audience is not Audience.CLIENTS:
        raise RuleViolation(_("This instruction is for staff only: its text never goes to a client."))
    if article.state is not ArticleState.PUBLISHED:
        raise RuleViolation(_("This instruction is not published."))
    text = queries.current_text(article.id, languages)
    if text is None:
        raise RuleViolation(_("Write the instruction first."))
    return rules.as_answer(text.title, text.body)
