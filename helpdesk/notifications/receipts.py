"""Who was told that his ticket came in: what has left cannot be called back."""

from collections.abc import Iterable

from sqlalchemy import select

from helpdesk.db import db
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient


def told_of(ticket_ids: Iterable[int]) -> frozenset[int]:
    """The tickets whose receipt a relay has taken. One statement, none without tickets."""
    wanted = set(ticket_ids)
    if not wanted:
        return frozenset()
    taken = (
        select(Outbox.ticket_id)
        .join(OutboxRecipient)
        .where(
            Outbox.ticket_id.in_(wanted),
            Outbox.kind == OutboxKind.ACKNOWLEDGEMENT,
            OutboxRecipient.state == DeliveryState.ACCEPTED,
        )
    )
    return frozenset(one for one in db.session.scalars(taken) if one is not None)
