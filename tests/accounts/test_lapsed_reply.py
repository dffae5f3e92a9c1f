"""A reply that was typed while the sign-in ended is there again after signing in."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from helpdesk import clock
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import a_ticket, an_agent, the_team


@pytest.mark.parametrize("door", ["replies", "notes"])
def test_the_words_wait_in_the_composer(client: FlaskClient, now: datetime, door: str) -> None:
    ada, ticket = an_agent("Ada Lind"), a_ticket(team=the_team(1))
    sign_in(client, ada)
    with clock.frozen(lambda: NOON + timedelta(hours=2)):
        sent = form(text="We restarted the service and it prints again.")
        answer = client.post(f"/tickets/{ticket.id}/{door}", data=sent)
        assert answer.status_code == 303
        assert answer.location == f"/sign-in?next=/tickets/{ticket.id}%23composer"
        sign_in(client, ada)
        assert "We restarted the service and it prints again." in client.get(f"/tickets/{ticket.id}").text
