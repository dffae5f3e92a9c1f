"""Articles from a file, known by title and language: what a row changes, and writing that down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.accounts.people import sort_key
from helpdesk.carriage import cells
from helpdesk.carriage.findings import BadCell, Claims, Entry, Findings, Tell
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.kb import actions
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Article, ArticleState, ArticleText, Audience

LONGEST_BODY = 200_000
NO_AUDIENCE = N_("“%(value)s” is no audience. Write staff or clients.")
NO_STATE = N_("“%(value)s” is no state. Write draft or published.")
RETIRED = N_(
    "An instruction of this title was retired. Bring it back on its page first, or change the title."
)
AUDIENCES: Mapping[str, str] = {
    **dict.fromkeys(("staff", "internal", "agents", "сотрудники", "внутренняя", "для сотрудников"), "staff"),
    **dict.fromkeys(("clients", "client", "public", "customers", "клиенты", "для клиентов"), "clients"),
}
STATES: Mapping[str, str] = {
    **dict.fromkeys(("draft", "no", "черновик", "нет"), "draft"),
    **dict.fromkeys(("published", "public", "yes", "опубликовано", "опубликована", "да"), "published"),
}


@dataclass(frozen=True)
class ArticleChange:
    """What a row does; `article_id` None makes a new one, None in a field leaves it as it is."""

    article_id: int | None
    writing: Writing | None
    version: int
    audience: Audience | None
    section: str | None
    state: ArticleState | None


def examine(entries: Iterable[Entry], *, tell: Tell) -> Findings[ArticleChange]:
    """What the rows come to; nothing is written."""
    known, claims, findings = _known(), Claims(), Findings[ArticleChange]()
    for done, entry in enumerate(entries, start=1):
        try:
            found, change = _read(entry, known, claims)
        except BadCell as problem:
            findings.refuse(entry, problem)
        else:
            findings.take(change, is_new=found is None)
        tell(done)
    return findings


def carry_out(changes: Sequence[ArticleChange], *, by: int, now: datetime, tell: Tell) -> None:
    """Write the changes, through the same verbs as the screens."""
    for done, change in enumerate(changes, start=1):
        article = _article(change, by, now)
        if change.state is ArticleState.PUBLISHED:
            actions.publish(article, now=now)
        elif change.state is ArticleState.DRAFT and change.article_id is not None:
            article.state, article.updated_at = ArticleState.DRAFT, now
        tell(done)


def _article(change: ArticleChange, by: int, now: datetime) -> Article:
    audience, section = change.audience or Audience.STAFF, change.section or ""
    if change.article_id is None:
        assert change.writing is not None  # noqa: S101  a new one has a text, or its row was refused
        return actions.create(change.writing, audience=audience, section=section, by=by, now=now)
    article = db.session.get_one(Article, change.article_id)
    if change.audience is not None or change.section is not None:
        actions.place(
            article,
            audience=change.audience or article.audience,
            section=article.section if change.section is None else change.section,
            now=now,
        )
    if change.writing is not None:
        actions.write(article, change.writing, seen_version=change.version, by=by, now=now)
    return article


def _known() -> dict[tuple[str, str], Any]:
    """Every current text by title and language; where two share both, the older one."""
    rows = db.session.execute(
        select(
            Article.id, Article.audience, Article.section, Article.state,
            ArticleText.language, ArticleText.version, ArticleText.title, ArticleText.summary,
            ArticleText.body,
        ).join(ArticleText, ArticleText.article_id == Article.id)
        .where(ArticleText.is_current).order_by(Article.id.desc())
    )  # fmt: skip
    return {(sort_key(row.title), row.language): row for row in rows}


def _read(
    entry: Entry, known: Mapping[tuple[str, str], Any], claims: Claims
) -> tuple[Any, ArticleChange | None]:
    title = cells.line(entry, "title") or entry.need("title")
    language = cells.language(entry) or settings().default_language
    found = known.get((sort_key(title), language))
    if found is not None and found.state is ArticleState.RETIRED:
        raise BadCell("title", RETIRED)
    claims.take((sort_key(title), language), entry, "title")
    body = cells.text(entry, "body", most=LONGEST_BODY) or entry.need("body")
    summary = cells.line(entry, "summary", most=1000)
    return found, _change(
        entry, found, Writing(language=language, title=title, summary=summary or "", body=body)
    )


def _change(entry: Entry, found: Any, written: Writing) -> ArticleChange | None:
    audience = cells.chosen(entry, "audience", AUDIENCES, NO_AUDIENCE)
    state = cells.chosen(entry, "state", STATES, NO_STATE)
    section = cells.line(entry, "section")
    change = ArticleChange(
        article_id=found.id if found else None,
        writing=_writing(found, written),
        version=found.version if found else 0,
        audience=Audience(audience) if audience and not (found and found.audience == audience) else None,
        section=section if section and not (found and found.section == section) else None,
        state=ArticleState(state) if state and not (found and found.state == state) else None,
    )
    is_empty = not (change.writing or change.audience or change.section or change.state)
    return None if found is not None and is_empty else change


def _writing(found: Any, written: Writing) -> Writing | None:
    """The next version of the text; None when it says the same."""
    if found is None:
        return written
    summary = written.summary or " ".join(found.summary.split())
    same = cells.tidy(found.body) == written.body and " ".join(found.summary.split()) == summary
    if same and found.title == written.title:
        return None
    return Writing(language=written.language, title=written.title, summary=summary, body=written.body)
