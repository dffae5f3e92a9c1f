"""Tables as text: in which encoding and with which delimiter a CSV file is written, and writing one."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from helpdesk.carriage.sheet import FIELD, Sheet, defused, sheet_of
from helpdesk.errors import N_, BadInput

BOM = "\ufeff"
DELIMITERS = (",", ";", "\t")
LONGEST_CELL = 1024 * 1024
NO_TEXT = N_("This file is neither text (CSV) nor a workbook (XLSX).")
BROKEN = N_("The text of this file breaks off inside a quoted cell. Save it once more as CSV.")
WRONG_ENCODING = N_("The letters in this file cannot be read. Save it once more as CSV in UTF-8.")
_LOOKED_AT = 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_FEW_ZEROS = 0.03

csv.field_size_limit(LONGEST_CELL)


def read(content: bytes) -> Sheet:
    """The table in these bytes. Raises BadInput for what is no text, or no whole table."""
    text, encoding = decoded(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        return sheet_of(lines, encoding)
    except csv.Error as error:
        raise BadInput(BROKEN, FIELD) from error


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was read in: UTF-8, UTF-16, Windows-1251 or Windows-1252."""
    encoding = _encoding_of(content)
    try:
        text = content.decode(encoding).removeprefix(BOM)
    except UnicodeDecodeError as error:
        raise BadInput(NO_TEXT if _is_guessed(encoding, content) else WRONG_ENCODING, FIELD) from error
    if _CONTROL.search(text):
        raise BadInput(NO_TEXT, FIELD)
    return text, encoding


def delimiter_of(text: str) -> str:
    """The delimiter that parts the first rows into most columns, evenly; the comma when none does."""
    best, most = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        width = _width(text, delimiter)
        if width > most:
            best, most = delimiter, width
    return best


def written(lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The lines as CSV in UTF-8 that Excel opens by a click, every cell quoted and none a formula."""
    yield BOM.encode()
    for line in lines:
        buffer = io.StringIO()
        csv.writer(buffer, quoting=csv.QUOTE_ALL).writerow([defused(cell) for cell in line])
        yield buffer.getvalue().encode()


def _encoding_of(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = content[:4096]
    if start.count(0) > len(start) * _FEW_ZEROS:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _one_byte(content)
    return "utf-8"


def _is_guessed(encoding: str, content: bytes) -> bool:
    """Whether only zeros spoke for UTF-16, which any picture has as well."""
    return encoding.startswith("utf-16-") and b"\0" in content


def _one_byte(content: bytes) -> str:
    """Russian words are rows of high bytes; in western ones a high byte stands among letters of ASCII."""
    together = len(re.findall(rb"[\xa8\xb8\xc0-\xff]{2}", content))
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", content))
    return "windows-1251" if together > alone else "windows-1252"


def _width(text: str, delimiter: str) -> int:
    """Into how many columns the first row falls, when at least half of the next ones do so too; else 1."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        return 1
    like = [row for row in rows if len(row) == len(rows[0])]
    return len(rows[0]) if rows and len(like) * 2 >= len(rows) else 1
