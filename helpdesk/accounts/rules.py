"""What may stand in a signature: the closed list of places, and filling them. Pure."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from helpdesk.errors import N_, BadInput

PLACES = ("name", "phone", "firm")
BRACED = re.compile(r"\{([^{}\n]{0,40})\}")


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


def signed(text: str, values: Mapping[str, str]) -> str:
    """The lines with their places filled once; a line that names only what is not known is left out."""
    lines = []
    for line in text.splitlines():
        named = {found for found in BRACED.findall(line) if found in values}
        if named and not any(values[name] for name in named):
            continue
        lines.append(BRACED.sub(lambda found: values.get(found[1], found[0]), line))
    return "\n".join(lines).strip("\n")
