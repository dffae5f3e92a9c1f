"""The history of settings in words: who, when, which field, before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from helpdesk.accounts import faces
from helpdesk.accounts.models import Person
from helpdesk.admin import sections
from helpdesk.admin.change_lines import Line, Was, lines_of
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.history import Act, Facts, SettingChange, SettingsChanged

BESIDE, PAGE = 12, 50


@dataclass(frozen=True)
class Change:
    """What one person did to one thing at one instant."""

    event_id: int
    at: datetime
    name: str
    initials: str
    tint: int
    act: Act
    thing: str
    kind: str
    url: str | None
    lines: tuple[Line, ...]


def changes_of(kind: str, thing_id: int, *, limit: int = BESIDE) -> list[Change]:
    """The latest changes of one thing, newest first. Two statements."""
    mine = select(SettingChange.event_id).where(
        SettingChange.thing_kind == kind, SettingChange.thing_id == thing_id
    )
    return _read(_events().where(EventRow.id.in_(mine)).limit(limit))


def changes_of_kinds(kinds: Iterable[str], *, limit: int = BESIDE) -> list[Change]:
    """The latest changes of all things of these kinds, newest first. Two statements."""
    wanted = EventRow.payload["thing_kind"].astext.in_(list(kinds))
    return _read(_events().where(wanted).limit(limit))


def all_changes(*, before: int | None = None, limit: int = PAGE) -> list[Change]:
    """The latest changes of everything, from below event `before`; newest first. Two statements."""
    statement = _events()
    return _read((statement if before is None else statement.where(EventRow.id < before)).limit(limit))


def _events() -> Select[Any]:
    return (
        select(EventRow.id, EventRow.recorded_at, EventRow.payload, Person.id.label("person_id"), Person.name)
        .join(Person, Person.id == EventRow.actor_id)
        .where(EventRow.kind == SettingsChanged.kind)
        .order_by(EventRow.id.desc())
    )


def _read(statement: Select[Any]) -> list[Change]:
    rows = db.session.execute(statement).all()
    fields = _fields([row.id for row in rows])
    kinds = sections.kinds()
    return [_change(row, fields.get(row.id, ()), kinds) for row in rows]


def _fields(event_ids: Sequence[int]) -> dict[int, list[SettingChange]]:
    found: dict[int, list[SettingChange]] = {}
    if not event_ids:
        return found
    statement = select(SettingChange).where(SettingChange.event_id.in_(event_ids)).order_by(SettingChange.id)
    for row in db.session.scalars(statement):
        found.setdefault(row.event_id, []).append(row)
    return found


def _change(row: Any, fields: Sequence[SettingChange], kinds: dict[str, sections.Kind]) -> Change:
    code = row.payload["thing_kind"]
    kind = kinds.get(code)
    return Change(
        event_id=row.id,
        at=row.recorded_at,
        name=row.name,
        initials=faces.initials(row.name),
        tint=faces.tint(row.person_id),
        act=Act(row.payload["act"]),
        thing=fields[0].thing_name if fields else "",
        kind=str(kind.name) if kind else code,
        url=kind.url(row.payload["thing_id"]) if kind else None,
        lines=lines_of((Was(one.field, one.before, one.after) for one in fields), kind),
    )


def compared(kind: str, before: Facts, after: Facts) -> tuple[Line, ...]:
    """What differs between two states of a thing of that kind, as its history would say it. No statement."""
    differing = (field for field in {**after, **before} if before.get(field) != after.get(field))
    return lines_of(
        (Was(field, before.get(field), after.get(field)) for field in differing), sections.kinds().get(kind)
    )
