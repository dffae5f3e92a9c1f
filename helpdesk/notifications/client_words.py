"""Who hears that something came in on a ticket."""

from helpdesk.events import EventRow
from helpdesk.notifications.reactions import tell_holders
from helpdesk.tickets.events import ClientWrote, ThirdPartyWrote


def tell_of_words(event: ClientWrote | ThirdPartyWrote, row: EventRow) -> None:
    """Say it to owner and assignee; not what need not be heard, such as a note of absence."""
    if not event.is_silent:
        tell_holders(event, row)
