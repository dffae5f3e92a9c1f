"""Where in the head of a mail our own servers end: each writes above all that it was given. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

RECEIVED, RESULTS = "received", "authentication-results"
LINES_KEPT = 60
LENGTH_KEPT = 4_000
HOPS_LOOKED_AT = 12
HOP = re.compile(r"^\s*(?:from\s+([^\s();]+)\s+)?by\s+([^\s();]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
COMMENTS_DEEP = 4
NAMED = re.compile(r"^\s*[^\s;=]+\s*(?:\d+\s*)?;")


def nameless_result(trace: Sequence[tuple[str, str]], edge: str) -> str:
    """The Authentication-Results without a server's name, as Microsoft 365 writes it; "" for none to believe.

    `trace`: the Received and Authentication-Results lines, topmost first. `edge`: the domain of the servers
    that take mail from outside. They write their verdict right above their own Received, so it counts only
    there, above the topmost Received of the edge, and only if the hops above that one hand on to each other.
    Whatever a sender wrote stands below that line, be it a verdict or a Received of the same name.
    """
    above: list[tuple[str, str]] = []
    for name, value in trace:
        if name == RECEIVED and _is_at(edge, _hop(value)[1]):
            is_chain = _hands_on([one for kind, one in above if kind == RECEIVED] + [value])
            nearest = above[-1] if above else ("", "")
            fits = is_chain and nearest[0] == RESULTS and not NAMED.match(nearest[1])
            return nearest[1] if fits else ""
        above.append((name, value))
    return ""


def _is_at(edge: str, host: str) -> bool:
    return bool(edge) and (host == edge or host.endswith(f".{edge}"))


def _hands_on(hops: list[str]) -> bool:
    """Each hop got it from the server below it: by the first part of its name, as a server has many names."""
    return len(hops) <= HOPS_LOOKED_AT and all(
        _machine(_hop(upper)[0]) == _machine(_hop(lower)[1]) != "" for upper, lower in pairwise(hops)
    )


def _hop(received: str) -> tuple[str, str]:
    """From whom and by whom; comments go, since what the other side called itself stands in them."""
    for _ in range(COMMENTS_DEEP):
        received = COMMENT.sub(" ", received)
    found = HOP.match(received)
    return (_name(found[1]), _name(found[2])) if found else ("", "")


def _name(host: str | None) -> str:
    return (host or "").lower().rstrip(".")


def _machine(host: str) -> str:
    return host.partition(".")[0]
