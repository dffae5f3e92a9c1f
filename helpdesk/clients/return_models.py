"""Table of mail that did not reach an address, with what was said about it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.clients.rules import ReturnKind
from helpdesk.db import Base


class AddressReturn(Base):
    """One recipient in one delivery report; `status` is RFC 3463 or empty, `words` the other server's own.

    With `shuts` the address is not written to any more. `cleared_at` is when the address proved good again:
    what lies before it counts no longer.
    """

    __tablename__ = "address_return"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_address_return_email_at", "email", "at"),
        Index("uq_address_return_report", "inbound_mail_id", "email", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    kind: Mapped[ReturnKind]
    status: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    shuts: Mapped[bool] = mapped_column(server_default=sql("false"))
    at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    outbox_recipient_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_recipient.id"), index=True)
    inbound_mail_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"))
