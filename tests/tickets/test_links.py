"""Links between tickets: one for a pair, said in both histories, and taken away again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket, TicketLink
from helpdesk.tickets.rules import LinkKind
from tests.factories import a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session")


def happened(ticket: Ticket, kind: str) -> list[dict[str, object]]:
    statement = select(EventRow.payload).where(EventRow.ticket_id == ticket.id, EventRow.kind == kind)
    return list(db.session.scalars(statement.order_by(EventRow.seq)))


def links() -> list[tuple[LinkKind, int, int]]:
    return [(one.kind, one.from_id, one.to_id) for one in db.session.scalars(select(TicketLink))]


def test_a_link_stands_in_both_histories_each_from_its_own_side(now: datetime) -> None:
    one, other, by = a_ticket(), a_ticket(), an_agent().id
    actions.link(other, one, LinkKind.BLOCKS, by=by, now=now)
    assert links() == [(LinkKind.BLOCKS, other.id, one.id)]
    (mine,), (its,) = happened(other, "ticket.linked"), happened(one, "ticket.linked")
    assert (mine["other_id"], mine["is_from"], mine["link"]) == (one.id, True, "blocks")
    assert (its["other_id"], its["is_from"], its["link"]) == (other.id, False, "blocks")


def test_what_relates_has_no_direction(now: datetime) -> None:
    one, other, by = a_ticket(), a_ticket(), an_agent().id
    actions.link(other, one, LinkKind.RELATES, by=by, now=now)
    assert links() == [(LinkKind.RELATES, one.id, other.id)]


@pytest.mark.parametrize("second", list(LinkKind))
def test_two_tickets_have_one_link_whichever_way_it_is_said(now: datetime, second: LinkKind) -> None:
    one, other, by = a_ticket(), a_ticket(), an_agent().id
    actions.link(one, other, LinkKind.BLOCKS, by=by, now=now)
    with pytest.raises(RuleViolation, match="already linked"):
        actions.link(other, one, second, by=by, now=now)
    assert len(happened(one, "ticket.linked")) == 1


def test_a_ticket_is_not_linked_with_itself(now: datetime) -> None:
    ticket = a_ticket()
    with pytest.raises(RuleViolation, match="with itself"):
        actions.link(ticket, ticket, LinkKind.RELATES, by=an_agent().id, now=now)


def test_a_link_taken_away_is_gone_and_both_histories_say_so(now: datetime) -> None:
    one, other, by = a_ticket(), a_ticket(), an_agent().id
    row = actions.link(one, other, LinkKind.DUPLICATE, by=by, now=now)
    actions.unlink(row, other, one, by=by, now=now)
    assert links() == []
    assert [fact["is_from"] for fact in happened(one, "ticket.unlinked")] == [True]
    assert [fact["is_from"] for fact in happened(other, "ticket.unlinked")] == [False]
    assert actions.link(other, one, LinkKind.BLOCKS, by=by, now=now).id


def test_a_link_moves_no_clock_and_stops_no_undo_of_an_answer(now: datetime) -> None:
    ada, one, other = an_agent(), a_ticket(), a_ticket()
    message = actions.reply(one, actions.Reply(text="Restart it"), by=ada.id, now=now)
    actions.link(one, other, LinkKind.RELATES, by=ada.id, now=now)
    later = now + timedelta(seconds=5)
    assert actions.withdraw_reply(one, message, by=ada.id, now=later).voids_id


def test_two_tickets_are_locked_in_the_order_of_their_numbers_whoever_is_named_first() -> None:
    one, other = a_ticket(), a_ticket()
    locked: list[int] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: dict[str, int], *_: object
    ) -> None:
        if "FOR NO KEY UPDATE" in statement:
            locked.extend(value for value in parameters.values() if value in (one_id, other_id))

    one_id, other_id = one.id, other.id
    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    actions.lock_both(other, one)
    event.remove(engine, "before_cursor_execute", note)
    assert locked == [one_id, other_id]
