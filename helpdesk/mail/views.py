"""Pages of mail that became no ticket, and the bytes of mail as it came."""

from io import BytesIO

from flask import Blueprint, Response, abort, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission, Relation, may
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.db import db
from helpdesk.headers import as_download
from helpdesk.i18n import gettext as _
from helpdesk.mail import actions, queries
from helpdesk.mail.held import sight_of, why
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.mail.retelling import retold
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations as ticket_relations
from helpdesk.tickets.queries import visible_to

blueprint = Blueprint("mail", __name__)
blueprint.add_app_template_filter(retold)

TABS = {
    "held": InboundState.QUARANTINED,
    "ignored": InboundState.IGNORED,
    "discarded": InboundState.DISCARDED,
}


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """What of the mail without a ticket this person may see."""
    return queries.readable(by_administrator=may(actor.relations, Permission.SETTINGS_CHANGE))


def _fetch_held(actor: Actor, mail_id: int, **_: object) -> InboundMail | None:
    return queries.held_mail(mail_id, seen_by(actor))


def _stands(actor: Actor, _mail: InboundMail) -> frozenset[Relation]:
    return actor.relations


def _lock(mail: InboundMail) -> None:
    db.session.refresh(mail, with_for_update={"key_share": True})


def _fetch_on_ticket(actor: Actor, mail_id: int, **_: object) -> InboundMail | None:
    """A message that is part of a ticket which the person may see."""
    statement = select(InboundMail).join(Ticket, Ticket.id == InboundMail.ticket_id)
    return db.session.scalar(statement.where(InboundMail.id == mail_id, visible_to(actor)))


def _stands_to_ticket(actor: Actor, mail: InboundMail) -> frozenset[Relation]:
    return ticket_relations(actor, db.session.get_one(Ticket, mail.ticket_id))


HELD = Loader(_fetch_held, _stands, _lock)
ON_TICKET = Loader(_fetch_on_ticket, _stands_to_ticket)


@blueprint.get("/mail/held")
@policy(Permission.MAIL_HELD)
def held() -> ResponseReturnValue:
    """The list, with its newest message open."""
    state = TABS.get(request.args.get("state", ""), InboundState.QUARANTINED)
    page = queries.held_page(state, seen_by(current_actor()), before=request.args.get("before", type=int))
    return _page(state, page, page[0] if page else None)


@blueprint.get("/mail/held/<int:mail_id>")
@policy(Permission.MAIL_HELD, load=HELD)
def one(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """One message beside the list it is in."""
    seen = seen_by(current_actor())
    return _page(mail.state, queries.held_page(mail.state, seen, before=_before(mail)), mail)


@blueprint.get("/mail/held/<int:mail_id>/raw")
@policy(Permission.MAIL_HELD, load=HELD)
def held_raw(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """The bytes as they came, as a download."""
    return _download(mail)


@blueprint.get("/mail/inbound/<int:mail_id>/raw")
@policy(Permission.TICKET_READ, load=ON_TICKET)
def raw(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """The bytes of a mail on a ticket, for whoever may read the ticket."""
    return _download(mail)


@blueprint.post("/mail/held/<int:mail_id>/retry")
@policy(Permission.MAIL_HELD, load=HELD)
@takes()
def retry(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """Let it in after all; the worker takes it up at once."""
    return write_once(
        leading_to(url_for(".held"), lambda by, now: actions.retry(mail, by=by, now=now)),
        said=_("It is on its way in and will be a ticket in a moment."),
    )


@blueprint.post("/mail/held/<int:mail_id>/discard")
@policy(Permission.MAIL_HELD, load=HELD)
@takes("reason")
def discard(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """Say that nobody needs it, and why."""
    reason = request.form.get("reason", "")
    return write_once(
        leading_to(url_for(".held"), lambda by, now: actions.discard(mail, reason=reason, by=by, now=now)),
        said=_("Discarded. Its bytes are kept, and it can be found under “Discarded”."),
    )


def _page(state: InboundState, page: list[InboundMail], chosen: InboundMail | None) -> str:
    if chosen is not None and chosen.state is not state:
        abort(404)
    shown = page[: queries.PAGE_SIZE]
    last = shown[-1].id if len(page) > queries.PAGE_SIZE else None
    counts = queries.held_counts(seen_by(current_actor()))
    return web.render(
        "mail/held.html",
        state=_tab_of(state),
        counts={name: counts[of] for name, of in TABS.items()},
        rows=shown,
        why=why,
        chosen=chosen,
        sight=sight_of(chosen) if chosen else None,
        mailbox=db.session.get(Mailbox, chosen.mailbox_id) if chosen else None,
        can_decide=state in actions.OPEN_STATES,
        can_retry=state in actions.RETRIED,
        older_url=url_for(".held", state=_tab_of(state), before=last) if last else None,
    )


def _before(mail: InboundMail) -> int | None:
    """The list begins at its top while the message is on its first page, else just above the message."""
    first = queries.held_page(mail.state, seen_by(current_actor()))
    return None if mail.id in {one.id for one in first} else mail.id + 1


def _tab_of(state: InboundState) -> str:
    return next(name for name, of in TABS.items() if of is state)


def _download(mail: InboundMail) -> Response:
    return as_download(
        send_file(
            BytesIO(mail.raw),
            mimetype="message/rfc822",
            as_attachment=True,
            download_name=f"mail-{mail.id}.eml",
            max_age=0,
        )
    )
