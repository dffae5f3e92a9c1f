"""Table of alerts: a machine's mails with one subject, and the ticket that they all belong to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class TicketAlert(Base):
    """A series of mails of one sender about one thing on one ticket; `topic` is the subject without whatever
    changes from mail to mail. `recovered_at` is when the machine last said that all is well again.
    """

    __tablename__ = "ticket_alert"
    __table_args__ = (
        Index("ix_ticket_alert_sender_topic", "sender", "topic"),
        Index("uq_ticket_alert_ticket_id", "ticket_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    sender: Mapped[str]
    topic: Mapped[str]
    mails: Mapped[int] = mapped_column(server_default=sql("1"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
