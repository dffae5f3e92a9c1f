"""Signing in and out through the pages."""

from flask.testing import FlaskClient

from helpdesk.accounts.passwords import hash_password
from tests.factories import PASSWORD, a_person, an_account


def test_the_sign_in_page_opens(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    assert answer.status_code == 200
    assert "Sign in to the desk" in answer.text


def test_a_stranger_is_led_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.post("/sign-out")
    assert answer.status_code == 303
