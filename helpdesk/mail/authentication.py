"""What our own receiving server says about the sender; everybody else's verdict is only a claim."""

import re
from collections.abc import Iterable, Iterator, Sequence

from helpdesk.intake.incoming import SenderCheck
from helpdesk.mail.trace import nameless_result

LONGEST = 20_000
BY = "by:"
Trace = Sequence[tuple[str, str]]
RESULT = re.compile(r"^dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?=[\s;]|$)", re.IGNORECASE)
FROM = re.compile(r"\bheader\s*\.\s*from\s*=\s*([^\s;]+)", re.IGNORECASE)
NAME = re.compile(r"^([^\s;=]+)(?:\s+\d+)?\s*$")
TOKEN = re.compile(
    r"(?P<quoted>\"(?:\\.|[^\"\\])*(?:\"|$))|(?P<end>;)|(?P<open>\()|(?P<close>\))|(?P<escape>\\.)|"
    r"(?P<plain>[^\"();\\]+|\\)",
    re.DOTALL,
)


def sender_check(
    results: Iterable[str], authserv_id: str | None, from_email: str = "", trace: Trace = ()
) -> SenderCheck:
    """The verdict of that server's topmost Authentication-Results (RFC 8601); lower ones may be forged.

    Without a server's name nobody is believed, and a line that names none may be the sender's own, unless
    `authserv_id` says, as in `by:edge.example`, where among the lines of the `trace` it must stand. A verdict
    on another domain than that of `from_email` says nothing, nor does one that says both.
    """
    wanted = (authserv_id or "").strip().lower()
    if wanted.startswith(BY):
        nameless = nameless_result(trace, wanted.removeprefix(BY))
        return _check(_parts(nameless[:LONGEST]), from_email)
    for result in results if wanted else ():
        server, *verdicts = _parts(result[:LONGEST])
        if _name_of(server) == wanted:
            return _check(verdicts, from_email)
    return SenderCheck.NONE


def _name_of(server: str) -> str:
    """The name before an optional version; "" when this is no name."""
    found = NAME.match(server)
    return found[1].lower() if found else ""


def _check(verdicts: list[str], from_email: str) -> SenderCheck:
    domain = from_email.rpartition("@")[2].lower().rstrip(".")
    said = {word for word, about in _verdicts(verdicts) if not domain or about in ("", domain)}
    if said == {"pass"}:
        return SenderCheck.PASS
    return SenderCheck.FAIL if "fail" in said else SenderCheck.NONE


def _verdicts(parts: list[str]) -> list[tuple[str, str]]:
    """Each DMARC result and the domain that it is about, "" where it names none."""
    found = [(RESULT.match(part), FROM.search(part)) for part in parts]
    return [(one[1].lower(), _domain(about[1]) if about else "") for one, about in found if one]


def _domain(value: str) -> str:
    return value.rpartition("@")[2].lower().rstrip(".")


def _parts(result: str) -> list[str]:
    """The pieces between the semicolons, without comments (they nest), and with quoted words as they mean."""
    parts, depth = [""], 0
    for kind, text in _tokens(result):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
            parts[-1] += " "
        elif depth:
            continue
        elif kind == "end":
            parts.append("")
        else:
            parts[-1] += _unquoted(text) if kind == "quoted" else text
    return [" ".join(part.split()) for part in parts]


def _tokens(result: str) -> Iterator[tuple[str, str]]:
    return ((match.lastgroup or "", match[0]) for match in TOKEN.finditer(result))


def _unquoted(text: str) -> str:
    """What stands in quotes as one word: it neither ends a result nor begins one."""
    inner = re.sub(r"\\(.)", r"\1", text[1:-1] if text.endswith('"') else text[1:])
    return re.sub(r"[\s;=]+", "_", inner)
