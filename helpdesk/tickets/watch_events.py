"""What can happen to those who get the answers on a ticket beside its client."""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.tickets.events import TicketFact
from helpdesk.tickets.watch_rules import WatchState


@dataclass(frozen=True, kw_only=True)
class WatchersNamed(TicketFact):
    """A mail named people beside us: so many get our answers from now on, so many are only proposed.

    `source_id` is the message that named them. So many were `left_out`, for a mail may name only some.
    """

    kind: ClassVar[str] = "ticket.watchers_named"
    source_id: int | None
    watching: int
    proposed: int
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class WatcherChanged(TicketFact):
    """A person decided about an address; `old` None: nobody had named it before."""

    kind: ClassVar[str] = "ticket.watcher_changed"
    watcher_id: int
    old: WatchState | None
    new: WatchState
