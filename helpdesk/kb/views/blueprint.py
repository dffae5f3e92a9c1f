"""Where the routes of instructions hang, and what they share: words, languages, and who may write."""

from flask import Blueprint
from flask_babel import lazy_gettext

from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader
from helpdesk.accounts.permissions import Permission, Relation, may
from helpdesk.db import db
from helpdesk.i18n import page_language
from helpdesk.kb import queries
from helpdesk.kb.models import Article, ArticleState, Audience

blueprint = Blueprint("kb", __name__)

AUDIENCES = {Audience.STAFF: lazy_gettext("Staff only"), Audience.CLIENTS: lazy_gettext("For clients too")}
STATES = {
    ArticleState.DRAFT: lazy_gettext("Draft"),
    ArticleState.PUBLISHED: lazy_gettext("Published"),
    ArticleState.RETIRED: lazy_gettext("Retired"),
}
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def _fetch(actor: Actor, article_id: int) -> Article | None:
    return queries.article(article_id)


def _relations(actor: Actor, article: Article) -> frozenset[Relation]:
    """Agents write drafts; what is published is changed by leads."""
    is_draft = actor.is_agent and article.state is ArticleState.DRAFT
    return frozenset({Relation.DRAFTS} if is_draft else ())


def _lock(article: Article) -> None:
    db.session.refresh(article, with_for_update={"key_share": True})


ARTICLE = Loader(_fetch, _relations, _lock)


def languages() -> tuple[str, ...]:
    """The reader's language first, then the others."""
    return queries.languages_for(page_language())


def audience_of(text: str) -> Audience | None:
    """The audience of that name; None for any."""
    return next((audience for audience in Audience if audience.value == text), None)


def has(permission: Permission) -> bool:
    """Whether whoever asks has the permission on instructions as a whole."""
    return may(guard.current_actor().relations, permission)


def may_write(article: Article) -> bool:
    """Whether whoever asks may change this instruction's text."""
    actor = guard.current_actor()
    return may(_relations(actor, article) | actor.relations, Permission.ARTICLE_EDIT)
