"""The history of settings: who changed what, when, before and after; every settings screen writes it here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, db
from helpdesk.events import Event, publish

Value = str | int | bool | Sequence[str] | None
Facts = Mapping[str, Value]
SECRET_CHANGED = "********"  # noqa: S105  what stands for a secret: that it changed, never what it is


class Act(StrEnum):
    """What was done to a thing."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"


class SettingChange(Base):
    """One field of one thing before and after.

    The event says when and by whom and holds no text; texts live here, where erasing a person reaches them.
    """

    __tablename__ = "setting_change"
    __table_args__ = (Index("ix_setting_change_thing", "thing_kind", "thing_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    thing_kind: Mapped[str]
    thing_id: Mapped[int]
    thing_name: Mapped[str]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Event):
    """Something that an administrator may set is different now; `thing_id` 0 stands for the desk itself."""

    kind: ClassVar[str] = "settings.changed"
    thing_kind: str
    thing_id: int
    act: Act
    fields: tuple[str, ...]


def changed(
    thing: tuple[str, int, str], before: Facts | None, after: Facts | None, *, by: int, now: datetime
) -> None:
    """Write down every field in which the two differ, in the open transaction; nothing when none does.

    `thing` is its kind, id and present name. Facts are what a person would read: names instead of ids, texts,
    numbers, yes and no; None before means created, None after removed. Of a secret give SECRET_CHANGED after
    the change and None before, never itself.
    """
    kind, thing_id, name = thing
    old, new = before or {}, after or {}
    fields = tuple(field for field in {**old, **new} if old.get(field) != new.get(field))
    act = Act.CREATED if before is None else Act.REMOVED if after is None else Act.CHANGED
    if not fields and act is Act.CHANGED:
        return
    row = publish(
        SettingsChanged(at=now, actor_id=by, thing_kind=kind, thing_id=thing_id, act=act, fields=fields)
    )
    for field in fields:
        db.session.add(
            SettingChange(
                event_id=row.id,
                thing_kind=kind,
                thing_id=thing_id,
                thing_name=name,
                field=field,
                before=_plain(old.get(field)),
                after=_plain(new.get(field)),
            )
        )
    db.session.flush()


def _plain(value: Value) -> Any:
    return value if value is None or isinstance(value, (str, int, bool)) else list(value)
