"""Table of watchers: who else gets the answers on a ticket, who was proposed, and whom we do not want."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base
from helpdesk.tickets.watch_rules import WatchState


class TicketWatcher(Base):
    """One address beside the requester's; `contact_id` null: nobody we know.

    `message_id` is the message that named it in Cc, null: somebody of the desk added it.
    """

    __tablename__ = "ticket_watcher"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        UniqueConstraint("ticket_id", "email"),
        Index("ix_ticket_watcher_email", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    email: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    state: Mapped[WatchState]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    created_at: Mapped[datetime]
