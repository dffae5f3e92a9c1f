"""An instruction as a reader sees it: the text in a language of theirs, in parts, and who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.kb import rules
from helpdesk.kb.models import Article, ArticleText
from helpdesk.kb.queries import LANGUAGES, current_texts, experience_of


@dataclass(frozen=True)
class Reading:
    """An instruction to read: the article, the text in the reader's language, and who wrote it."""

    article: Article
    text: ArticleText
    blocks: tuple[rules.Block, ...]
    author: str
    languages: tuple[str, ...]
    experience: rules.Experience


def reading(article: Article, languages: Sequence[str] = LANGUAGES) -> Reading | None:
    """The instruction in the first of the languages that it has; None while it has no text."""
    texts = {text.language: text for text in current_texts(article.id)}
    text = next((texts[name] for name in (*languages, *texts) if name in texts), None)
    if text is None:
        return None
    author = db.session.scalar(select(Person.name).where(Person.id == text.author_id)) or ""
    return Reading(
        article=article,
        text=text,
        blocks=rules.blocks_of(text.body),
        author=author,
        languages=tuple(texts),
        experience=experience_of([article.id])[article.id],
    )
