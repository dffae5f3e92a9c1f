"""What a new ticket is tied to because of how it came: those that its mail names without a right to them."""

from datetime import datetime

from helpdesk.db import db
from helpdesk.intake.matching import Match
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import LinkKind


def link_named(ticket: Ticket, found: Match, *, by: int, now: datetime) -> None:
    """Say so on the new ticket; the ones it names are not touched, whoever named them."""
    if found.apart_from is not None:
        tickets.tie(ticket, found.apart_from, LinkKind.RELATES, by=by, now=now)
    ended = (found.ticket.id,) if found.ticket is not None and found.is_unverified else ()
    for number in dict.fromkeys((*ended, *found.mentions)):
        other = db.session.get_one(Ticket, number)
        tickets.tie(ticket, other, LinkKind.MENTIONS, by=by, now=now)
