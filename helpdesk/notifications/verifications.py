"""Who hears that clocks were found that do not show what the log says."""

from datetime import datetime
from typing import Protocol

from helpdesk.accounts import seats
from helpdesk.events import EventRow
from helpdesk.notifications.actions import News, tell_all
from helpdesk.notifications.rules import VERIFIED


class Verified(Protocol):
    """Tickets were computed anew; `ticket_ids` are those whose clocks were different."""

    @property
    def at(self) -> datetime: ...
    @property
    def ticket_ids(self) -> tuple[int, ...]: ...


def tell_administrators(event: Verified, row: EventRow) -> None:
    """One notice to each of them when anything differs, and none when all is well."""
    if not event.ticket_ids:
        return
    news = News(
        kind=VERIFIED,
        ticket_id=None,
        at=event.at,
        event_id=row.id,
        payload={"count": len(event.ticket_ids)},
    )
    tell_all([(seats.administrator_ids(), news)])
