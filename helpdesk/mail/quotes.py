"""Where the new words of an answer end and quoted history or signature begins; nothing is cut away."""

from dataclasses import dataclass

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
)

ANNOUNCED_WITHIN = 600
ATTRIBUTION_LINES = 4
LINE_LIMIT = 500
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
    quoted line, and the last one with unquoted words somewhere below it; -1 for none.
    """

    lines: list[str]
    tail: int
    last_quote: int
    last_answered: int


def _look_at(lines: list[str]) -> _Page:
    last_words = max(
        (n for n, line in enumerate(lines) if line.strip() and not QUOTED.match(line)), default=-1
    )
    return _Page(
        lines=lines,
        tail=_quoted_tail(lines),
        last_quote=_last_quote(lines),
        last_answered=_last_quote(lines[: max(last_words, 0)]),
    )


def _last_quote(lines: list[str]) -> int:
    return next((n for n in range(len(lines) - 1, -1, -1) if QUOTED.match(lines[n])), -1)


def _first_cut(page: _Page) -> int:
    for number in range(len(page.lines)):
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
    length = _attribution_length(page.lines, number)
    return bool(length) and _only_history(page, number + length)


def _starts_header_block(lines: list[str], number: int) -> bool:
    """Outlook: a sender label with at least two more labels in the next five lines."""
    if RULE.match(lines[number]) and number + 1 < len(lines):
        number += 1 + (not lines[number + 1].strip())
    window = lines[number : number + 6]
    if not window or not SENDER_LABEL.match(window[0]):
        return False
    return sum(bool(HEADER_LABEL.match(line)) for line in window) >= 3


def _attribution_length(lines: list[str], number: int) -> int:
    """How many lines, up to four, form `On ... wrote:`; 0 if none. It starts as late as it can."""
    if QUOTED.match(lines[number]):
        return 0
    opens = bool(OPENING.match(lines[number]))
    for length in range(1, ATTRIBUTION_LINES + 1):
        last = lines[number + length - 1].strip() if number + length <= len(lines) else ""
        if not last:
            return 0
        block = lines[number : number + length]
        if (opens or last.endswith(ENDS)) and _is_attribution(block):
            return 0 if _begins_below(block) else length
    return 0


def _begins_below(block: list[str]) -> bool:
    """The first line still belongs to what the client wrote."""
    rest = block[1:]
    if not rest or not _is_attribution(rest):
        return False
    return bool(OPENING.match(rest[0])) or not OPENING.match(block[0]) or bool(SENTENCE_END.search(block[0]))


def _is_attribution(block: list[str]) -> bool:
    joined = " ".join(line.strip() for line in block)
    if len(joined) >= 400 or not SURE.search(joined):
        return False
    if NAMED_DATE.match(joined):
        return True
    ends_as_one = joined.endswith(ENDS) or ("@" in joined and OPENING.match(joined))
    return bool(ends_as_one and ATTRIBUTION.match(joined))


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
