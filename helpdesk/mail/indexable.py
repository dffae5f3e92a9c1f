"""Whether PostgreSQL can index a text: by some patterns, time grows with the square of its length. Pure."""

import re

INDEXED = 200_000  # letters of a message that are indexed
RUN = re.compile(r"[^\s,;]{500,}")
SIGNS = re.compile(r"[_~]|\./|/\.")
AT = 10  # how much more an @ costs
MOST = 40_000_000  # roughly half a second


def is_hard_to_index(text: str) -> bool:
    """True for what nobody writes: very many letters without a blank and full of such signs, or comments that
    are begun and never ended.
    """
    text = text[:INDEXED]
    open_comments = text.count("<!--") - text.count("-->")
    return open_comments * len(text) > MOST or sum(map(_cost, RUN.findall(text))) > MOST


def _cost(run: str) -> int:
    return len(run) * (len(SIGNS.findall(run)) + AT * run.count("@"))
