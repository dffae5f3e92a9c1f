"""What people decide about the words of somebody who is not on the ticket."""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.tickets.events import TicketFact


@dataclass(frozen=True, kw_only=True)
class StrayAccepted(TicketFact):
    """Somebody of the desk let a person in who was not on the ticket, or found that what nothing proved is
    his indeed; `source_id` is what he wrote. `watches`: he gets the answers since then.
    """

    kind: ClassVar[str] = "ticket.stray_accepted"
    source_id: int
    watches: bool


@dataclass(frozen=True, kw_only=True)
class StraySplit(TicketFact):
    """What somebody wrote who was not on the ticket goes on as the ticket `other_id`."""

    kind: ClassVar[str] = "ticket.stray_split"
    source_id: int
    other_id: int


@dataclass(frozen=True, kw_only=True)
class SplitUndone(TicketFact):
    """The split was a mistake: `source_id` waits here again, and the ticket `other_id` was ended. `voids_id`
    is the event of the split.
    """

    kind: ClassVar[str] = "ticket.split_undone"
    source_id: int
    other_id: int
    voids_id: int
