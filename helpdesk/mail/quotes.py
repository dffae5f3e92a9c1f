"""Where the new words of an answer end and quoted history or signature begins; nothing is cut away."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from helpdesk.mail.quote_marks import (
    ANSWERS_BELOW,
    ATTRIBUTION,
    HEADER_LABEL,
    MARKER,
    NAMED_DATE,
    OPENING,
    ORIGINAL,
    QUOTED,
    RULE,
    SENDER_LABEL,
    SENTENCE_END,
    SIGNATURE,
    SURE,
    WROTE_PIECES,
)

ANNOUNCED_WITHIN = 600
ATTRIBUTION_LINES = 4
ATTRIBUTION_LENGTH = 400
LINE_LIMIT = 500
LINES_LIMIT = 10_000  # history that begins further down stays in sight
TRIES_LIMIT = 500
ENDS = (":", "：", "--")


@dataclass(frozen=True, slots=True)
class Folded:
    """The words before the fold and those behind it; `reply + quoted` is the text again."""

    reply: str
    quoted: str

    @property
    def reply_until(self) -> int:
        return len(self.reply)


def fold(text: str, history: int = -1) -> Folded:
    """Fold history and signature; an answer between or below quotes, or an empty one, folds nothing.

    `history`: where the mail program itself said that the quoted mail begins, -1 for nowhere.
    """
    lines = text.splitlines(keepends=True)
    page = _look_at(_without_seal([_looked_at(line) for line in lines]))
    cut = _first_cut(page)
    said = len(text[:history].splitlines()) if history >= 0 else cut
    if said < cut and page.last_answered < said:
        cut = said
    reply = "".join(lines[:cut])
    if not reply.strip() or cut >= len(lines) or ANSWERS_BELOW.search(reply[-ANNOUNCED_WITHIN:]):
        return Folded(text, "")
    return Folded(reply, "".join(lines[cut:]))


def _looked_at(line: str) -> str:
    """No mark is long, and a line of millions of letters would be looked through for each of them."""
    return line if len(line) <= LINE_LIMIT else f"{line.strip()[:LINE_LIMIT]}\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """The lines, and where among them quotations stand.

    `tail`: the first line of the quotations that run to the end. `last_quote`, `last_answered`: the last
    quoted line, and the last one with unquoted words somewhere below it; -1 for none. `tries`: runs dry when
    so many blocks were read for an attribution that the mail is made of little else; the rest stays in sight.
    """

    lines: list[str]
    tail: int
    last_quote: int
    last_answered: int
    tries: Iterator[int] = field(default_factory=lambda: iter(range(TRIES_LIMIT)))

    def may_try(self) -> bool:
        return next(self.tries, None) is not None


def _look_at(lines: list[str]) -> _Page:
    backwards = range(len(lines) - 1, -1, -1)
    last_words = next((n for n in backwards if lines[n].strip() and not QUOTED.match(lines[n])), -1)
    return _Page(
        lines=lines,
        tail=_quoted_tail(lines),
        last_quote=_last_quote(lines),
        last_answered=_last_quote(lines[: max(last_words, 0)]),
    )


def _last_quote(lines: list[str]) -> int:
    return next((n for n in range(len(lines) - 1, -1, -1) if QUOTED.match(lines[n])), -1)


def _first_cut(page: _Page) -> int:
    for number in range(min(len(page.lines), LINES_LIMIT)):
        if _starts_history(page, number):
            return number
    return len(page.lines) if page.last_answered >= 0 else page.tail


def _without_seal(lines: list[str]) -> list[str]:
    """Without a signature below the last quotation: it is no answer to it."""
    last = _last_quote(lines)
    below = range(last, len(lines)) if last >= 0 else range(0)
    seal = next((n for n in below if SIGNATURE.match(lines[n].rstrip("\n"))), len(lines))
    return lines[:seal]


def _starts_history(page: _Page, number: int) -> bool:
    line = page.lines[number].rstrip("\n")
    if not line.strip():
        return False
    if MARKER.match(line) or ORIGINAL.match(line) or SIGNATURE.match(line):
        return page.last_answered <= number
    if _starts_header_block(page.lines, number):
        return page.last_answered <= number
    length = _attribution_length(page, number)
    return bool(length) and _only_history(page, number + length)


def _starts_header_block(lines: list[str], number: int) -> bool:
    """Outlook: a sender label with at least two more labels in the next five lines."""
    if RULE.match(lines[number]) and number + 1 < len(lines):
        number += 1 + (not lines[number + 1].strip())
    window = lines[number : number + 6]
    if not window or not SENDER_LABEL.match(window[0]):
        return False
    return sum(bool(HEADER_LABEL.match(line)) for line in window) >= 3


def _attribution_length(page: _Page, number: int) -> int:
    """How many lines, up to four, form `On ... wrote:`; 0 if none. It starts as late as it can."""
    lines = page.lines
    if QUOTED.match(lines[number]):
        return 0
    opens = bool(OPENING.match(lines[number]))
    for length in range(1, ATTRIBUTION_LINES + 1):
        last = lines[number + length - 1].strip() if number + length <= len(lines) else ""
        if not last:
            return 0
        block = lines[number : number + length]
        if (
            (opens or last.endswith(ENDS))
            and _may_be_one(block)
            and page.may_try()
            and _is_attribution(block)
        ):
            return 0 if _begins_below(block) else length
    return 0


def _begins_below(block: list[str]) -> bool:
    """The first line still belongs to what the client wrote."""
    rest = block[1:]
    if not rest or not _may_be_one(rest) or not _is_attribution(rest):
        return False
    return bool(OPENING.match(rest[0])) or not OPENING.match(block[0]) or bool(SENTENCE_END.search(block[0]))


def _may_be_one(block: list[str]) -> bool:
    """A quick look: there is a date or an address, and a verb or an address in brackets."""
    joined = _joined(block)
    if len(joined) >= ATTRIBUTION_LENGTH or not SURE.search(joined):
        return False
    lowered = joined.lower()
    return ("<" in joined and "@" in joined) or any(piece in lowered for piece in WROTE_PIECES)


def _is_attribution(block: list[str]) -> bool:
    joined = _joined(block)
    if NAMED_DATE.match(joined):
        return True
    ends_as_one = joined.endswith(ENDS) or ("@" in joined and OPENING.match(joined))
    return bool(ends_as_one and ATTRIBUTION.match(joined))


def _joined(block: list[str]) -> str:
    return " ".join(" ".join(block).split())


def _only_history(page: _Page, after: int) -> bool:
    """Below the attribution stand only quotes; unquoted words there may be an answer, so they show."""
    first = next((n for n in range(after, len(page.lines)) if page.lines[n].strip()), None)
    if first is None:
        return True
    if not QUOTED.match(page.lines[first]):
        return page.last_quote < first
    return page.tail <= first


def _quoted_tail(lines: list[str]) -> int:
    """The first line of the quotes that run to the end of the text; its length if there are none."""
    end = len(lines)
    start = end
    while start > 0 and (QUOTED.match(lines[start - 1]) or not lines[start - 1].strip()):
        start -= 1
    while start < end and not lines[start].strip():
        start += 1
    return start
