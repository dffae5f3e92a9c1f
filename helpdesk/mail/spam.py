"""Doors to what the mail server marked as spam of late: the list, and taking one in after all."""

from datetime import datetime, timedelta

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select

from helpdesk import web
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.i18n import gettext as _
from helpdesk.mail import actions
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.mail.queries import PAGE_SIZE, held_counts
from helpdesk.mail.senders import remember_no_spam
from helpdesk.mail.views import HELD, TABS, blueprint, seen_by

__all__ = ["blueprint"]
KEPT_IN_SIGHT = timedelta(days=30)
REASON = "spam"


@blueprint.get("/mail/spam", endpoint="spam")
@policy(Permission.MAIL_HELD)
def listed() -> ResponseReturnValue:
    """What was left aside, the latest first."""
    since, before = process_time() - KEPT_IN_SIGHT, request.args.get("before", type=int)
    query = select(InboundMail).where(*_marked(since)).order_by(InboundMail.id.desc())
    query = query if before is None else query.where(InboundMail.id < before)
    rows = list(db.session.scalars(query.limit(PAGE_SIZE + 1)))
    shown, counts = rows[:PAGE_SIZE], held_counts(seen_by(current_actor()))
    return web.render(
        "mail/spam.html",
        rows=shown,
        counts={name: counts[of] for name, of in TABS.items()},
        total=db.session.scalar(select(func.count()).where(*_marked(since))) or 0,
        older_url=url_for(".spam", before=shown[-1].id) if len(rows) > PAGE_SIZE else None,
    )


@blueprint.post("/mail/spam/<int:mail_id>/restoration")
@policy(Permission.MAIL_HELD, load=HELD)
@takes()
def no_spam(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """Take it in, and never leave aside what this sender writes again."""
    if mail.state is InboundState.IGNORED and mail.reason != REASON:
        abort(404)

    def verb(by: int, now: datetime) -> None:
        actions.retry(mail, by=by, now=now)
        remember_no_spam(mail.from_email or "", by=by, now=now)

    said = _("It will be a ticket in a moment. Mail from %(sender)s comes in now.", sender=_sender(mail))
    return write_once(leading_to(url_for(".spam"), verb), said=said)


def _sender(mail: InboundMail) -> str:
    return mail.from_email or _("Unknown sender")


def _marked(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        InboundMail.state == InboundState.IGNORED,
        InboundMail.reason == REASON,
        InboundMail.received_at > since,
    )
