"""Looking for a setting: in the names of sections, of their fields, and of the things that were set."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from helpdesk.accounts.people import sort_key
from helpdesk.admin.pages import groups
from helpdesk.admin.sections import SECTIONS, Section, kinds
from helpdesk.db import db
from helpdesk.history import SettingChange

THINGS = 20


@dataclass(frozen=True)
class Found:
    """A place that fits: its name, why it fits, and where it is."""

    name: str
    why: str
    url: str


def find(typed: str) -> list[Found]:
    """Sections first, then things by name, whatever the case; only what whoever asks may open."""
    wanted = sort_key(typed)
    allowed = {entry.code: entry for group in groups() for entry in group.entries}
    found = [
        Found(allowed[section.code].name, _why(section, wanted), allowed[section.code].url)
        for section in SECTIONS
        if section.code in allowed and _fits(section, wanted)
    ]
    return found + _things(typed, frozenset(allowed))


def _fits(section: Section, wanted: str) -> bool:
    return any(wanted in sort_key(text) for text in (str(section.name), str(section.says), *_fields(section)))


def _why(section: Section, wanted: str) -> str:
    """The field that fits, else the section's own sentence."""
    fits = [name for name in _fields(section) if wanted in sort_key(name)]
    return ", ".join(fits) if fits else str(section.says)


def _fields(section: Section) -> list[str]:
    return [str(name) for kind in section.kinds.values() for name in kind.fields.values()]


def _things(typed: str, allowed: frozenset[str]) -> list[Found]:
    """Things whose latest name holds the words; they are in the history from their first day."""
    known = kinds()
    mine = {code for section in SECTIONS if section.code in allowed for code in section.kinds}
    newest = (
        select(SettingChange.thing_kind, SettingChange.thing_id, SettingChange.thing_name)
        .ext(distinct_on(SettingChange.thing_kind, SettingChange.thing_id))
        .where(SettingChange.thing_kind.in_(mine), SettingChange.thing_id != 0)
        .order_by(SettingChange.thing_kind, SettingChange.thing_id, SettingChange.id.desc())
        .subquery()
    )
    fits = func.strpos(func.lower(newest.c.thing_name), typed.lower()) > 0
    rows = db.session.execute(select(newest).where(fits).order_by(newest.c.thing_name).limit(THINGS)).all()
    return [
        Found(row.thing_name, str(known[row.thing_kind].name), known[row.thing_kind].url(row.thing_id) or "")
        for row in rows
    ]
