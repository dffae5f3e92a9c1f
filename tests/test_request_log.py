"""The line that every request leaves in the log."""

import logging

import pytest
from flask.testing import FlaskClient

from tests.browsing import form, sign_in
from tests.factories import an_agent


def test_a_request_leaves_one_line_with_ids_and_nothing_else(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    person = an_agent("Ada Lind")
    row = sign_in(client, person)
    with caplog.at_level(logging.INFO, "helpdesk.request"):
        client.post(f"/sessions/{row.id}/end?secret=in-the-address", data=form(note="in the body"))
    (line,) = [record for record in caplog.records if record.name == "helpdesk.request"]
    facts = vars(line)
    assert facts["door"] == "accounts.end_session"
    assert (facts["method"], facts["status"], facts["session_id"]) == ("POST", 303, row.id)
    assert isinstance(facts["ms"], int)
    for hidden in ("in-the-address", "in the body", "127.0.0.1", "Ada"):
        assert hidden not in str(facts)


def test_static_files_are_not_worth_a_line(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "helpdesk.request"):
        client.get("/static/css/desk.css")
        client.get("/healthz")
    assert [record for record in caplog.records if record.name == "helpdesk.request"] == []
