"""Who works with clients."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.accounts.models import Person
from helpdesk.db import db
from tests.browsing import sign_in
from tests.factories import an_agent, three_lines


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    """Ada of line 1, signed in."""
    three_lines()
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person
