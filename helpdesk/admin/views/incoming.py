"""Every message that came in, its fate and the evidence, for those who run the desk."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from flask import Response, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission, Relation
from helpdesk.accounts.writing import leading_to, write_once
from helpdesk.admin import incoming as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.incoming import Wanted
from helpdesk.admin.incoming_words import fate_of, headers_of, kind_of
from helpdesk.admin.pages import render_section
from helpdesk.admin.views.chosen_mails import Tab, Verb, act_on_chosen, state_asked, tabs_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.headers import as_download
from helpdesk.i18n import gettext, ngettext, viewer_zone
from helpdesk.mail import actions
from helpdesk.mail.held import sight_of
from helpdesk.mail.models import InboundMail, InboundState, Mailbox


def _fetch(_actor: Actor, mail_id: int, **_: object) -> InboundMail | None:
    return queries.mail_of(mail_id)


def _stands(actor: Actor, _mail: InboundMail) -> frozenset[Relation]:
    return actor.relations


def _lock(mail: InboundMail) -> None:
    db.session.refresh(mail, with_for_update={"key_share": True})


MAIL = Loader(_fetch, _stands, _lock)


def _retry(chosen: Sequence[int], by: int, now: datetime) -> int:
    return actions.retry_these(chosen, by=by, now=now)


def _retry_old(_chosen: Sequence[int], by: int, now: datetime) -> int:
    return actions.retry_read_before(None, by=by, now=now)


def _discard(chosen: Sequence[int], by: int, now: datetime) -> int:
    return actions.discard_these(chosen, reason=request.form.get("reason", ""), by=by, now=now)


VERBS: dict[str, Verb] = {"retry": _retry, "retry_old": _retry_old, "discard": _discard}


@blueprint.get("/settings/incoming")
@policy(Permission.SETTINGS_CHANGE)
def incoming() -> str:
    """One page of messages, the last to come first."""
    wanted = _wanted()
    rows = queries.page_of(wanted, viewer_zone())
    shown = rows[: queries.PAGE]
    more = shown[-1].mail.id if len(rows) > queries.PAGE else None
    return render_section(
        "admin/incoming.html",
        "incoming",
        wanted=wanted,
        rows=shown,
        tabs=_tabs(wanted),
        fate_of=fate_of,
        mailboxes=queries.mailboxes(),
        prefix=settings().ticket_prefix,
        may_decide=wanted.state in {queries.HELD, "ignored"},
        older_url=_url(wanted, before=more) if more else None,
        first_url=_url(wanted) if wanted.before else None,
        history=(),
    )


@blueprint.post("/settings/incoming")
@policy(Permission.SETTINGS_CHANGE)
@takes("mail", "verb", "reason")
def act_on_incoming() -> ResponseReturnValue:
    """Try the chosen ones again, or say that nobody needs them."""
    return act_on_chosen(VERBS, _url(_wanted()), for_all="retry_old", said=_said)


@blueprint.get("/settings/incoming/<int:mail_id>")
@policy(Permission.SETTINGS_CHANGE, load=MAIL)
def incoming_mail(mail: InboundMail, mail_id: int) -> str:
    """One message: its fate, how it was read, its headers. Its words are shown where no ticket has them."""
    return render_section(
        "admin/incoming_mail.html",
        "incoming",
        thing=("inbound_mail", mail.id),
        mail=mail,
        fate=fate_of(mail),
        sight=sight_of(mail) if mail.sha256 else None,
        headers=headers_of(mail),
        kind=kind_of(mail),
        mailbox=db.session.get_one(Mailbox, mail.mailbox_id),
        copies=queries.copies_of(mail),
        shows_words=mail.ticket_id is None or mail.state is not InboundState.PROCESSED,
        may_decide=mail.state in actions.OPEN_STATES,
        may_retry=mail.state in actions.RETRIED,
        may_open_second=mail.state is InboundState.IGNORED and mail.copy_of_id is not None,
        prefix=settings().ticket_prefix,
        now=process_time(),
    )


@blueprint.get("/settings/incoming/<int:mail_id>/raw")
@policy(Permission.SETTINGS_CHANGE, load=MAIL)
def incoming_raw(mail: InboundMail, mail_id: int) -> Response:
    """The bytes as they came, as a download."""
    name = f"mail-{mail.id}.eml"
    sent = send_file(BytesIO(mail.raw), "message/rfc822", as_attachment=True, download_name=name, max_age=0)
    return as_download(sent)


@blueprint.post("/settings/incoming/<int:mail_id>/retry")
@policy(Permission.SETTINGS_CHANGE, load=MAIL)
@takes("as")
def retry_incoming(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """Take it in after all; a copy, on wish, as a second ticket of the mailbox it came to."""
    is_second = request.form.get("as") == "second"

    def verb(by: int, now: datetime) -> None:
        actions.retry(mail, is_second=is_second, by=by, now=now)

    there = url_for(".incoming_mail", mail_id=mail_id)
    return write_once(leading_to(there, verb), said=gettext("It is on its way in."))


@blueprint.post("/settings/incoming/<int:mail_id>/discard")
@policy(Permission.SETTINGS_CHANGE, load=MAIL)
@takes("reason")
def discard_incoming(mail: InboundMail, mail_id: int) -> ResponseReturnValue:
    """Say that nobody needs it, and why."""

    def verb(by: int, now: datetime) -> None:
        actions.discard(mail, reason=request.form.get("reason", ""), by=by, now=now)

    there = url_for(".incoming_mail", mail_id=mail_id)
    return write_once(leading_to(there, verb), said=gettext("Discarded. Its bytes are kept."))


def _said(verb: str, count: int) -> str:
    if not count:
        return gettext("Nothing to do: somebody has decided about these messages meanwhile.")
    if verb == "discard":
        return ngettext("%(num)s message was discarded.", "%(num)s messages were discarded.", count)
    return ngettext("%(num)s message is on its way in.", "%(num)s messages are on their way in.", count)


def _wanted() -> Wanted:
    args = request.args
    return Wanted(
        state_asked(queries.SHOWN, queries.EVERY),
        args.get("mailbox", type=int),
        args.get("q", "").replace("\x00", "").strip()[:200],
        args.get("since", type=date.fromisoformat),
        args.get("until", type=date.fromisoformat),
        args.get("before", type=int),
    )


def _tabs(wanted: Wanted) -> list[Tab]:
    names = {
        queries.EVERY: gettext("Every message"),
        queries.HELD: gettext("Held"),
        "received": gettext("On their way"),
        "processed": gettext("Taken in"),
        "ignored": gettext("Left aside"),
        "discarded": gettext("Discarded"),
    }
    counts = {queries.HELD: queries.held_count()}
    return tabs_of(names, wanted.state, lambda state: _url(wanted, state=state), counts)


def _url(wanted: Wanted, *, state: str | None = None, before: int | None = None) -> str:
    state = state or wanted.state
    return url_for(
        "admin.incoming",
        state=None if state == queries.EVERY else state,
        mailbox=wanted.mailbox_id,
        q=wanted.words or None,
        since=wanted.since,
        until=wanted.until,
        before=before,
    )
