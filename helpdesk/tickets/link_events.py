"""What ties a ticket to another one: links, and doubles that end for each other's sake."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from helpdesk.tickets.events import TicketFact
from helpdesk.tickets.rules import LinkKind, State


@dataclass(frozen=True, kw_only=True)
class TicketLinked(TicketFact):
    """It was tied to another ticket; with `is_from` it is the one that the link starts at ("blocks")."""

    kind: ClassVar[str] = "ticket.linked"
    link: LinkKind
    other_id: int
    is_from: bool


@dataclass(frozen=True, kw_only=True)
class TicketUnlinked(TicketFact):
    """A link to another ticket was taken away."""

    kind: ClassVar[str] = "ticket.unlinked"
    link: LinkKind
    other_id: int
    is_from: bool


@dataclass(frozen=True, kw_only=True)
class TicketMerged(TicketFact):
    """It was an obvious double and ended for the sake of `other_id`, where everything goes on."""

    kind: ClassVar[str] = "ticket.merged"
    other_id: int


@dataclass(frozen=True, kw_only=True)
class DoubleAbsorbed(TicketFact):
    """The double `other_id` ended for the sake of this one. `owed_since`: since when the client waits for an
    answer to what he wrote there, None: to nothing that this ticket has not answered already.
    """

    kind: ClassVar[str] = "ticket.double_absorbed"
    other_id: int
    old: State
    owed_since: datetime | None
