"""An administrator hands a file in, says what its columns mean, sees what is wrong, and brings it in."""

import io
import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import clock
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.jobs import carry
from helpdesk.carriage.models import ImportRun, RunState
from helpdesk.clients.queries import find_contact_by_email
from helpdesk.db import db
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.carriage.carrying import a_csv, rows_in
from tests.conftest import NOON
from tests.factories import a_company, a_contact, an_administrator, three_lines

pytestmark = pytest.mark.usefixtures("session", "now")
CONTACTS = a_csv(("Who", "Firma", "Mailbox"), ("Olga Petrova", "Brightwater", "olga@b.example"))


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An administrator's browser."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    return client


def upload(desk: FlaskClient, content: bytes, cargo: str = "contacts", name: str = "clients.csv") -> str:
    """The address of the file's page, or the answer's text when it was refused."""
    fields = form(cargo=cargo, file=(io.BytesIO(content), name))
    answer = desk.post("/settings/imports", data=fields, content_type="multipart/form-data")
    return answer.headers["Location"] if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def the_run() -> ImportRun:
    return db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()  # type: ignore[return-value]


def mapped(desk: FlaskClient, there: str, *codes: str, **more: str) -> None:
    columns = {f"column-{place}": code for place, code in enumerate(codes)}
    assert desk.post(f"{there}/mapping", data=form(**columns, **more)).status_code == 303
    carry()


def test_a_file_goes_from_upload_to_the_desk_and_its_history(desk: FlaskClient) -> None:
    a_company("Brightwater")
    there = upload(desk, CONTACTS)
    page = desk.get(there).text
    assert "Mailbox" in page
    assert "olga@b.example" in page, "the first rows are shown"
    mapped(desk, there, "name", "company", "emails")
    assert "Bring 1 row in" in desk.get(there).text
    assert find_contact_by_email("olga@b.example") is None
    assert desk.post(f"{there}/start", data=form()).status_code == 303
    assert desk.get(f"{there}/progress", headers={"HX-Request": "true"}).status_code == 200
    carry()
    assert "All rows are in" in desk.get(there).text
    assert find_contact_by_email("olga@b.example") is not None
    (change,) = history_of("import", the_run().id)
    assert (change.name, change.thing) == ("Sam Ito", "clients.csv")
    assert before_and_after(change)["New"] == ("", "1")
    assert "clients.csv" in desk.get("/settings/history").text


def test_a_page_that_looks_every_second_is_sent_on_when_the_work_is_over(desk: FlaskClient) -> None:
    a_company("Brightwater")
    there = upload(desk, CONTACTS)
    mapped(desk, there, "name", "company", "emails")
    answer = desk.get(f"{there}/progress", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].endswith(there)


def test_a_required_field_without_a_column_is_named_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    there = upload(desk, CONTACTS)
    columns = {"column-0": "name", "column-1": "", "column-2": "emails", "makes_companies": "1"}
    answer = desk.post(f"{there}/mapping", data=form(**columns))
    assert answer.status_code == 422
    assert "No column says “Company” yet." in answer.text
    assert answer.text.count("selected") == 2
    assert "checked" in answer.text


def test_one_field_cannot_come_from_two_columns(desk: FlaskClient) -> None:
    there = upload(desk, CONTACTS)
    columns = {"column-0": "name", "column-1": "company", "column-2": "name"}
    answer = desk.post(f"{there}/mapping", data=form(**columns))
    assert (answer.status_code, "Two columns say “Name”" in answer.text) == (422, True)


def test_what_columns_meant_is_remembered_for_the_same_headers(desk: FlaskClient) -> None:
    mapped(desk, upload(desk, CONTACTS), "name", "company", "emails")
    upload(desk, CONTACTS)
    assert the_run().mapping == ["name", "company", "emails"]


