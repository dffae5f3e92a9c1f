"""What a search finds is what the person may see, however much of others' fits better."""

from datetime import datetime

import pytest
from sqlalchemy import text

from helpdesk.accounts.actor import actor_of
from helpdesk.db import db
from helpdesk.tickets import typed
from helpdesk.tickets.queries.search import CANDIDATES, search
from tests.factories import a_ticket, an_agent, the_team, three_lines

pytestmark = pytest.mark.usefixtures("session")

MANY_WORDS = """
    insert into message (ticket_id, public_id, author_id, kind, visibility, channel, subject, text, has_html,
        is_machine, is_unverified, created_at, recipients, evidence)
    select ticket_id, gen_random_uuid(), author_id, kind, visibility, channel, subject, text, has_html,
        is_machine, is_unverified, created_at, recipients, evidence
    from message, generate_series(1, :times) where ticket_id = :ticket_id"""


def test_an_own_ticket_is_found_behind_any_number_of_others(now: datetime) -> None:
    three_lines()
    ada = an_agent("Ada Lind")
    own = a_ticket("Folder is empty", text="The plotter draws nothing.")
    foreign = a_ticket("Another matter", team=the_team(3), text="The plotter draws too much.")
    foreign.owner_team_id = the_team(2).id
    db.session.flush()
    db.session.execute(text(MANY_WORDS), {"times": CANDIDATES, "ticket_id": foreign.id})
    assert search(actor_of(ada.id), typed.read("plotter")) == [own.id]
