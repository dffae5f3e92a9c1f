"""Doors to the guide and to the page that says what this desk is and how it fares."""

import platform
from importlib.metadata import version

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from helpdesk import __version__, readiness, web
from helpdesk.accounts import guard
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.guide import pages, words
from helpdesk.guide.pages import Page
from helpdesk.i18n import page_language
from helpdesk.readiness import Check

blueprint = Blueprint("guide", __name__)
PARTS = ("Flask", "SQLAlchemy", "psycopg2-binary", "APScheduler", "IMAPClient", "gunicorn", "tzdata")


@blueprint.get("/help")
@policy(Permission.SIGNED_IN)
def contents() -> str:
    """The guide's pages by role; with `q` those that hold the words."""
    typed = request.args.get("q", "").strip()[:100]
    language = page_language()
    return web.render(
        "guide/contents.html",
        typed=typed,
        found=pages.search(typed, language),
        roles=[(role, *words.ROLES[role], _of(role, language)) for role in _roles_first()],
        names=words.ROLES,
    )


@blueprint.get("/help/<role>/<slug>")
@policy(Permission.SIGNED_IN)
def page(role: str, slug: str) -> ResponseReturnValue:
    """One page, with its neighbours."""
    language = page_language()
    shown = pages.pages(language).get((role, slug)) or abort(404)
    row = _of(role, language)
    at = row.index(shown)
    return web.render(
        "guide/page.html",
        shown=shown,
        role_name=words.ROLES[role][0],
        row=row,
        before=row[at - 1] if at else None,
        behind=row[at + 1] if at + 1 < len(row) else None,
    )


@blueprint.get("/about")
@policy(Permission.SIGNED_IN)
def about() -> str:
    """Versions and health; the details of a failed check only for administrators."""
    now, actor = process_time(), guard.current_actor()
    checks = readiness.checks(now)
    server = str(db.session.scalar(text("show server_version")))
    return web.render(
        "guide/about.html",
        version=__version__,
        checks=[(words.CHECKS.get(check.name, check.name), check.is_ok, _detail(check)) for check in checks],
        parts=[("Python", platform.python_version()), ("PostgreSQL", server), *_versions()]
        if actor.is_administrator
        else [],
        revision=readiness.newest() if actor.is_administrator else "",
    )


def help_url() -> str:
    """The page of the guide that explains where somebody is, his own role's first; else its contents."""
    found = pages.explaining(request.endpoint or "", page_language(), _roles_first())
    return url_for("guide.page", role=found.role, slug=found.slug) if found else url_for("guide.contents")


def _detail(check: Check) -> str:
    return check.detail if not check.is_ok and guard.current_actor().is_administrator else ""


def _versions() -> list[tuple[str, str]]:
    return [(name, version(name)) for name in PARTS]


def _of(role: str, language: str) -> list[Page]:
    return [page for page in pages.pages(language).values() if page.role == role]


def _roles_first() -> list[str]:
    """The roles of the guide, those of whoever reads first."""
    actor = guard.current_actor()
    mine = {
        "operator": 1 in actor.lines,
        "engineer": bool(actor.lines & {2, 3}),
        "lead": actor.is_lead,
        "manager": actor.is_manager,
        "administrator": actor.is_administrator,
    }
    return sorted(pages.ROLES, key=lambda role: not mine[role])


web.provide("help_url", help_url)
