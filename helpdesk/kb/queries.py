"""Instructions for whoever looks for them: by words, by what a caller tells, by section, and each in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased, contains_eager

from helpdesk.db import db
from helpdesk.kb import marks, rules
from helpdesk.kb.models import Article, ArticleState, ArticleText, ArticleUse, Audience, Outcome

LANGUAGES = ("en", "ru")
PAGE_SIZE = 50
_STEMS = "russian"  # sends Latin words to the English stemmer
_WORDS = "simple"


def languages_for(reader: str) -> tuple[str, ...]:
    """The reader's language first, then the others: an instruction in a foreign one is better than none."""
    return (reader, *(name for name in LANGUAGES if name != reader))


@dataclass(frozen=True)
class Hit:
    """An instruction in a list of found ones; `headline` is safe HTML with the found words marked."""

    article_id: int
    text_id: int
    title: str
    language: str
    section: str
    audience: Audience
    state: ArticleState
    headline: Markup
    updated_at: datetime
    experience: rules.Experience


@dataclass(frozen=True)
class Suggestion:
    """An instruction that may fit, ready to be run step by step."""

    article_id: int
    title: str
    language: str
    audience: Audience
    steps: tuple[str, ...]
    summary: str
    updated_at: datetime
    experience: rules.Experience

    @property
    def is_for_clients(self) -> bool:
        return self.audience is Audience.CLIENTS


def search(
    typed: str,
    *,
    languages: Sequence[str] = LANGUAGES,
    audience: Audience | None = None,
    states: Sequence[ArticleState] = (ArticleState.PUBLISHED,),
    limit: int = 30,
) -> list[Hit]:
    """Instructions that have every typed word in some form, in any of the languages; best first.

    An instruction found in two languages stands once, in the one named first.
    """
    words = rules.words_of(typed)
    if not words:
        return []
    rank = _rank(words)
    found = _texts(states, languages, audience).where(*(_has(word) for word in words))
    rows = db.session.execute(
        found.add_columns(_headline(words)).order_by(rank.desc(), ArticleText.id).limit(limit * 2)
    ).all()
    best = _once([(text, headline) for text, headline in rows], languages)[:limit]
    experiences = experience_of([text.article_id for text, _ in best])
    return [_hit(text, headline, experiences[text.article_id]) for text, headline in best]


def suggest(text: str, *, languages: Sequence[str] = LANGUAGES, limit: int = 3) -> list[Suggestion]:
    """Published instructions that may fit what a caller tells: some word stands in their title or summary.

    Ranked by how much of the text they speak about and by how often they solved it before.
    """
    words = tuple(word for word in rules.words_of(text, most=40) if len(word) > 2)
    if not words:
        return []
    named = ArticleText.stems.op("@@", is_comparison=True)(
        func.to_tsquery(_STEMS, " | ".join(f"{word}:*AB" for word in words))
    )
    begun = ArticleText.words.op("@@", is_comparison=True)(
        func.to_tsquery(_WORDS, " | ".join(f"{rules.beginning(word)}:*A" for word in words if len(word) > 4))
    )
    query = _texts((ArticleState.PUBLISHED,), languages, None).where(or_(named, begun))
    rank = _rank(words)
    rows = db.session.execute(query.add_columns(rank).order_by(rank.desc(), ArticleText.id).limit(20)).all()
    best = _once([(text, float(rank)) for text, rank in rows], languages)
    return _most_useful(best)[:limit]


def _most_useful(found: list[tuple[ArticleText, float]]) -> list[Suggestion]:
    experiences = experience_of([text.article_id for text, _ in found])
    weighed = sorted(found, key=lambda pair: -pair[1] * experiences[pair[0].article_id].weight)
    return [_suggestion(text, experiences[text.article_id]) for text, _ in weighed]


def _texts(
    states: Sequence[ArticleState], languages: Sequence[str], audience: Audience | None
) -> Select[ArticleText]:
    query = (
        select(ArticleText)
        .join(ArticleText.article)
        .options(contains_eager(ArticleText.article))
        .where(ArticleText.is_current, ArticleText.language.in_(languages), Article.state.in_(states))
    )
    return query.where(Article.audience == audience) if audience else query


def _has(word: str) -> ColumnElement[bool]:
    """The word in some form: by stem, as the beginning of one, or as another form with the same beginning.

    Words without meaning ("the", "как") are in every text.
    """
    stem = func.to_tsquery(_STEMS, f"{word}:*")
    return or_(
        ArticleText.stems.op("@@", is_comparison=True)(stem),
        ArticleText.words.op("@@", is_comparison=True)(_begun((word,))),
        func.numnode(stem) == 0,
    )


def _rank(words: Sequence[str]) -> ColumnElement[float]:
    stems = func.to_tsquery(_STEMS, " | ".join(f"{word}:*" for word in words))
    return func.ts_rank(ArticleText.stems, stems) + 0.5 * func.ts_rank(ArticleText.words, _begun(words))


