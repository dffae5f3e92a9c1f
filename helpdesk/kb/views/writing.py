"""Writing instructions, publishing them and taking them back."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock, web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.db import db, transaction
from helpdesk.i18n import LANGUAGES, page_language, told
from helpdesk.kb import actions, queries
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Article, ArticleState, Audience
from helpdesk.kb.views.blueprint import ARTICLE, AUDIENCES, LANGUAGE_NAMES, audience_of, blueprint

DIGITS = 10  # of a version's number


@dataclass(frozen=True)
class Sheet:
    """The form of an instruction as it stands or was sent."""

    language: str
    title: str = ""
    summary: str = ""
    body: str = ""
    section: str = ""
    audience: str = Audience.STAFF.value
    version: int = 0

    @property
    def writing(self) -> Writing:
        return Writing(language=self.language, title=self.title, summary=self.summary, body=self.body)


def _sent() -> Sheet:
    sent = request.form
    language = sent.get("language", "")
    version = sent.get("version", "")
    return Sheet(
        language=language if language in LANGUAGES else page_language(),
        audience=(audience_of(sent.get("audience", "")) or Audience.STAFF).value,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < DIGITS else 0,
        **{name: sent.get(name, "") for name in ("title", "summary", "body", "section")},
    )


@blueprint.get("/instructions/new")
@policy(Permission.ARTICLE_WRITE)
def new_article() -> ResponseReturnValue:
    """An empty sheet."""
    return _sheet(Sheet(language=page_language(), section=request.args.get("section", "")))


@blueprint.post("/instructions")
@policy(Permission.ARTICLE_WRITE)
def create() -> ResponseReturnValue:
    """Keep it as a draft."""
    sheet = _sent()

    def write(by: int, now: datetime) -> str:
        audience = Audience(sheet.audience)
        made = actions.create(sheet.writing, audience=audience, section=sheet.section, by=by, now=now)
        return url_for(".article", article_id=made.id, language=sheet.language)

    return write_once(
        write,
        refused=lambda error: (_sheet(sheet, sentence=told(error)), 409),
        said=gettext("The draft is kept. A team lead publishes it."),
    )


@blueprint.get("/instructions/<int:article_id>/edit")
@policy(Permission.ARTICLE_EDIT, load=ARTICLE)
def edit(article: Article, article_id: int) -> ResponseReturnValue:
    """The sheet with the newest text of a language, empty for a language it does not have yet."""
    language = request.args.get("language", page_language())
    language = language if language in LANGUAGES else page_language()
    text = next((text for text in queries.current_texts(article.id) if text.language == language), None)
    sheet = Sheet(language, section=article.section, audience=article.audience.value)
    if text is not None:
        sheet = Sheet(
            language, text.title, text.summary, text.body, article.section, article.audience, text.version
        )
    return _sheet(sheet, article)


@blueprint.post("/instructions/<int:article_id>/versions")
@policy(Permission.ARTICLE_EDIT, load=ARTICLE)
def write(article: Article, article_id: int) -> ResponseReturnValue:
    """A new version; what cannot be kept comes back with every word still there."""
    sheet = _sent()

    def verb(by: int, now: datetime) -> None:
        actions.write(article, sheet.writing, seen_version=sheet.version, by=by, now=now)
        actions.place(article, audience=Audience(sheet.audience), section=sheet.section, now=now)

    return write_once(
        leading_to(url_for(".article", article_id=article_id, language=sheet.language), verb),
        refused=lambda error: (_sheet(sheet, queries.article(article_id), sentence=told(error)), 409),
    )


def _sheet(sheet: Sheet, article: Article | None = None, *, sentence: str = "") -> str:
    return web.render(
        "kb/sheet.html",
        sheet=sheet,
        article=article,
        sentence=sentence,
        theirs=queries.current_text(article.id, (sheet.language,)) if article and sentence else None,
        audiences=AUDIENCES,
        names=LANGUAGE_NAMES,
        sections=[name for name, _count in queries.sections(tuple(ArticleState)) if name],
    )


@blueprint.post("/instructions/<int:article_id>/publication")
@policy(Permission.ARTICLE_PUBLISH, load=ARTICLE)
def publish(article: Article, article_id: int) -> ResponseReturnValue:
    """Offer it from now on."""
    with transaction():
        actions.publish(article, now=clock.now(db.session))
    flash(gettext("Published: it is offered while somebody types."), "good")
    return web.see_other(url_for(".article", article_id=article_id))


@blueprint.post("/instructions/<int:article_id>/retirement")
@policy(Permission.ARTICLE_PUBLISH, load=ARTICLE)
def retire(article: Article, article_id: int) -> ResponseReturnValue:
    """Offer it no longer."""
    with transaction():
        actions.retire(article, now=clock.now(db.session))
    flash(gettext("Retired: it is offered no longer."), "good")
    return web.see_other(url_for(".article", article_id=article_id))
