"""What is taken out can be brought in again unchanged, in both formats and languages, and runs no formula."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from helpdesk.accounts.models import TeamRole
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.exporting import AT_ONCE, Form
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.kb import actions as articles
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Audience
from tests.carriage.carrying import a_csv, brought_in, checked, exported, rows_in
from tests.conftest import NOON
from tests.factories import a_company, a_contact, a_lead, a_member, an_agent, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")


@pytest.fixture
def _full_desk(session: object, now: object) -> None:
    """Two of everything, with all that makes cells difficult."""
    company = a_company("=Brightwater, “Clinics”; Ltd", domain="brightwater.example", vip=True)
    company.note, company.main_phone = "Two\nlines, and\ttabs", "+44 20 7946 0100"
    other = a_company("'quoted", language="ru")
    other.colleagues_answer = False
    a_contact("@Olga", company=company, email="olga@brightwater.example", phone="+44 20 7946 0101")
    nameless = a_contact("-Ann", company=other)
    nameless.note, nameless.vip = "  ＝1+1", True
    a_contact("-Ann", company=other)
    line_1, line_2, _ = three_lines()
    an_agent("Mira")
    a_member(a_lead("Jon", team=line_2), line_1, TeamRole.MEMBER)
    for language, title in (("en", "+Printer"), ("ru", "Принтер не печатает")):
        writing = Writing(
            language=language, title=title, summary="- short", body="1. Look\n2. Print\n\n## End"
        )
        article = articles.create(
            writing, audience=Audience.CLIENTS, section="Print", by=an_agent().id, now=NOON
        )
        articles.publish(article, now=NOON)
    db.session.flush()


@pytest.mark.usefixtures("_full_desk")
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("cargo", list(Cargo))
def test_every_row_is_the_same(cargo: Cargo, form: Form, language: str) -> None:
    content = exported(cargo, form, language)
    run = checked(cargo, content)
    assert None not in (run.mapping or []), "an own header was not known"
    assert run.counts == {"new": 0, "changed": 0, "same": len(rows_in(content)), "wrong": 0}
    assert run.row_count >= 2


@pytest.mark.usefixtures("_full_desk")
@pytest.mark.parametrize("cargo", list(Cargo))
def test_no_cell_of_a_csv_file_begins_like_a_formula(cargo: Cargo) -> None:
    text = exported(cargo).decode("utf-8-sig")
    for start in ('"=', '"+', '"-', '"@', '"\t', '"＝'):
        assert start not in text


@pytest.mark.usefixtures("_full_desk")
@pytest.mark.parametrize("cargo", list(Cargo))
def test_no_cell_of_a_workbook_is_a_formula(cargo: Cargo) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(exported(cargo, Form.XLSX)))
    cells = [cell for row in workbook.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}


@pytest.mark.usefixtures("_full_desk")
def test_a_renamed_row_changes_the_one_it_came_from() -> None:
    content = exported(Cargo.COMPANIES).decode("utf-8-sig").replace("'=Brightwater", "Brightwater")
    run = brought_in(Cargo.COMPANIES, content.encode())
    assert run.counts == {"new": 0, "changed": 1, "same": 1, "wrong": 0}
    names = db.session.scalars(select(Company.name).where(Company.kind == "client")).all()
    assert set(names) == {"Brightwater, “Clinics”; Ltd", "'quoted"}


def test_more_rows_than_are_read_at_once_all_go_out() -> None:
    a_company("Brightwater")
    rows = [(f"Person {n}", "Brightwater", f"p{n}@b.example") for n in range(AT_ONCE + 5)]
    brought_in(Cargo.CONTACTS, a_csv(("Name", "Company", "E-mail"), *rows))
    assert len(rows_in(exported(Cargo.CONTACTS))) == AT_ONCE + 5


def test_who_is_gone_and_who_is_unknown_does_not_go_out() -> None:
    gone = a_contact("Gone", company=a_company("Brightwater"))
    gone.retired_at = NOON
    a_contact("Stays", company=db.session.get_one(Contact, gone.id).company)
    db.session.flush()
    assert [row["Name"] for row in rows_in(exported(Cargo.CONTACTS))] == ["Stays"]
    assert [row["Company"] for row in rows_in(exported(Cargo.COMPANIES))] == ["Brightwater"]
