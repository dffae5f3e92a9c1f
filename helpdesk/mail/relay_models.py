"""The table of relays that could not be reached, so that one which is down is not asked for every mail."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class RelayState(Base):
    """How a relay fares; `name` is its host and port. A relay without a row was never in trouble.

    Nobody asks it before `next_try_at`; `told_at` is when administrators were told of this trouble.
    """

    __tablename__ = "relay_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime | None]
    error: Mapped[str | None]
    told_at: Mapped[datetime | None]
