"""What may stand in a canned answer: the closed list of places, and filling them. Pure."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from html import escape

from helpdesk.errors import BadInput

PLACE = re.compile(r"\{\{\s*([\w.-]*)\s*\}\}")
GAP = re.compile(r",?[^\S\n]*" + PLACE.pattern + r"(?=[!,.?:;])")
BRACES = re.compile(r"\{\{|\}\}")
SHORTCUT = re.compile(r"[^\W_][\w-]{0,29}")
PLACES = (
    "contact_name",
    "contact_first_name",
    "company",
    "ticket_number",
    "ticket_subject",
    "agent_name",
    "agent_first_name",
    "team",
    "firm",
)
LANGUAGES = ("en", "ru")
NAME_LENGTH = 80
TEXT_LENGTH = 20_000


def check(*, name: str, shortcut: str, text: str) -> None:
    """Refuse an answer without name or words, a shortcut one cannot type, and places that nothing fills.

    Raises BadInput that names the field.
    """
    if not name.strip():
        raise BadInput("Give it a name by which colleagues find it.", "name")
    if len(name) > NAME_LENGTH:
        raise BadInput("The name may have %(most)s letters at most.", "name", most=NAME_LENGTH)
    if not SHORTCUT.fullmatch(shortcut):
        raise BadInput(
            "The shortcut is one word of at most 30 letters, digits or hyphens, like “restart”.", "shortcut"
        )
    if not text.strip():
        raise BadInput("Write the text of the answer.", "text")
    if len(text) > TEXT_LENGTH:
        raise BadInput("The text may have %(most)s letters at most.", "text", most=TEXT_LENGTH)
    check_places(text)


def check_places(text: str) -> None:
    """Refuse a place that is not on the list, and braces that are no place. Raises BadInput."""
    for name in PLACE.findall(text):
        if name not in PLACES:
            near = get_close_matches(name, PLACES, n=1)
            if near:
                raise BadInput(
                    "There is no place {{%(name)s}}. Did you mean {{%(near)s}}?",
                    "text",
                    name=name,
                    near=near[0],
                )
            raise BadInput("There is no place {{%(name)s}}. Take one of the list.", "text", name=name)
    if BRACES.search(PLACE.sub("", text)):
        raise BadInput("A place has two braces on both sides: {{contact_name}}.", "text")


def check_form(text: str, html: str) -> None:
    """Refuse a place of which only a part is bold, or a link: nothing would fill it. Raises BadInput."""
    if PLACE.findall(html) != PLACE.findall(text):
        raise BadInput(
            "Each {{place}} needs one form: make all of it bold, with its braces, or nothing of it.", "text"
        )


def filled_form(html: str, values: Mapping[str, str]) -> str:
    """The same of cleaned HTML; values are words there, whatever stands in them."""
    return PLACE.sub(lambda found: escape(values.get(found[1], found[0])), _without_gaps(html, values))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled once; what a value itself says is never read as a place."""
    return PLACE.sub(lambda found: values.get(found[1], found[0]), _without_gaps(text, values))


def _without_gaps(text: str, values: Mapping[str, str]) -> str:
    """Nobody known by name is greeted "Hello," and not "Hello ,": what led to the empty place goes too."""
    return GAP.sub(lambda found: found[0] if values.get(found[1]) != "" else "", text)
