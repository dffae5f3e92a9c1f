"""Tables of working hours: a calendar has versions, a version never changes once made."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.db import Base


class Calendar(Base):
    """Named working hours in one zone (IANA name)."""

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ZoneEdition(Base):
    """What one release of the tz database says of a zone: `rules` is its compiled file (TZif, RFC 9636)."""

    __tablename__ = "zone_edition"
    __table_args__ = (UniqueConstraint("zone", "hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str]
    release: Mapped[str]
    hash: Mapped[str]
    rules: Mapped[bytes]
    created_at: Mapped[datetime]


class CalendarVersion(Base):
    """One edition of a calendar; `hash` names its content and the tz database release.

    It counts by the rules of its zone edition, whatever is installed later; None until the worker kept them.
    """

    __tablename__ = "calendar_version"
    __table_args__ = (UniqueConstraint("calendar_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    n: Mapped[int]
    zone: Mapped[str]
    effective_from: Mapped[datetime]
    hash: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    zone_edition_id: Mapped[int | None] = mapped_column(ForeignKey("zone_edition.id"))

    edition: Mapped[ZoneEdition | None] = relationship(lazy="raise")
    windows: Mapped[list["CalendarWindow"]] = relationship(lazy="raise")
    overrides: Mapped[list["CalendarOverride"]] = relationship(lazy="raise")
    holidays: Mapped[list["CalendarHoliday"]] = relationship(lazy="raise")


class CalendarWindow(Base):
    """Open from one minute of the day to another; `to_min` <= `from_min` is overnight, 1440 is midnight."""

    __tablename__ = "calendar_window"
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("from_min between 0 and 1439 and to_min between 0 and 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    from_min: Mapped[int] = mapped_column(SmallInteger)
    to_min: Mapped[int] = mapped_column(SmallInteger)


class CalendarOverride(Base):
    """Other hours on one date, replacing the week's; both minutes null close the date."""

    __tablename__ = "calendar_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    day: Mapped[date]
    from_min: Mapped[int | None] = mapped_column(SmallInteger)
    to_min: Mapped[int | None] = mapped_column(SmallInteger)


class CalendarHoliday(Base):
    """A closed civil day or part of it:

    On one `day`, or every year from `from_md` to `until_md` ("12-24").
    """

    __tablename__ = "calendar_holiday"
    __table_args__ = (CheckConstraint("(day is null) <> (from_md is null)", name="once_or_yearly"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"), index=True)
    name: Mapped[str]
    day: Mapped[date | None]
    from_md: Mapped[str | None]
    until_md: Mapped[str | None]
    from_min: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    to_min: Mapped[int] = mapped_column(SmallInteger, server_default="1440")