def test_wrong_rows_are_shown_and_can_be_taken_away_to_be_mended(desk: FlaskClient) -> None:
    a_company("Brightwater")
    heads, good = ("Name", "Company", "E-mail"), ("Ann", "Brightwater", "ann@b.example")
    bad = ("Olga", "Brightwater", "=olga<script>@")
    there = upload(desk, a_csv(heads, good, bad))
    mapped(desk, there, "name", "company", "emails")
    page = desk.get(there).text
    assert "Row 3: “=olga&lt;script&gt;@” is no e-mail address." in page
    assert "<script>@" not in page
    assert "Bring" not in page.partition("What would happen")[2].partition("What the columns mean")[0]
    faults = desk.get(f"{there}/faults.csv")
    assert "attachment" in faults.headers["Content-Disposition"]
    assert b'"\'=olga<script>@"' in faults.data
    assert rows_in(desk.get(f"{there}/wrong-rows.csv").data) == [dict(zip(heads, bad, strict=True))]
    assert desk.post(f"{there}/start", data=form()).status_code == 409
    carry()
    assert find_contact_by_email("ann@b.example") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file first."),
        (b"PK\x03\x04", "none that can be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither text"),
        (b"x" * (20 * 1024 * 1024 + 1), "bigger than 20 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_gets_its_sentence(desk: FlaskClient, content: bytes, words: str) -> None:
    answer = upload(desk, content)
    assert answer.startswith("422")
    assert words in answer
    assert db.session.scalars(select(ImportRun.id)).all() == []


def test_pressing_twice_keeps_one_file(desk: FlaskClient) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        fields = {**form(cargo="contacts", file=(io.BytesIO(CONTACTS), "x.csv")), "form_token": token}
        desk.post("/settings/imports", data=fields, content_type="multipart/form-data")
    assert len(db.session.scalars(select(ImportRun.id)).all()) == 1


def test_a_stopped_import_keeps_nothing_and_can_be_checked_again(desk: FlaskClient) -> None:
    a_company("Brightwater")
    there = upload(desk, CONTACTS)
    mapped(desk, there, "name", "company", "emails")
    desk.post(f"{there}/start", data=form())
    desk.post(f"{there}/stop", data=form())
    carry()
    assert the_run().state is RunState.CANCELLED
    assert find_contact_by_email("olga@b.example") is None
    assert "Nothing of it was written." in desk.get(there).text
    desk.post(f"{there}/check", data=form())
    carry()
    db.session.expire_all()
    assert the_run().state is RunState.CHECKED


def test_what_is_done_is_not_done_again(desk: FlaskClient) -> None:
    a_company("Brightwater")
    there = upload(desk, CONTACTS)
    mapped(desk, there, "name", "company", "emails")
    desk.post(f"{there}/start", data=form())
    carry()
    db.session.expire_all()
    for verb in ("start", "check"):
        assert desk.post(f"{there}/{verb}", data=form()).status_code == 409
    assert the_run().content is None


def test_a_file_left_lying_for_a_week_is_let_go(desk: FlaskClient) -> None:
    there = upload(desk, CONTACTS)
    with clock.frozen(lambda: NOON + timedelta(days=8)):
        carry()
    db.session.expire_all()
    assert the_run().content is None
    assert desk.get(there).status_code == 200
    columns = {"column-0": "name", "column-1": "company"}
    assert desk.post(f"{there}/mapping", data=form(**columns)).status_code == 409


def test_taking_everything_out_stands_in_the_history_and_is_limited(desk: FlaskClient) -> None:
    a_contact("Olga", company=a_company("Brightwater"))
    answer = desk.post("/settings/exports", data=form(cargo="contacts", form="csv"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contacts-2026-03-04.csv"'
    assert [row["Name"] for row in rows_in(answer.data)] == ["Olga"]
    (change,) = history_of("export", 0)
    assert before_and_after(change) == {
        "What": ("", "Contacts"),
        "Rows": ("", "1"),
        "Format": ("", "CSV"),
    }
    statuses = [
        desk.post("/settings/exports", data=form(cargo="companies", form="xlsx")).status_code
        for _ in range(10)
    ]
    assert statuses == [200] * 9 + [429]


@pytest.mark.parametrize("cargo", list(Cargo))
def test_a_sample_can_be_brought_in_as_it_is(desk: FlaskClient, cargo: Cargo) -> None:
    sample = desk.get(f"/settings/imports/samples/{cargo}").data
    upload(desk, sample, cargo)
    run = the_run()
    assert None not in (run.mapping or [])
    options = {"makes_companies": "1"}
    mapped(desk, f"/settings/imports/{run.id}", *(run.mapping or []), **options)
    db.session.expire_all()
    assert (run.counts["new"], run.counts["wrong"]) == (3, 0), run.faults
