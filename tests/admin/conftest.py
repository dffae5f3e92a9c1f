"""Who sets up the desk."""

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from tests.browsing import sign_in
from tests.factories import an_administrator, three_lines


@pytest.fixture
def sam(session: object) -> Person:
    """The one administrator of a desk with three lines."""
    three_lines()
    return an_administrator("Sam Ito")


@pytest.fixture
def desk(client: FlaskClient, sam: Person) -> FlaskClient:
    """The administrator's browser."""
    sign_in(client, sam)
    return client