def _begun(words: Sequence[str]) -> ColumnElement[str]:
    return func.to_tsquery(_WORDS, " | ".join(f"{rules.beginning(word)}:*" for word in words))


def _headline(words: Sequence[str]) -> ColumnElement[str]:
    text = func.translate(ArticleText.summary + "  " + ArticleText.body, marks.START + marks.STOP, "")
    query = func.to_tsquery(_STEMS, " | ".join(f"{word}:*" for word in words))
    return func.ts_headline(_STEMS, func.left(text, 20000), query, marks.HEADLINE)


_Value = TypeVar("_Value")


def _once(
    found: Sequence[tuple[ArticleText, _Value]], languages: Sequence[str]
) -> list[tuple[ArticleText, _Value]]:
    """Each article once, where it was found best, in the first of `languages` in which it was found."""
    best: dict[int, tuple[ArticleText, _Value]] = {}
    for text, value in found:
        kept = best.get(text.article_id)
        if kept is None or languages.index(text.language) < languages.index(kept[0].language):
            best[text.article_id] = (text, value)
    return list(best.values())


def _hit(text: ArticleText, headline: str, experience: rules.Experience) -> Hit:
    return Hit(
        article_id=text.article_id,
        text_id=text.id,
        title=text.title,
        language=text.language,
        section=text.article.section,
        audience=text.article.audience,
        state=text.article.state,
        headline=marks.marked(headline),
        updated_at=text.article.updated_at,
        experience=experience,
    )


def _suggestion(text: ArticleText, experience: rules.Experience) -> Suggestion:
    return Suggestion(
        article_id=text.article_id,
        title=text.title,
        language=text.language,
        audience=text.article.audience,
        steps=rules.steps_of(text.body),
        summary=text.summary,
        updated_at=text.article.updated_at,
        experience=experience,
    )


def experience_of(article_ids: Sequence[int]) -> dict[int, rules.Experience]:
    """For each article how often it was tried with a known outcome, and how often it solved the ticket."""
    counted = (
        select(
            ArticleUse.article_id,
            func.count().filter(ArticleUse.outcome == Outcome.SOLVED),
            func.count().filter(ArticleUse.outcome != Outcome.LINKED),
        )
        .where(ArticleUse.article_id.in_(article_ids))
        .group_by(ArticleUse.article_id)
    )
    known = {key: rules.Experience(solved, tried) for key, solved, tried in db.session.execute(counted)}
    return {key: known.get(key, rules.Experience()) for key in article_ids}


def listed(
    *,
    languages: Sequence[str] = LANGUAGES,
    audience: Audience | None = None,
    states: Sequence[ArticleState] = (ArticleState.PUBLISHED,),
    section: str | None = None,
    after: tuple[str, str, int] | None = None,
) -> list[Hit]:
    """One page of instructions by section and title, and one more when there is a next page.

    `after` is (section, title, text id) of the last one of the page before.
    """
    order = (Article.section, ArticleText.title, ArticleText.id)
    query = _texts(states, languages, audience).where(_is_preferred(languages))
    if section is not None:
        query = query.where(Article.section == section)
    if after:
        query = query.where(tuple_(*order) > tuple_(*after))
    texts = list(db.session.scalars(query.order_by(*order).limit(PAGE_SIZE + 1)))
    experiences = experience_of([text.article_id for text in texts])
    return [_hit(text, text.summary, experiences[text.article_id]) for text in texts]


def _is_preferred(languages: Sequence[str]) -> ColumnElement[bool]:
    """The text is the article's in the first of the languages that it has."""
    other = aliased(ArticleText)
    order = {language: place for place, language in enumerate(languages)}
    better = select(other.id).where(
        other.article_id == ArticleText.article_id,
        other.is_current,
        other.language.in_(languages),
        case(order, value=other.language) < case(order, value=ArticleText.language),
    )
    return ~better.exists()


def sections(states: Sequence[ArticleState] = (ArticleState.PUBLISHED,)) -> list[tuple[str, int]]:
    """Names of sections with how many instructions they hold."""
    query = (
        select(Article.section, func.count())
        .where(Article.state.in_(states))
        .group_by(Article.section)
        .order_by(Article.section)
    )
    return [(name, count) for name, count in db.session.execute(query)]


def article(article_id: int) -> Article | None:
    """The article without its texts."""
    return db.session.get(Article, article_id)


def current_texts(article_id: int) -> list[ArticleText]:
    """The text of each language that counts now."""
    query = select(ArticleText).where(ArticleText.article_id == article_id, ArticleText.is_current)
    return list(db.session.scalars(query.order_by(ArticleText.language)))


def current_text(article_id: int, languages: Sequence[str] = LANGUAGES) -> ArticleText | None:
    """The text in the first of the languages that the article has; any other language before none."""
    texts = {text.language: text for text in current_texts(article_id)}
    return next((texts[name] for name in (*languages, *texts) if name in texts), None)
