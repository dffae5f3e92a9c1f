"""Whether cleaning an HTML body would take minutes: time grows with the square of depth and of `&`."""

import re
from collections import Counter

FEW_TAGS = 5_000
MAX_DEPTH = 1_000
MAX_REFERENCES = 60_000
OPENING = re.compile(r"<[a-zA-Z]")
# Where the browser may see other tags than we do: nothing in there counts as closing.
DOUBTFUL = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)\b.*?(?:</\1|\Z)"
    r"|<(/?)([a-zA-Z][^\s/<>]*)([^<>]*)(>?)",
    re.DOTALL | re.IGNORECASE,
)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ENDLESS = frozenset({"p", "li", "td", "th", "tr", "tbody", "br", "hr", "img", "meta", "link", "col", "input"})


def is_too_costly(html: str) -> bool:
    """True for what no mailer writes."""
    return html.count("&") > MAX_REFERENCES or _is_too_deep(html)


def _is_too_deep(html: str) -> bool:
    """An upper bound: what cannot be told for sure is counted as nesting."""
    if len(OPENING.findall(html)) <= FEW_TAGS:
        return False
    depth = 0
    opened: Counter[str] = Counter()
    for found in DOUBTFUL.finditer(html):
        name = (found[3] or "").lower()
        if not name:
            depth += len(OPENING.findall(found[0]))
        elif not found[5] or any(sign in QUOTED.sub("", found[4]) for sign in "\"'"):
            depth += 1
        elif found[2]:
            depth -= opened[name] > 0
            opened[name] -= opened[name] > 0
        elif name not in ENDLESS:
            depth += 1
            opened[name] += 1
        if depth > MAX_DEPTH:
            return True
    return False
