"""Table of who asked to see the remote pictures of which mail."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class PicturesShown(Base):
    """Somebody asked to see the pictures that a mail has elsewhere in the internet; it stays so for him."""

    __tablename__ = "pictures_shown"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, index=True)
    created_at: Mapped[datetime]
