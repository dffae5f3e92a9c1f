"""Why a ticket came to its first place, said from the codes of the routing decision."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from helpdesk.tickets.rules import Channel, TicketType
from helpdesk.tickets.words import CHANNELS, TYPES


def because_of(decision: Mapping[str, Any]) -> str:
    """One sentence: which rule placed it and for which reasons."""
    reasons = [_reason(one["code"], one.get("value")) for one in decision["because"]]
    if not decision["rule_name"]:
        return gettext("No rule fitted, so it came to the first team.")
    said = ", ".join(reason for reason in reasons if reason)
    if not said:
        return gettext("Placed by the rule “%(rule)s”.", rule=decision["rule_name"])
    return gettext("Placed by the rule “%(rule)s”: %(reasons)s.", rule=decision["rule_name"], reasons=said)


def _reason(code: str, value: Any) -> str:
    if code == "word":
        return gettext("it says “%(word)s”", word=value)
    if code == "channel":
        return gettext("it came %(way)s", way=CHANNELS[Channel(value)])
    if code == "type":
        return gettext("it is: %(kind)s", kind=TYPES[TicketType(value)])
    plain = {
        "mailbox": gettext("of its mailbox"),
        "company": gettext("of its company"),
        "vip": gettext("the client is very important"),
        "language": gettext("of its language"),
        "weekday": gettext("of the day of the week"),
        "hour": gettext("of the hour"),
    }
    return plain.get(code, "")
