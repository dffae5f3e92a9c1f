"""The outbox for those who run the desk: what waits, what did not arrive, and what to do about it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.admin import outbox as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.outbox import Wanted
from helpdesk.admin.pages import render_section
from helpdesk.admin.views.chosen_mails import Tab, Verb, act_on_chosen, state_asked, tabs_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.i18n import gettext, ngettext
from helpdesk.mail.relays import WAITS, try_soon
from helpdesk.notifications import repeating

ASKED_EVERY_S = int(WAITS[-1].total_seconds())  # a relay that has been away for a while


def _hurry(chosen: Collection[int], by: int, now: datetime) -> int:
    try_soon(now=now)
    return repeating.hurry(chosen, by=by, now=now)


def _hurry_all(_chosen: Collection[int], by: int, now: datetime) -> int:
    try_soon(now=now)
    return repeating.hurry(None, by=by, now=now)


def _repeat(chosen: Collection[int], by: int, now: datetime) -> int:
    return repeating.repeat(chosen, by=by, now=now)


def _give_up(chosen: Collection[int], by: int, now: datetime) -> int:
    return repeating.give_up(chosen, by=by, now=now)


VERBS: dict[str, Verb] = {"retry": _hurry, "retry_all": _hurry_all, "again": _repeat, "give_up": _give_up}


@blueprint.get("/settings/outbox")
@policy(Permission.SETTINGS_CHANGE)
def outbox() -> str:
    """One page of mails in a state, newest first, the relays that are away above them."""
    now, wanted, around = process_time(), _wanted(), queries.around()
    rows = queries.page_of(wanted, now)
    shown = rows[: queries.PAGE]
    more = shown[-1].id if len(rows) > queries.PAGE else None
    return render_section(
        "admin/outbox.html",
        "outbox",
        wanted=wanted,
        rows=shown,
        tabs=_tabs(wanted, around.counts),
        mailboxes=around.mailboxes,
        relays=queries.relays_away(),
        asked_every=ASKED_EVERY_S,
        prefix=settings().ticket_prefix,
        now=now,
        older_url=_url(wanted, before=more) if more else None,
        first_url=_url(wanted) if wanted.before else None,
    )


@blueprint.post("/settings/outbox")
@policy(Permission.SETTINGS_CHANGE)
@takes("mail", "verb")
def act_on_outbox() -> ResponseReturnValue:
    """Try what was chosen now, let it go once more, or give it up."""
    return act_on_chosen(VERBS, _url(_wanted()), for_all="retry_all", said=_said)


def _said(verb: str, count: int) -> str:
    if not count:
        return gettext("Nothing to do: these mails are on their way or were decided about meanwhile.")
    if verb == "give_up":
        return ngettext("%(num)s mail is not tried any more.", "%(num)s mails are not tried any more.", count)
    if verb == "again":
        return ngettext("%(num)s mail goes out once more.", "%(num)s mails go out once more.", count)
    return ngettext("%(num)s mail is tried now.", "%(num)s mails are tried now.", count)


def _wanted() -> Wanted:
    state = state_asked(queries.SHOWN, queries.WAITING)
    return Wanted(state, request.args.get("mailbox", type=int), request.args.get("before", type=int))


def _tabs(wanted: Wanted, counts: Mapping[str, int]) -> list[Tab]:
    names = {
        queries.WAITING: gettext("Waiting"),
        "uncertain": gettext("Perhaps sent"),
        "failed": gettext("Not sent"),
        "bounced": gettext("Came back"),
        queries.HELD: gettext("Held back"),
        "sent": gettext("Sent"),
        queries.EVERY: gettext("All mails"),
    }
    return tabs_of(names, wanted.state, lambda state: _url(Wanted(state, wanted.mailbox_id)), counts)


def _url(wanted: Wanted, *, before: int | None = None) -> str:
    state = None if wanted.state == queries.WAITING else wanted.state
    return url_for("admin.outbox", state=state, mailbox=wanted.mailbox_id, before=before)
