"""Files in any encoding, delimiter and format are read, and what cannot be read gets a sentence."""

import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest

from helpdesk.carriage import comma, excel, runs, sheet
from helpdesk.carriage.cargo import Cargo, guess
from helpdesk.errors import BadInput
from tests.carriage.carrying import a_csv

LINES = "Компания{d}Эл. адрес\nСеверный ветер{d}olga@sevwind.example\nДом{d}dom@dom.example\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_russian_letters_arrive_in_any_encoding(encoding: str, delimiter: str) -> None:
    found = runs.read(LINES.format(d=delimiter).encode(encoding))
    assert found.headers == ("Компания", "Эл. адрес")
    assert found.rows[0].cells == ("Северный ветер", "olga@sevwind.example")


def test_western_letters_arrive_from_windows() -> None:
    found = runs.read("Firma;Ort\nMüller & Söhne;Köln\n".encode("cp1252"))
    assert (found.encoding, found.rows[0].cells) == ("windows-1252", ("Müller & Söhne", "Köln"))


def test_rows_keep_the_number_that_a_spreadsheet_shows() -> None:
    found = runs.read(b'Name,Note\n,\nAnn,"two\nlines"\n\nBen,x\n')
    assert [row.number for row in found.rows] == [3, 5]


def a_workbook(*lines: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.worksheets[0].append(list(line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_gives_numbers_days_and_values_of_formulas() -> None:
    found = runs.read(
        a_workbook(("Name", "Phone", "VIP"), ("Ann", 442079460101.0, True), ("=1+1", None, None))
    )
    assert found.rows[0].cells == ("Ann", "442079460101", "yes")
    assert len(found.rows) == 1, "a formula that was never computed has no value"


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def test_a_small_file_that_unpacks_into_a_flood_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_UNPACKED", 1_000_000)
    parts = {"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b" " * 2_000_000}
    with pytest.raises(BadInput, match="far bigger inside"):
        runs.read(zipped(parts))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 no zip at all", "none that can be read"),
        (zipped({"word/document.xml": b"<a/>"}), "none that can be read"),
        (zipped({"[Content_Types].xml": b"<", "xl/workbook.xml": b"<"}), "none that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old kind"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither text"),
        (b'Name,Note\nAnn,"never closed\nBen,x\n', "breaks off"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"Name,Company\n", "no row below"),
        (b"\n\nAnn,Brightwater\n", "name the columns"),
        ((",".join(["a"] * 101) + "\n1\n").encode(), "more than 100 columns"),
    ],
)
def test_what_is_no_table_gets_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        runs.read(content)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    assert len(runs.read(a_csv(("Name",), *[("x",)] * 3)).rows) == 3
    for content in (a_csv(("Name",), *[("x",)] * 4), a_workbook(("Name",), *[("x",)] * 4)):
        with pytest.raises(BadInput, match="more than 3 rows"):
            runs.read(content)


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        (
            ["Full Name", "FIRMA", "E-Mail:", "Mobile phone", "Shoe size"],
            ["name", "company", "emails", "phones", None],
        ),
        (
            ["ФИО", "Организация", "Эл. почта", "Тел.", "Должность"],
            ["name", "company", "emails", "phones", "position"],
        ),
        (["Contact", "Name"], [None, "name"]),
        (["Company", "Company"], ["company", None]),
    ],
)
def test_headers_are_guessed(headers: list[str], meant: list[str | None]) -> None:
    assert guess(Cargo.CONTACTS, headers) == meant


@pytest.mark.parametrize("text", ["=1", "+44", "-", "@x", "\tx", "'x", "'=x", "''", "x", "", "＝1"])
def test_what_is_defused_comes_back(text: str) -> None:
    assert sheet.restored(sheet.defused(text)) == text
    assert not sheet.defused(text).startswith(tuple(sheet.RISKY))


def test_a_long_text_fits_into_a_cell() -> None:
    found = comma.read(a_csv(("Title", "Text"), ("A", "x" * 200_000)))
    assert len(found.rows[0].cells[1]) == 200_000
