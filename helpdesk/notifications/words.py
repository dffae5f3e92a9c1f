"""The sentence of each kind of notice, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l

from helpdesk.i18n import gettext as _
from helpdesk.i18n import moment, moment_in, ngettext, open_hours
from helpdesk.notifications.rules import (
    BREACH_PERCENT,
    RECOMPUTED,
    THRESHOLD,
    VERIFIED,
    WITHDRAWN,
    WOKEN,
    MailWhen,
    Topic,
)

SENTENCES = {
    "ticket.opened": _l("A new ticket came in"),
    "ticket.client_wrote": _l("The client wrote"),
    "ticket.third_party_wrote": _l("A third party answered"),
    "ticket.note_added": _l("A colleague left a note"),
    "ticket.assigned": _l("A ticket was given to you"),
    "ticket.owner_changed": _l("You answer the client of this ticket from now on"),
    "ticket.escalated": _l("A ticket was escalated to your team"),
    "ticket.returned": _l("A ticket came back with a reason"),
    "ticket.moved": _l("A ticket was moved to your team"),
    "ticket.resolved": _l("Your ticket was resolved"),
    "ticket.reopened": _l("A resolved ticket is open again"),
    "ticket.call_joined": _l("A call was added"),
    "ticket.person_mentioned": _l("A colleague mentioned you in a note"),
    "ticket.access_widened": _l("Somebody was mentioned in a note and reads this ticket from now on"),
    "ticket.merged": _l("A ticket of yours was a double and goes on in another one"),
    "ticket.double_absorbed": _l("A double was merged into a ticket of yours"),
    "sla.step_refused": _l("The policy wanted something done here that the rules do not allow: please look"),
    "mail.not_delivered": _l("An answer did not reach everybody: look at it, or phone"),
    "mail.bounced": _l("An answer came back undelivered: check the address, or phone"),
    "mail.perhaps_bounced": _l("An answer may not have arrived: a report says so, but proves nothing"),
    "mail.mailbox_failing": _l("A mailbox has not answered for a quarter of an hour: see the settings"),
    "mail.probe_lost": _l("A mailbox wrote to itself, and the mail has not come back: see the settings"),
    "mail.needs_sign_in": _l("A mailbox needs a sign-in: no mail comes or goes there until then"),
    "mail.renumbered": _l("A mail server counts its messages anew: what came in the last month is compared"),
    "mail.relay_away": _l("Mail does not go out: the relay cannot be reached. It is tried again by itself"),
    "mail.relay_back": _l("Mail goes out again: the relay answers, and what waited is being sent"),
    "mail.held": _l("A mail could not become a ticket and waits under “Held mail”"),
}
BREACHED = {
    "first_response": _l("The deadline of the first answer has passed"),
    "next_response": _l("The deadline of the next answer has passed"),
    "resolution": _l("The deadline of the solution has passed"),
    "update": _l("The deadline of the news for the client has passed"),
    "ola": _l("The line's own deadline has passed"),
}
KEPT = {
    "first_response": _l("The first answer was in time after all: it was entered later"),
    "next_response": _l("The next answer was in time after all: it was entered later"),
    "resolution": _l("The solution was in time after all: what was entered later shows it"),
    "update": _l("The news for the client was in time after all: it was entered later"),
    "ola": _l("The line was in time after all: what was entered later shows it"),
}
AT_RISK = {
    "first_response": _l("%(percent)s %% of the time for the first answer is used"),
    "next_response": _l("%(percent)s %% of the time for the next answer is used"),
    "resolution": _l("%(percent)s %% of the time for the solution is used"),
    "update": _l("%(percent)s %% of the time for news to the client is used"),
    "ola": _l("%(percent)s %% of the line's own time is used"),
}
TOPICS = {
    Topic.ASSIGNED: (_l("Given to me"), _l("A ticket becomes yours by somebody else's hand.")),
    Topic.RETURNED: (_l("Given back"), _l("A higher line gives a ticket back to you or your team.")),
    Topic.MENTIONED: (_l("Mentioned"), _l("A colleague writes your name with @ in a note.")),
    Topic.CLIENT_ANSWERED: (_l("The client wrote or called"), _l("On tickets that you own or work on.")),
    Topic.AT_RISK: (_l("Deadline near"), _l("Most of the time is used on a ticket of yours or your team.")),
    Topic.BREACHED: (_l("Deadline missed"), _l("A deadline has passed on a ticket of yours or your team.")),
    Topic.ESCALATED: (_l("Handed to my team"), _l("Another line or team hands a ticket to yours.")),
    Topic.ARRIVED: (
        _l("New in my team"),
        _l("Every ticket that comes in; your team's list shows them anyway."),
    ),
    Topic.NOTED: (_l("Notes and doubles"), _l("A note, or a merged double, on a ticket of yours.")),
    Topic.RESOLVED: (_l("Solved what I own"), _l("Somebody else solved a ticket you answer for.")),
    Topic.NOT_DELIVERED: (_l("Not delivered"), _l("An answer did not reach the client.")),
    Topic.TROUBLE: (_l("Trouble with mail"), _l("A mailbox fails, or a mail is held for you to look at.")),
}
MAIL_WHEN = {
    MailWhen.NEVER: (_l("Never"), _l("You look into the desk yourself.")),
    MailWhen.AWAY: (_l("While I am away"), _l("When you have not been at the desk for a while.")),
    MailWhen.ALWAYS: (_l("Always"), _l("Also while you work here; one mail in ten minutes at most.")),
}


def sentence(kind: str, payload: Mapping[str, Any], zone: tzinfo | None = None) -> str:
    """What happened, in one sentence without the ticket's number; times in `zone`, None: the reader's."""
    if kind == THRESHOLD:
        said = _of_clock(str(payload.get("metric")), int(payload.get("percent") or 0))
        more = _of_time(payload, zone)
        return f"{said}: {more}" if more else said
    if kind == RECOMPUTED:
        return _recomputed(int(payload.get("count") or 0))
    if kind == WITHDRAWN:
        return str(KEPT.get(str(payload.get("metric"))) or _("A missed deadline was kept after all"))
    if kind == VERIFIED:
        return _verified(int(payload.get("count") or 0))
    if kind == WOKEN:
        return _woken(payload, zone)
    return str(SENTENCES.get(kind) or _("Something happened"))


def _recomputed(count: int) -> str:
    return ngettext(
        "A change of hours or promises made %(num)s deadline of your teams a missed one",
        "A change of hours or promises made %(num)s deadlines of your teams missed ones",
        count,
    )


def _verified(count: int) -> str:
    return ngettext(
        "The clocks of %(num)s ticket do not show what its log says: see the settings",
        "The clocks of %(num)s tickets do not show what their logs say: see the settings",
        count,
    )


def _of_time(payload: Mapping[str, Any], zone: tzinfo | None) -> str:
    """What is left at most, or how much it is over at least, and when it is or was due. Spans are open hours.

    Empty for a notice that was written before notices said so.
    """
    target_s, percent = int(payload.get("target_s") or 0), int(payload.get("percent") or 0)
    due = payload.get("due_at")
    span = open_hours(abs(target_s * (BREACH_PERCENT - percent)) // BREACH_PERCENT)
    if not target_s:
        return ""
    when = _when(datetime.fromisoformat(due), zone) if due else None
    if percent < BREACH_PERCENT:
        left = _("at most %(span)s left", span=span)
        return _("%(left)s, due %(when)s", left=left, when=when) if when else left
    over = _("more than %(span)s over", span=span) if percent > BREACH_PERCENT else ""
    was = _("it was due %(when)s", when=when) if when else ""
    return ", ".join(filter(None, (over, was)))


def _when(at: datetime, zone: tzinfo | None) -> str:
    return moment(at) if zone is None else moment_in(zone, at)


def _of_clock(metric: str, percent: int) -> str:
    if percent >= BREACH_PERCENT:
        return str(BREACHED.get(metric) or _("A deadline has passed"))
    words = AT_RISK.get(metric)
    return str(words) % {"percent": percent} if words else _("A deadline is near")


def _woken(payload: Mapping[str, Any], zone: tzinfo | None) -> str:
    """That a waiting is over, and how long nothing came."""
    client = payload.get("state") == "waiting_client"
    if not payload.get("since"):
        return _("A waiting is over: look at the ticket again")
    since = _when(datetime.fromisoformat(payload["since"]), zone)
    if client:
        return _("You waited for the client since %(since)s, and no answer came", since=since)
    return _("You waited for a third party since %(since)s, and no answer came", since=since)
