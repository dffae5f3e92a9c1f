"""What people decide about the words of somebody who is not on the ticket."""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.tickets.events import TicketFact


@dataclass(frozen=True, kw_only=True)
class StrayAccepted(TicketFact):
    """Somebody of the desk let a person in who was not on the ticket; `source_id` is what he wrote."""

    kind: ClassVar[str] = "ticket.stray_accepted"
    source_id: int


@dataclass(frozen=True, kw_only=True)
class StraySplit(TicketFact):
    """What somebody wrote who was not on the ticket goes on as the ticket `other_id`."""

    kind: ClassVar[str] = "ticket.stray_split"
    source_id: int
    other_id: int
