"""Table of the mails that a mailbox writes to itself, to show that mail still goes the whole way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class MailboxProbe(Base):
    """One such mail: written into the outbox at `sent_at`, and fetched from the same mailbox at `returned_at`
    (None: not yet). `told_at`: somebody was told that it has not come back.
    """

    __tablename__ = "mailbox_probe"
    __table_args__ = (Index("ix_mailbox_probe_mailbox_id", "mailbox_id", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"))
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), unique=True)
    sent_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
