"""How a letter to a client is worded: which words of an occasion may be filled in, and filling them in. Pure.

The texts are data, never a program: a word in braces is replaced once, and what it stands for is not read
again.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum

from helpdesk.errors import N_, BadInput

BRACED = re.compile(r"\{([^{}\n]{0,40})\}")
LONGEST = 4000


class Occasion(StrEnum):
    """Why a client gets a letter; each has a text in every language."""

    RECEIVED = "received"
    RECEIVED_UNKNOWN = "received_unknown"
    REPLY = "reply"
    FORWARD = "forward"
    RESOLVED = "resolved"
    REOPENED = "reopened"


# A stranger learns nothing but the number, a third party nothing about the client.
PLACEHOLDERS: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.RECEIVED: ("greeting", "name", "thanks", "number", "subject", "firm"),
    Occasion.RECEIVED_UNKNOWN: ("greeting", "thanks", "number", "firm"),
    Occasion.REPLY: ("answer", "signature", "greeting", "name", "number", "subject", "firm"),
    Occasion.FORWARD: ("answer", "signature", "number", "firm"),
    Occasion.RESOLVED: ("greeting", "name", "number", "subject", "days", "firm"),
    Occasion.REOPENED: ("greeting", "name", "number", "subject", "firm"),
}
REQUIRED: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.REPLY: ("answer",),
    Occasion.FORWARD: ("answer",),
}
MAY_BE_SILENT = frozenset(
    {Occasion.RECEIVED, Occasion.RECEIVED_UNKNOWN, Occasion.RESOLVED, Occasion.REOPENED}
)


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with the values in place of their names; braces around anything else stay as they are."""
    text = BRACED.sub(lambda found: values.get(found[1], found[0]), body)
    return text.strip() + "\n"


def checked(occasion: Occasion, body: str) -> str:
    """The text as it is kept. Raises BadInput when it is empty, too long, or names what there is not."""
    text = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        raise BadInput(N_("A mail needs words. “Back to the original” brings ours again."), "body")
    if len(text) > LONGEST:
        raise BadInput(N_("A mail text has at most %(most)s letters."), "body", most=LONGEST)
    named = [found[1] for found in BRACED.finditer(text)]
    for name in named:
        _check_known(occasion, name)
    for name in REQUIRED.get(occasion, ()):
        if name not in named:
            sentence = N_("%(name)s must stand in this text: without it nobody would read the answer.")
            raise BadInput(sentence, "body", name=braced(name))
    return text + "\n"


def braced(name: str) -> str:
    return "{" + name + "}"


def _check_known(occasion: Occasion, name: str) -> None:
    known = PLACEHOLDERS[occasion]
    if name in known:
        return
    near = get_close_matches(name.strip().lower(), known, n=1)
    if near:
        sentence = N_("There is no %(name)s here. Did you mean %(near)s?")
        raise BadInput(sentence, "body", name=braced(name), near=braced(near[0]))
    sentence = N_("There is no %(name)s here. What can be filled in stands beside the text.")
    raise BadInput(sentence, "body", name=braced(name))
