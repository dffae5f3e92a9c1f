"""Table of calls; a call may stand alone (a noted contact), open a ticket or join one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import Base


class Direction(StrEnum):
    """Who rang."""

    IN = "in"
    OUT = "out"


class CallOutcome(StrEnum):
    """How a call ended for the desk."""

    SOLVED = "solved"
    KEPT = "kept"
    ESCALATED = "escalated"
    JOINED = "joined"
    NOTED = "noted"


class Call(Base):
    """A call that was logged.

    `seconds` is the timer of the form; `note` is what was said when no ticket came of it.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_started_at", "started_at", "id"),
        Index("ix_call_contact_id", "contact_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[Direction] = mapped_column(server_default="in")
    number_typed: Mapped[str | None]
    number_e164: Mapped[str | None] = mapped_column(index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    outcome: Mapped[CallOutcome]
    subject: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    started_at: Mapped[datetime]
    seconds: Mapped[int]

    contact: Mapped[Contact] = relationship(lazy="raise")
    operator: Mapped[Person] = relationship(lazy="raise")
