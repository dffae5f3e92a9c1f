"""What may stand in a signature: the closed list of places, and filling them. Pure."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from html import escape

from helpdesk.errors import N_, BadInput

PLACES = ("name", "phone", "firm")
BRACED = re.compile(r"\{([^{}\n]{0,40})\}")
LINE_END = re.compile(r"(<br>|</?(?:div|p|li|ul|ol|blockquote|pre)>)")
TAG = re.compile(r"<[^<>]*>")
EMPTY = re.compile(r"<([a-z]+)\b[^<>]*></\1>")
FIRST = re.compile(r"(<(?:div|p|li)>)<br>")
HOLLOW = re.compile(r"<(div|p|li)>(?:\s|<br>)*</\1>")


def check_signature(text: str) -> None:
    """Refuse a place that nothing fills. Raises BadInput."""
    for found in BRACED.finditer(text):
        name = found[1]
        near = get_close_matches(name.strip().lower(), PLACES, n=1)
        if name not in PLACES and near:
            sentence = N_("There is no %(name)s in a signature. Did you mean %(near)s?")
            raise BadInput(sentence, "signature", name=found[0], near="{" + near[0] + "}")
        if name not in PLACES:
            sentence = N_("There is no %(name)s in a signature, only {name}, {phone} and {firm}.")
            raise BadInput(sentence, "signature", name=found[0])


def check_signature_form(text: str, html: str) -> None:
    """Refuse a place of which only a part is bold, or a link: nothing would fill it. Raises BadInput."""
    if BRACED.findall(html) != BRACED.findall(text):
        sentence = N_("Each {place} needs one form: make all of it bold, with its braces, or nothing of it.")
        raise BadInput(sentence, "signature")


def signed_form(html: str, values: Mapping[str, str]) -> str:
    """The same of cleaned HTML, to be cleaned again: a line that is left out may leave a tag open."""
    kept = list[str]()
    for line in LINE_END.split(html):
        named = {found for found in BRACED.findall(line) if found in values}
        if not named or any(values[name] for name in named):
            kept.append(BRACED.sub(lambda found: escape(values.get(found[1], found[0])), line))
            continue
        if kept and kept[-1] == "<br>":
            kept.pop()
        kept.append(EMPTY.sub("", "".join(TAG.findall(line))))
    return FIRST.sub(r"\1", HOLLOW.sub("", "".join(kept)))


def signed(text: str, values: Mapping[str, str]) -> str:
    """The lines with their places filled once; a line that names only what is not known is left out."""
    lines = []
    for line in text.splitlines():
        named = {found for found in BRACED.findall(line) if found in values}
        if named and not any(values[name] for name in named):
            continue
        lines.append(BRACED.sub(lambda found: values.get(found[1], found[0]), line))
    return "\n".join(lines).strip("\n")
