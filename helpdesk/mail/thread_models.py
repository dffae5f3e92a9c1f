"""Tables by which answers are known that carry no id of ours: other systems' numbers, and marks of old."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class ExternalTicket(Base):
    """Which ticket another system means by its own number.

    `sender` is the pattern of the sender's rule, so that each address of that system means the same.
    """

    __tablename__ = "external_ticket"

    sender: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    created_at: Mapped[datetime]


class SubjectPrefix(Base):
    """Letters that stood before ticket numbers in mail that was sent: they are read for ever."""

    __tablename__ = "subject_prefix"
    __table_args__ = (CheckConstraint("prefix = upper(prefix)", name="prefix_upper"),)

    prefix: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
