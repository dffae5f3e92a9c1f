"""The mails about a message as rows of the page: each recipient's copy with what is known about it."""

from typing import Any

from sqlalchemy import ScalarSelect, case, select

from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.models import Message
from helpdesk.tickets.views.jsonb import listed, object_of

ITS_OWN = ("email", "field", "state", "answer", "changed_at", "delivered_at", "read_at")
ITS_MAIL = ("kind", "due_at", "finished_at", "waiting_since", "waits_for_relay", "error")


def copies_of_message() -> ScalarSelect[Any]:
    """Every copy of every mail about the message at hand, answers first, in the order of their recipients."""
    copy = object_of(OutboxRecipient, ITS_OWN).op("||")(object_of(Outbox, ITS_MAIL))
    answers_first = case((Outbox.kind == OutboxKind.REPLY, 0), else_=1)
    return (
        select(listed(copy, answers_first * 10_000_000_000 + OutboxRecipient.id))
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .where(Outbox.message_id == Message.id)
        .correlate(Message)
        .scalar_subquery()
    )
