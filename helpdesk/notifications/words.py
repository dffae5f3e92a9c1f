"""The sentence of each kind of notice, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from helpdesk.i18n import gettext as _

SENTENCES = {
    "ticket.opened": _l("A new ticket came in"),
    "ticket.client_wrote": _l("The client wrote"),
    "ticket.note_added": _l("A colleague left a note"),
    "ticket.assigned": _l("A ticket was given to you"),
    "ticket.escalated": _l("A ticket was escalated to your team"),
    "ticket.returned": _l("A ticket came back with a reason"),
    "ticket.moved": _l("A ticket was moved to your team"),
    "ticket.resolved": _l("Your ticket was resolved"),
    "ticket.reopened": _l("A resolved ticket is open again"),
    "ticket.call_joined": _l("A call was added"),
    "mail.not_delivered": _l("An answer did not reach everybody: look at it, or phone"),
    "mail.bounced": _l("An answer came back undelivered: check the address, or phone"),
    "mail.mailbox_failing": _l("A mailbox has not answered for a quarter of an hour: see the settings"),
    "mail.held": _l("A mail could not become a ticket and waits under “Held mail”"),
}
BREACHED = {
    "first_response": _l("The deadline of the first answer has passed"),
    "next_response": _l("The deadline of the next answer has passed"),
    "resolution": _l("The deadline of the solution has passed"),
    "update": _l("The deadline of the news for the client has passed"),
    "ola": _l("The line's own deadline has passed"),
}
AT_RISK = {
    "first_response": _l("%(percent)s %% of the time for the first answer is used"),
    "next_response": _l("%(percent)s %% of the time for the next answer is used"),
    "resolution": _l("%(percent)s %% of the time for the solution is used"),
    "update": _l("%(percent)s %% of the time for news to the client is used"),
    "ola": _l("%(percent)s %% of the line's own time is used"),
}
THRESHOLD = "sla.threshold_crossed"


def sentence(kind: str, payload: Mapping[str, Any]) -> str:
    """What happened, in one sentence without the ticket's number."""
    if kind == THRESHOLD:
        return _of_clock(str(payload.get("metric")), int(payload.get("percent") or 0))
    return str(SENTENCES.get(kind) or _("Something happened"))


def _of_clock(metric: str, percent: int) -> str:
    if percent >= 100:
        return str(BREACHED.get(metric) or _("A deadline has passed"))
    words = AT_RISK.get(metric)
    return str(words) % {"percent": percent} if words else _("A deadline is near")
