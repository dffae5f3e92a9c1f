"""A table as it came from a file, in whatever format: headers, numbered rows, the limits of both. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpdesk.errors import N_, BadInput

MIB = 1024 * 1024
MOST_BYTES = 20 * MIB
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_HEADER = 100
FIELD = "file"
# What a spreadsheet would take for a formula; the last four are the full-width twins.
RISKY = frozenset("=+-@\t\r\n＝＋－＠")
_QUOTE = "'"

TOO_MANY_ROWS = N_(
    "This file has more than %(most)s rows. Split it and bring the parts in one after the other."
)
TOO_MANY_COLUMNS = N_("This file has more than %(most)s columns. Keep those that matter here.")
EMPTY = N_("There is no row below the headers in this file.")
NO_HEADERS = N_("The first row has to name the columns. In this file it is empty.")


@dataclass(frozen=True)
class Row:
    """A row with its number as a spreadsheet shows it; the headers are row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Headers and the rows that have something in them; `encoding` is "" where the format says it itself."""

    headers: tuple[str, ...]
    rows: Sequence[Row]
    encoding: str = ""


def sheet_of(lines: Iterable[Sequence[str]], encoding: str = "") -> Sheet:
    """The table of these lines. Raises BadInput without headers or rows, and for more than the limits."""
    headers: tuple[str, ...] | None = None
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if headers is None:
            headers = _headers(line)
        elif any(cell.strip() for cell in line):
            rows.append(Row(number, _fitted(line, len(headers))))
        if len(rows) > MOST_ROWS:
            raise BadInput(TOO_MANY_ROWS, FIELD, most=f"{MOST_ROWS:,}")
    if not headers or not rows:
        raise BadInput(EMPTY, FIELD)
    return Sheet(headers, rows, encoding)


def defused(text: str) -> str:
    """What may stand in a CSV file: a spreadsheet takes it for text, and `restored` gives it back."""
    return f"{_QUOTE}{text}" if text and (text[0] in RISKY or text[0] == _QUOTE) else text


def restored(text: str) -> str:
    """The cell without the apostrophe that `defused` put there."""
    guarded = len(text) > 1 and text[0] == _QUOTE and (text[1] in RISKY or text[1] == _QUOTE)
    return text[1:] if guarded else text


def _headers(line: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(restored(cell).split())[:LONGEST_HEADER] for cell in line]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise BadInput(NO_HEADERS, FIELD)
    if len(names) > MOST_COLUMNS:
        raise BadInput(TOO_MANY_COLUMNS, FIELD, most=MOST_COLUMNS)
    return tuple(names)


def _fitted(line: Sequence[str], width: int) -> tuple[str, ...]:
    cells = [restored(cell).strip() for cell in line[:width]]
    return (*cells, *([""] * (width - len(cells))))
