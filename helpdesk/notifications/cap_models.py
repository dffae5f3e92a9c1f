"""Table of caps that bit: what was held back so that no loop and no flood gets through."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Cap(StrEnum):
    """Which limit: acknowledgements to one address, to one domain, or new tickets of one address."""

    ADDRESS = "address"
    DOMAIN = "domain"
    TICKETS = "tickets"


class CapBite(Base):
    """One thing held back by a cap: a mail of ours (`outbox_id`) or one that came in (`inbound_mail_id`)."""

    __tablename__ = "cap_bite"
    __table_args__ = (
        CheckConstraint("(outbox_id is null) <> (inbound_mail_id is null)", name="one_thing"),
        Index("ix_cap_bite_held", "who", "at", postgresql_where=sql("released_at is null")),
        Index("ix_cap_bite_ticket_id", "ticket_id", postgresql_where=sql("ticket_id is not null")),
        Index("uq_cap_bite_outbox_id", "outbox_id", unique=True),
        Index("uq_cap_bite_inbound_mail_id", "inbound_mail_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cap: Mapped[Cap]
    who: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    inbound_mail_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"))
    at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
