"""A person's notices: the list, the panel under the bell, and marking as read."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update

from helpdesk import clock, web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.db import db, transaction
from helpdesk.i18n import ngettext
from helpdesk.notifications.models import Notice
from helpdesk.notifications.queries import PAGE_SIZE, is_unread, newest, notices_of, unread_count
from helpdesk.notifications.views.blueprint import blueprint

IN_PANEL = 12


def fetch(actor: Actor, notice_id: int) -> Notice | None:
    """A notice of that person; those of others are not there."""
    mine = select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.person_id)
    return db.session.scalars(mine).one_or_none()


def relations(actor: Actor, notice: Notice) -> frozenset[Relation]:
    """Only the own ones are ever found."""
    return frozenset({Relation.OWN})


notice_loader = Loader(fetch, relations)


@blueprint.get("/notices")
@policy(Permission.SIGNED_IN)
def notices() -> ResponseReturnValue:
    """The newest first; what is new is marked."""
    rows = notices_of(current_actor(), before=request.args.get("before", type=int))
    shown = rows[:PAGE_SIZE]
    return web.render(
        "notifications/notices.html",
        rows=shown,
        last=newest(current_actor().person_id),
        has_new=any(row.is_new for row in shown),
        older_url=url_for(".notices", before=shown[-1].id) if len(rows) > PAGE_SIZE else None,
    )


@blueprint.get("/notices/panel")
@policy(Permission.SIGNED_IN)
def panel() -> ResponseReturnValue:
    """What opens under the bell: the newest, as a fragment."""
    return _panel()


@blueprint.get("/notices/count")
@policy(Permission.SIGNED_IN)
def count() -> ResponseReturnValue:
    """How many are unread (JSON, for the bell of an open page)."""
    number = unread_count(current_actor().person_id)
    return {"count": number, "words": ngettext("%(num)s new notice", "%(num)s new notices", number)}


@blueprint.post("/notices/reading")
@policy(Permission.SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark everything as read that the person has seen so far."""
    last = request.form.get("last", type=int) or 0
    if last < 0:
        abort(404)
    with transaction():
        mine = update(Notice).where(is_unread(current_actor().person_id), Notice.id <= last)
        db.session.execute(mine.values(read_at=clock.now(db.session)))
    return _answer()


@blueprint.post("/notices/<int:notice_id>/reading")
@policy(Permission.OWN_SESSION, load=notice_loader)
def read_one(notice: Notice, notice_id: int) -> ResponseReturnValue:
    """Mark one as read."""
    with transaction():
        notice.read_at = notice.read_at or clock.now(db.session)
    return _answer()


def _answer() -> ResponseReturnValue:
    """The panel again where it was pressed, else the page."""
    return _panel() if web.is_htmx() else web.see_other(url_for(".notices"))


def _panel() -> str:
    rows = notices_of(current_actor(), size=IN_PANEL)
    unread, last = unread_count(current_actor().person_id), newest(current_actor().person_id)
    return web.render("notifications/_panel.html", rows=rows[:IN_PANEL], unread=unread, last=last)
