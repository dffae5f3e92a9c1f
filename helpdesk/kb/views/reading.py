"""The list of instructions with its search, and one instruction to read."""

from itertools import groupby
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.i18n import LANGUAGES
from helpdesk.kb import queries
from helpdesk.kb.models import Article, ArticleState
from helpdesk.kb.reading import reading as reading_of
from helpdesk.kb.views.blueprint import (
    ARTICLE,
    AUDIENCES,
    LANGUAGE_NAMES,
    STATES,
    audience_of,
    blueprint,
    has,
    languages,
    may_write,
)


@blueprint.get("/instructions")
@policy(Permission.ARTICLE_READ)
def articles() -> ResponseReturnValue:
    """All that is published, by section; found ones when something is typed."""
    typed = request.args.get("q", "").strip()[:200]
    if typed:
        guard.limit(rates.SEARCH, str(guard.current_actor().person_id))
    state = _state(request.args.get("state", ""))
    audience = audience_of(request.args.get("audience", ""))
    section = request.args.get("section")
    found = (
        queries.search(typed, languages=languages(), audience=audience, states=(state,))
        if typed
        else queries.listed(
            languages=languages(), audience=audience, states=(state,), section=section, after=_after()
        )
    )
    return web.render(
        "kb/articles.html",
        found=bool(found),
        shelves=_shelves(found[: queries.PAGE_SIZE], typed),
        older_url=_older_url(found),
        typed=typed,
        state=state,
        states=STATES,
        audience=audience,
        audiences=AUDIENCES,
        section=section,
        sections=queries.sections((state,)),
        may_write=has(Permission.ARTICLE_WRITE),
    )


def _shelves(found: list[queries.Hit], typed: str) -> list[tuple[str, list[queries.Hit]]]:
    """By section as they stand; what was searched for stays in the order of how well it fits."""
    if typed:
        return [("", found)]
    return [(section, list(hits)) for section, hits in groupby(found, key=lambda hit: hit.section)]


def _after() -> tuple[str, str, int] | None:
    place = request.args.getlist("after")
    return (place[0], place[1], int(place[2])) if len(place) == 3 and place[2].isdigit() else None


def _older_url(found: list[queries.Hit]) -> str | None:
    if len(found) <= queries.PAGE_SIZE:
        return None
    last = found[queries.PAGE_SIZE - 1]
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("state", "audience", "section")}
    return url_for(".articles", **kept, after=[last.section, last.title, last.text_id])


def _state(text: str) -> ArticleState:
    return next((state for state in ArticleState if state.value == text), ArticleState.PUBLISHED)


@blueprint.get("/instructions/<int:article_id>")
@policy(Permission.ARTICLE_READ, load=ARTICLE)
def article(article: Article, article_id: int) -> ResponseReturnValue:
    """One instruction, in the reader's language or the one asked for."""
    asked = request.args.get("language", "")
    wanted = (asked, *languages()) if asked in LANGUAGES else languages()
    shown = reading_of(article, wanted)
    if shown is None:
        abort(404)
    return web.render(
        "kb/article.html",
        reading=shown,
        audience=AUDIENCES[article.audience],
        state=STATES[article.state],
        names=LANGUAGE_NAMES,
        may_write=may_write(article),
        may_publish=has(Permission.ARTICLE_PUBLISH),
    )
