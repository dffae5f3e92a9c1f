"""Signing in and out through the pages."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.accounts.models import Account, Person, WebSession
from helpdesk.accounts.passwords import hash_password
from helpdesk.accounts.sessions import digest
from helpdesk.db import db
from helpdesk.events import EventRow
from tests.browsing import csrf_token, form, sign_in, visit_token
from tests.conftest import NOON
from tests.factories import PASSWORD, a_person, an_account, an_agent

HASH = hash_password(PASSWORD)


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    """Somebody with a password."""
    person = a_person("Ada Lind")
    an_account(person, "ada@fernhill.example", password_hash=HASH)
    db.session.commit()
    return person


def try_to_sign_in(
    client: FlaskClient, email: str = "ada@fernhill.example", password: str = PASSWORD, **more: str
) -> TestResponse:
    fields = {"csrf_token": visit_token(client), "email": email, "password": password, **more}
    return client.post("/sign-in", data=fields)


def cookie(client: FlaskClient, name: str = "sid") -> str | None:
    found = client.get_cookie(name)
    return found.value if found else None


def test_a_desk_without_anybody_leads_to_the_assistant(client: FlaskClient) -> None:
    assert client.get("/sign-in").location == "/welcome"


@pytest.mark.usefixtures("ada")
def test_the_sign_in_page_opens(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    assert answer.status_code == 200
    assert "Sign in to the desk" in answer.text


@pytest.mark.usefixtures("ada")
def test_the_page_speaks_the_browsers_language(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"})
    assert '<html lang="ru"' in answer.text


@pytest.mark.usefixtures("ada")
def test_a_stranger_may_choose_a_language(client: FlaskClient) -> None:
    assert client.get("/sign-in?language=ru").status_code == 303
    assert '<html lang="ru"' in client.get("/sign-in").text


def test_a_stranger_is_led_to_the_sign_in_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/profile?tab=1")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/profile?tab%3D1"


def test_a_script_of_a_stranger_is_told_to_load_the_sign_in_page(client: FlaskClient) -> None:
    shown = {"HX-Request": "true", "HX-Current-URL": "http://localhost/profile"}
    answer = client.get("/profile", headers=shown)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/profile"


def test_the_right_password_opens_the_desk(client: FlaskClient, ada: Person) -> None:
    answer = try_to_sign_in(client)
    assert answer.status_code == 303
    assert client.get("/profile").status_code == 200


def test_signing_in_goes_on_to_the_page_asked_for(client: FlaskClient, ada: Person) -> None:
    assert try_to_sign_in(client, next="/sessions").location == "/sessions"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "http:evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "///evil.example",
        "",
    ],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, ada: Person, address: str) -> None:
    assert try_to_sign_in(client, next=address).location == "/"


def test_the_database_keeps_only_a_hash_of_the_session_id(client: FlaskClient, ada: Person) -> None:
    try_to_sign_in(client)
    row = db.session.scalars(select(WebSession)).one()
    assert row.id_hash == digest(cookie(client) or "")
    assert (cookie(client) or "") not in str(row.state)


def test_the_session_id_changes_with_every_sign_in(client: FlaskClient, ada: Person) -> None:
    client.set_cookie("sid", "an id that somebody else chose")
    try_to_sign_in(client)
    first = cookie(client)
    enter_again = client.post("/sign-in", data=signed_in_form(ada))
    assert enter_again.status_code == 303
    assert cookie(client) not in (first, "an id that somebody else chose")
    assert db.session.scalar(select(func.count()).where(WebSession.ended_at.is_(None))) == 1


def signed_in_form(person: Person) -> dict[str, str]:
    row = db.session.scalars(select(WebSession).order_by(WebSession.id.desc())).first()
    assert row is not None
    return {"email": "ada@fernhill.example", "password": PASSWORD, "csrf_token": token_of(row)}


def token_of(row: WebSession) -> str:
    return csrf_token(row.state["csrf_token"])


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@fernhill.example", PASSWORD),
        ("ada@fernhill.example", "not the right password"),
        ("shut@fernhill.example", PASSWORD),
        ("new@fernhill.example", PASSWORD),
        ("ada@fernhill.example", "x" * 5000),
        ("ada@fernhill.example", ""),
    ],
)
def test_every_refusal_reads_the_same(client: FlaskClient, ada: Person, email: str, password: str) -> None:
    shut = an_account(a_person(), "shut@fernhill.example", password_hash=HASH)
    shut.disabled_at = NOON
    an_account(a_person(), "new@fernhill.example", password_hash=None)
    db.session.commit()
    answer = try_to_sign_in(client, email, password)
    assert answer.status_code == 422
    assert "This address and this password do not go together." in answer.text
    assert cookie(client) is None
    assert db.session.scalar(select(func.count()).select_from(WebSession)) == 0


def test_refusals_differ_in_nothing_but_the_address_typed(client: FlaskClient, ada: Person) -> None:
    known = try_to_sign_in(client, "ada@fernhill.example", "not the right password")
    unknown = try_to_sign_in(client, "bob@fernhill.example", "not the right password")
    assert bare(known, "ada@") == bare(unknown, "bob@")


def bare(answer: TestResponse, address: str) -> str:
    lines = answer.text.replace(address, "").splitlines()
    return "\n".join(line for line in lines if "nonce" not in line and "_token" not in line)


def test_a_failure_is_written_down_without_the_address(client: FlaskClient, ada: Person) -> None:
    try_to_sign_in(client, "nobody@fernhill.example")
    row = db.session.scalars(select(EventRow).where(EventRow.kind == "account.sign_in_failed")).one()
    assert row.payload == {"v": 1, "account_id": None}


def test_the_sixth_wrong_password_in_five_minutes_has_to_wait(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    answers = [try_to_sign_in(client, password="wrong, wrong, wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 301


def test_even_the_right_password_has_to_wait_then(client: FlaskClient, ada: Person, now: datetime) -> None:
    for _ in range(5):
        try_to_sign_in(client, password="wrong, wrong, wrong")
    assert try_to_sign_in(client).status_code == 429


def test_after_five_minutes_it_goes_on(client: FlaskClient, ada: Person, now: datetime) -> None:
    for _ in range(6):
        try_to_sign_in(client, password="wrong, wrong, wrong")
    with clock.frozen(lambda: NOON + timedelta(minutes=5)):
        assert try_to_sign_in(client).status_code == 303


def test_strangers_cannot_lock_out_a_browser_that_signed_in_before(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    try_to_sign_in(client)
    stranger = client.application.test_client()
    for _ in range(6):
        try_to_sign_in(stranger, password="wrong, wrong, wrong")
    client.delete_cookie("sid")
    assert try_to_sign_in(client).status_code == 303


def test_one_address_has_ten_tries_in_five_minutes(client: FlaskClient, now: datetime) -> None:
    answers = [try_to_sign_in(client, f"person{n}@fernhill.example") for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_signing_out_ends_the_session_and_clears_the_browser(client: FlaskClient, ada: Person) -> None:
    row = sign_in(client, ada)
    answer = client.post("/sign-out", data=form())
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    db.session.refresh(row)
    assert row.ended_at is not None
    assert client.get("/profile").status_code == 303


def test_a_copied_cookie_is_worth_nothing_after_signing_out(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    stolen = cookie(client) or ""
    client.post("/sign-out", data=form())
    thief = client.application.test_client()
    thief.set_cookie("sid", stolen)
    assert thief.get("/profile").status_code == 303


@pytest.fixture
def agent(client: FlaskClient) -> Person:
    """A signed-in member of line 1."""
    person = an_agent("Tom Okafor")
    sign_in(client, person)
    return person


def test_a_session_ends_after_an_hour_without_activity(client: FlaskClient, now: datetime) -> None:
    sign_in(client, an_agent())
    with clock.frozen(lambda: NOON + timedelta(minutes=59)):
        assert client.get("/profile").status_code == 200
    with clock.frozen(lambda: NOON + timedelta(minutes=118)):
        assert client.get("/profile").status_code == 200
    with clock.frozen(lambda: NOON + timedelta(minutes=179)):
        assert client.get("/profile").status_code == 303


def test_polling_is_no_activity(client: FlaskClient, now: datetime) -> None:
    sign_in(client, an_agent())
    with clock.frozen(lambda: NOON + timedelta(minutes=59)):
        assert client.get("/profile", headers={"X-Poll": "1"}).status_code == 200
    with clock.frozen(lambda: NOON + timedelta(minutes=61)):
        assert client.get("/profile").status_code == 303


def test_a_session_ends_after_twelve_hours_whatever_happens(client: FlaskClient, now: datetime) -> None:
    sign_in(client, an_agent())
    for minutes in range(30, 720, 30):
        with clock.frozen(lambda minutes=minutes: NOON + timedelta(minutes=minutes)):  # type: ignore[misc]
            assert client.get("/profile").status_code == 200
    with clock.frozen(lambda: NOON + timedelta(minutes=721)):
        assert client.get("/profile").status_code == 303


def test_a_shut_account_is_out_with_the_next_request(client: FlaskClient, agent: Person) -> None:
    assert client.get("/profile").status_code == 200
    account = db.session.scalars(select(Account).where(Account.person_id == agent.id)).one()
    account.disabled_at = NOON
    db.session.commit()
    assert client.get("/profile").status_code == 303


def test_a_person_sees_and_ends_own_sessions(client: FlaskClient, agent: Person) -> None:
    elsewhere = client.application.test_client()
    row = sign_in(elsewhere, agent)
    page = client.get("/sessions")
    assert page.text.count("Firefox, Linux") == 2
    assert client.post(f"/sessions/{row.id}/end", data=form()).status_code == 303
    assert elsewhere.get("/profile").status_code == 303
    assert client.get("/profile").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client: FlaskClient, agent: Person) -> None:
    other = sign_in(client.application.test_client(), an_agent())
    assert client.post(f"/sessions/{other.id}/end", data=form()).status_code == 404
    db.session.refresh(other)
    assert other.ended_at is None


def test_a_page_asks_once_for_session_and_rights_and_once_for_the_side_column(
    client: FlaskClient, agent: Person, statements: list[str]
) -> None:
    client.get("/profile")
    assert ["web_session" in text for text in statements] == [True, False, False]  # the last: the signature
