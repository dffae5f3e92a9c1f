"""Table of waitings: for whom or what a ticket waited, why, until when, and when that ended."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base
from helpdesk.tickets.rules import WaitingFor, WaitReason


class TicketWait(Base):
    """One waiting of a ticket; `ended_at` is null while it lasts, `ended_seq` the event that ended it.

    `party` names a third party in words, with `contact_id` when it is a contact of a company. One that ended
    where it began was taken back.
    """

    __tablename__ = "ticket_wait"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_seq is null)", name="ended"),
        Index("ix_ticket_wait_ticket_id", "ticket_id", "id"),
        Index("uq_ticket_wait_standing", "ticket_id", unique=True, postgresql_where=sql("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    state: Mapped[WaitingFor]
    about: Mapped[WaitReason]
    reason: Mapped[str]
    party: Mapped[str] = mapped_column(server_default="")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    since: Mapped[datetime]
    wake_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_seq: Mapped[int | None]
