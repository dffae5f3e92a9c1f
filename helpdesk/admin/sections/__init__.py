"""The table of settings screens: where each stands, what it is for, and what its fields are called."""

from helpdesk.admin.sections import channels, desk, people, service, system
from helpdesk.admin.sections.shape import GROUPS, Kind, Section

SECTIONS: tuple[Section, ...] = (
    *service.SECTIONS,
    *desk.SECTIONS,
    *channels.SECTIONS,
    *people.SECTIONS,
    *system.SECTIONS,
)


def kinds() -> dict[str, Kind]:
    """Every kind of thing that has a history, by its code."""
    return {code: kind for section in SECTIONS for code, kind in section.kinds.items()}


__all__ = ["GROUPS", "SECTIONS", "Kind", "Section", "kinds"]
