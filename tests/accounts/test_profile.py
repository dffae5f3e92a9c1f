"""A person's own settings, and forms that are sent twice."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Account, FormReceipt, Person, Theme
from helpdesk.accounts.passwords import hash_password, matches
from helpdesk.db import db
from tests.browsing import form, sign_in
from tests.factories import PASSWORD, a_member, a_person, an_account, the_team

HASH = hash_password(PASSWORD)
NEW = "seven calm green herons"


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    """A signed-in member of line 1 with a password."""
    person = a_person("Ada Lind")
    an_account(person, "ada@fernhill.example", password_hash=HASH)
    a_member(person, the_team(1))
    sign_in(client, person)
    return person


def account_of(person: Person) -> Account:
    return db.session.scalars(select(Account).where(Account.person_id == person.id)).one()


def profile_form(**more: str) -> dict[str, str]:
    return form(name="Ada Lind", language="en", zone="Europe/Berlin", theme="auto") | more


def password_form(**more: str) -> dict[str, str]:
    return form(password=PASSWORD, new_password=NEW, repeated=NEW) | more


def test_the_profile_shows_what_is_set(client: FlaskClient, ada: Person) -> None:
    page = client.get("/profile").text
    assert 'value="Ada Lind"' in page
    assert '<option selected value="Europe/Berlin">' in page


def test_language_zone_and_look_are_kept(client: FlaskClient, ada: Person) -> None:
    fields = profile_form(name="Ada  Ёлкина", language="ru", zone="Asia/Tokyo", theme="dark")
    assert client.post("/profile", data=fields).status_code == 303
    db.session.refresh(ada)
    assert (ada.language, ada.zone, ada.sort_key) == ("ru", "Asia/Tokyo", "ada елкина")
    assert account_of(ada).theme is Theme.DARK
    page = client.get("/profile").text
    assert '<html lang="ru" data-theme="dark">' in page


def test_a_name_stays_on_one_line_for_it_stands_in_the_head_of_mails(
    client: FlaskClient, ada: Person
) -> None:
    client.post("/profile", data=profile_form(name="Ada\r\nBcc: eve@evil.example"))
    db.session.refresh(ada)
    assert ada.name == "Ada Bcc: eve@evil.example"


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Mars/Olympus"}, {"language": "xx"}, {"theme": "pink"}, {"name": ""}, {"name": "x" * 101}],
)
def test_a_wrong_choice_comes_back_with_the_form(
    client: FlaskClient, ada: Person, wrong: dict[str, str]
) -> None:
    assert client.post("/profile", data=profile_form(**wrong)).status_code == 422
    db.session.refresh(ada)
    assert ada.name == "Ada Lind"


def test_a_form_sent_twice_is_answered_alike_and_done_once(client: FlaskClient, ada: Person) -> None:
    fields = profile_form(name="Ada Once")
    first = client.post("/profile", data=fields)
    second = client.post("/profile", data=fields | {"name": "Ada Twice"})
    assert (first.status_code, first.location) == (second.status_code, second.location)
    db.session.refresh(ada)
    assert ada.name == "Ada Once"
    assert db.session.scalar(select(func.count()).select_from(FormReceipt)) == 1


def test_a_new_password_ends_all_other_sessions(client: FlaskClient, ada: Person) -> None:
    elsewhere = client.application.test_client()
    sign_in(elsewhere, ada)
    before = client.get_cookie("sid")
    assert client.post("/profile/password", data=password_form()).status_code == 303
    assert elsewhere.get("/profile").status_code == 303
    assert client.get("/profile").status_code == 200
    assert client.get_cookie("sid") != before
    assert matches(NEW, account_of(ada).password_hash)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "not the right one"}, "not your present password"),
        ({"repeated": "something different"}, "differ"),
        ({"new_password": "too short", "repeated": "too short"}, "between 14 and 128"),
        ({"new_password": "x" * 129, "repeated": "x" * 129}, "between 14 and 128"),
        ({"new_password": "ababababababababab", "repeated": "ababababababababab"}, "repeats itself"),
        ({"new_password": "Fernhill forever 1", "repeated": "Fernhill forever 1"}, "your name"),
    ],
)
def test_a_weak_or_wrong_password_is_refused_in_words(
    client: FlaskClient, ada: Person, wrong: dict[str, str], words: str
) -> None:
    answer = client.post("/profile/password", data=password_form(**wrong))
    assert answer.status_code == 422
    assert words in answer.text
    assert matches(PASSWORD, account_of(ada).password_hash)
