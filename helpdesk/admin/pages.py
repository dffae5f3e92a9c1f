"""How a settings screen is drawn: its own part in the middle, the sections left, the history right."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from helpdesk import web
from helpdesk.accounts import guard
from helpdesk.accounts.permissions import Permission, may
from helpdesk.admin import changes
from helpdesk.admin.sections import GROUPS, SECTIONS, Section


@dataclass(frozen=True)
class Entry:
    """A line of the settings' navigation."""

    code: str
    name: str
    says: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    name: str
    entries: tuple[Entry, ...]


def render_section(template: str, code: str, *, thing: tuple[str, int] | None = None, **values: Any) -> str:
    """The screen of section `code`; with a `thing` (kind, id) its history, else that of the whole section."""
    section = section_of(code)
    if "history" not in values:
        values["history"] = changes.changes_of(*thing) if thing else changes.changes_of_kinds(section.kinds)
    values["may_open_all"] = may(guard.current_actor().relations, Permission.SETTINGS_READ)
    return web.render(template, section=_entry(section, code), groups=groups(code), **values)


def section_of(code: str) -> Section:
    """The section of that code. Raises LookupError when there is none."""
    for section in SECTIONS:
        if section.code == code:
            return section
    raise LookupError(f"There is no section {code}.")


def groups(here: str = "") -> list[Group]:
    """The sections that whoever asks may open, by group; `here` is the code of the one shown."""
    stands = guard.current_actor().relations
    open_to = [section for section in SECTIONS if may(stands, section.permission) and _exists(section)]
    found = []
    for code, name in GROUPS.items():
        entries = tuple(_entry(section, here) for section in open_to if section.group == code)
        if entries:
            found.append(Group(str(name), entries))
    return found


def _exists(section: Section) -> bool:
    return section.endpoint in current_app.view_functions


def _entry(section: Section, here: str) -> Entry:
    return Entry(
        section.code,
        str(section.name),
        str(section.says),
        url_for(section.endpoint),
        section.code == here,
    )
