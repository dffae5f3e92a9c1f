"""A person's notices: what happened that he should know."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from helpdesk import clock, web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db, transaction
from helpdesk.notifications.models import Notice
from helpdesk.notifications.queries import PAGE_SIZE, is_unread, notices_of

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notices")
@policy(Permission.SIGNED_IN)
def notices() -> ResponseReturnValue:
    """The newest first; what is new is marked."""
    rows = notices_of(current_actor(), before=request.args.get("before", type=int))
    shown = rows[:PAGE_SIZE]
    return web.render(
        "notifications/notices.html",
        rows=shown,
        has_new=any(row.is_new for row in shown),
        older_url=url_for(".notices", before=shown[-1].id) if len(rows) > PAGE_SIZE else None,
    )


@blueprint.post("/notices/reading")
@policy(Permission.SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark everything as read that the person has seen so far."""
    last = request.form.get("last", type=int) or 0
    with transaction():
        mine = update(Notice).where(is_unread(current_actor().person_id), Notice.id <= last)
        db.session.execute(mine.values(read_at=clock.now(db.session)))
    return web.see_other(url_for(".notices"))
