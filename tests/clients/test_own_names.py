"""The desk's own companies and itself are called by their names in the reader's language."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session, scoped_session

from helpdesk.clients import queries
from helpdesk.clients.words import OWN_NAMES, known_as
from tests import browsing, factories

Db = scoped_session[Session]


@pytest.fixture
def russian(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in which the names stand, whatever the real one has so far."""
    for name in OWN_NAMES:
        monkeypatch.setitem(OWN_NAMES, name, f"по-русски {name}")


@pytest.mark.parametrize("name", ["Unknown client", "Our firm", "Helpdesk"])
def test_a_name_of_our_own_is_said_as_it_is_written_in_english(app: Flask, name: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert known_as(name) == name


def test_a_clients_name_is_never_touched(app: Flask) -> None:
    with app.test_request_context(), force_locale("ru"):
        assert known_as("Halden Freight") == "Halden Freight"


@pytest.mark.usefixtures("russian")
def test_every_page_that_names_the_unknown_client_says_it_in_the_readers_language(
    client: FlaskClient, session: Db, now: datetime
) -> None:
    factories.three_lines()
    ada = factories.an_agent("Ada Lind")
    browsing.sign_in(client, ada)
    nobody = factories.a_contact(
        "Olaf", company=queries.unknown_company(), email="olaf@home.example", verified=False
    )
    ticket = factories.a_ticket("Scanner", contact=nobody, assignee=ada)
    session.commit()
    for path in (
        "/tickets/mine",
        f"/tickets/{ticket.id}",
        f"/clients/contacts/{nobody.id}",
        f"/clients/companies/{nobody.company_id}",
        f"/calls/contacts/{nobody.id}",
        "/calls/contacts?q=olaf",
        "/search?q=scanner",
        "/search?q=olaf",
        "/search/suggestions?q=olaf",
        f"/tickets/{ticket.id}/merging",
        f"/tickets?company={nobody.company_id}",
    ):
        assert "по-русски Unknown client" in client.get(path).text, path
