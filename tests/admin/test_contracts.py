"""Contracts on their screens: one at a time for a company, found by name, ended by a button."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.admin import changes
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.sla.models import Contract, SlaPolicyVersion
from helpdesk.sla.queries import forecast
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import a_company, a_contract, a_policy

pytestmark = pytest.mark.usefixtures("session", "now")


@pytest.fixture
def care(desk: FlaskClient) -> SlaPolicyVersion:
    """A policy that is not the default."""
    version = a_policy("Care")
    db.session.commit()
    return version


@pytest.fixture
def halden(desk: FlaskClient) -> Company:
    """A client."""
    company = a_company("Halden Freight")
    db.session.commit()
    return company


def filled(version: SlaPolicyVersion, /, **more: object) -> dict[str, object]:
    typed = {"company": "halden freight", "policy_id": version.policy_id, "name": "Care Plus"}
    return form(**{**typed, "since": "2026-03-04", "until": "", **more})


def the_contract() -> Contract:
    return db.session.scalars(select(Contract)).one()


def test_a_contract_holds_for_the_next_ticket_and_stands_in_the_history(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    assert forecast(halden.id, "P1", "incident", NOON) is None
    answer = desk.post("/settings/contracts", data=filled(care, until="2026-12-31", why="Signed in March"))
    assert answer.status_code == 303
    after = forecast(halden.id, "P1", "incident", NOON)
    assert after is not None
    assert after.contract == "Care Plus"
    with desk.application.test_request_context():
        (change,) = changes.changes_of("contract", the_contract().id)
    assert {line.field: line.after for line in change.lines} == {
        "Name": "Care Plus",
        "Company": "Halden Freight",
        "Policy": "Care",
        "First day": "2026-03-04",
        "Last day": "2026-12-31",
        "Why": "Signed in March",
    }
    page = desk.get("/settings/contracts").text
    assert "Halden Freight" in page
    assert "Dec 31" in page


@pytest.mark.parametrize(
    ("spoiled", "status", "sentence"),
    [
        ({"company": ""}, 422, "Choose the company."),
        ({"company": "Nobody Ltd"}, 422, "There is no client company of that name."),
        ({"name": ""}, 422, "A contract needs a name"),
        ({"policy_id": "x"}, 422, "Choose a policy that is in use."),
        ({"policy_id": "999999"}, 422, "Choose a policy that is in use."),
        ({"since": ""}, 422, "Choose the first day."),
        ({"since": "March"}, 422, "Write the day as 2026-12-01."),
        ({"until": "never"}, 422, "Write the day as 2026-12-01."),
        ({"until": "2026-01-01"}, 422, "The last day is before the first one."),
    ],
)
def test_what_cannot_be_is_said_at_its_place_and_nothing_typed_is_lost(
    desk: FlaskClient,
    care: SlaPolicyVersion,
    halden: Company,
    spoiled: dict[str, object],
    status: int,
    sentence: str,
) -> None:
    answer = desk.post("/settings/contracts", data=filled(care, **{"why": "Because of May", **spoiled}))
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Because of May" in answer.text
    assert db.session.scalar(select(Contract)) is None


def test_a_name_that_two_companies_have_is_not_guessed(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    a_company("HALDEN FREIGHT")
    db.session.commit()
    answer = desk.post("/settings/contracts", data=filled(care))
    assert (answer.status_code, "Several companies have that name" in answer.text) == (422, True)


def test_two_contracts_at_once_are_refused_and_the_other_is_named(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    desk.post("/settings/contracts", data=filled(care))
    answer = desk.post("/settings/contracts", data=filled(care, name="Second", since="2026-06-01"))
    assert answer.status_code == 409
    assert "“Care Plus” holds for this company at the same time" in answer.text
    assert 'value="Second"' in answer.text
    assert the_contract().name == "Care Plus"


def test_a_contract_that_has_begun_keeps_its_policy(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    contract, gold = a_contract(halden, care), a_policy("Gold")
    db.session.commit()
    where = f"/settings/contracts/{contract.id}"
    same = {"since": "2026-01-01", "version": "0"}
    answer = desk.post(where, data=filled(care, **same, name="Care 2026", until="2026-12-31"))
    assert answer.status_code == 303
    assert (contract.name, contract.valid_until) == ("Care 2026", contract.valid_until)
    answer = desk.post(where, data=filled(gold, **{**same, "version": "99999999"}))
    assert (answer.status_code, "This contract has begun" in answer.text) == (409, True)
    assert the_contract().policy_id == care.policy_id


def test_the_second_of_two_administrators_sees_what_is_new(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    contract = a_contract(halden, care)
    db.session.commit()
    where = f"/settings/contracts/{contract.id}"
    desk.post(where, data=filled(care, since="2026-01-01", version="0", name="Theirs"))
    answer = desk.post(where, data=filled(care, since="2026-01-01", version="0", name="Mine"))
    assert answer.status_code == 409
    assert "Somebody saved this contract while you were writing" in answer.text
    assert 'value="Mine"' in answer.text
    assert the_contract().name == "Theirs"


def test_ending_a_contract_lets_the_default_hold_again(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    contract = a_contract(halden, care)
    a_policy("Standard", default=True)
    db.session.commit()
    where = f"/settings/contracts/{contract.id}"
    assert desk.post(f"{where}/end", data=form()).status_code == 303
    after = forecast(halden.id, "P1", "incident", NOON)
    assert after is not None
    assert (after.policy, after.contract) == ("Standard", None)
    assert "No contract yet" in desk.get("/settings/contracts").text
    assert "Care Plus" in desk.get("/settings/contracts?ended=1").text
    assert desk.post(f"{where}/end", data=form()).status_code == 409


def test_a_contract_that_ends_soon_is_marked(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    contract = a_contract(halden, care)
    contract.valid_until = NOON + timedelta(days=20)
    db.session.commit()
    assert "ends soon" in desk.get("/settings/contracts").text
    assert "ends soon" in desk.get(f"/settings/contracts/{contract.id}").text


def test_the_form_begins_with_the_company_it_was_asked_for(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    page = desk.get(f"/settings/contracts/new?company_id={halden.id}").text
    assert 'value="Halden Freight"' in page
    assert 'value="2026-03-04"' in page
    assert desk.get("/settings/contracts/new?company_id=x&policy_id=y").status_code == 200


def test_contracts_are_found_by_the_companys_name(
    desk: FlaskClient, care: SlaPolicyVersion, halden: Company
) -> None:
    a_contract(halden, care)
    db.session.commit()
    assert "Care Plus" in desk.get("/settings/contracts?q=hald").text
    assert "No contract fits “zz”" in desk.get("/settings/contracts?q=zz").text
    assert desk.get("/settings/contracts/999999").status_code == 404
