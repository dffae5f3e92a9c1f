"""Workbooks: reading the first sheet of an XLSX file within limits, and writing one of plain texts."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from helpdesk.carriage.sheet import FIELD, MIB, MOST_COLUMNS, Sheet, sheet_of
from helpdesk.errors import N_, BadInput

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 64 * MIB
MOST_PARTS = 2000
LONGEST_CELL = 32_767
NO_WORKBOOK = N_(
    "This file calls itself a workbook, but it is none that can be read. Save it once more as XLSX."
)
TOO_BIG_INSIDE = N_(
    "This workbook is far bigger inside than it looks. Save the sheet as CSV and bring that in."
)
OLD_FORMAT = N_("This is a workbook of the old kind (XLS) or one with a password. Save it as XLSX or CSV.")
_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin like a workbook, old or new."""
    return content.startswith((ZIP, OLD_EXCEL))


def read(content: bytes) -> Sheet:
    """The first sheet; formulas count as the values they had. Raises BadInput for what cannot be read."""
    if content.startswith(OLD_EXCEL):
        raise BadInput(OLD_FORMAT, FIELD)
    _check_parts(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return sheet_of(_lines(workbook))
        finally:
            workbook.close()
    except (InvalidFileException, zipfile.BadZipFile, ParseError, LookupError, ValueError, EOFError) as error:
        raise BadInput(NO_WORKBOOK, FIELD) from error


def write(file: IO[bytes], title: str, lines: Iterable[Sequence[str]]) -> None:
    """Write the lines as the only sheet of a workbook: texts, never formulas, each shorter than a cell."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([_text_cell(sheet, text) for text in line])
    workbook.save(file)


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet)
    quoted = f"'{text}" if text.startswith("'") else text  # else `restored` would take a real one away
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", quoted)
    cell.data_type = "s"
    return cell


def _check_parts(content: bytes) -> None:
    """Refuse what is no workbook, and what unpacks into much more than a table of our size can need."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BadInput(NO_WORKBOOK, FIELD) from error
    if not {part.filename for part in parts} >= _PARTS:
        raise BadInput(NO_WORKBOOK, FIELD)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadInput(TOO_BIG_INSIDE, FIELD)


def _lines(workbook: Any) -> Iterator[list[str]]:
    """The rows of the first sheet that is a table; how far it says it goes is not believed."""
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
        yield [_words(value) for value in row]


def _words(value: object) -> str:
    """A cell as text: whole numbers without a point, days as 2026-03-04, yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (datetime, date, time)) else str(value)
