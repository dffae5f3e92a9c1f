"""Tables of what a person is still writing: the unsent text and the files that wait beside it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base
from helpdesk.tickets.rules import MessageKind


class Draft(Base):
    """Everything in the composer of one person on one ticket, until it is sent.

    `cc` and `third_party` are as typed, `cc` null while nobody touched what the desk suggests. `picked` names
    what a forward quotes: {"messages": [...], "files": [...]}. `html` is the form of the words, null: none;
    `text` says the same plainly. `addressed` is to whom the page said that it goes, as tickets.addressed
    reads it. Every saving gives a new `revision`.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"), Index("ix_draft_person_id", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MessageKind]
    text: Mapped[str]
    html: Mapped[str | None]
    cc: Mapped[str | None]
    third_party: Mapped[str] = mapped_column(server_default="")
    picked: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    addressed: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    revision: Mapped[uuid.UUID] = mapped_column(server_default=sql("gen_random_uuid()"))
    saved_at: Mapped[datetime]


class Upload(Base):
    """A file that waits in the composer; its bytes are the blob of that SHA-256. `inline`: a picture between
    the words, which name it `cid:` and its public id.
    """

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_ticket_id_person_id", "ticket_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    inline: Mapped[bool] = mapped_column(server_default=sql("false"))
    created_at: Mapped[datetime]
