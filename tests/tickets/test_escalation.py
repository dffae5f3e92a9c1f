"""Up with a card, back with a reason, aside with a sentence."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import Membership
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow
from helpdesk.tickets import actions
from helpdesk.tickets.models import Participant, Ticket
from helpdesk.tickets.rules import HandoverCard, ReturnReason, State
from tests.factories import a_team, a_ticket, an_agent, the_team, three_lines

pytestmark = pytest.mark.usefixtures("session")

CARD = HandoverCard(symptom="Empty pages", asked="Compare the profiles", tried="Test page")


def kinds_of(ticket: Ticket) -> list[str]:
    """The ticket's history by kinds, without the clocks' own."""
    rows = db.session.scalars(select(EventRow).where(EventRow.ticket_id == ticket.id).order_by(EventRow.seq))
    return [row.kind for row in rows if row.kind.startswith("ticket.")]


def up(ticket: Ticket, by: int, now: datetime) -> None:
    actions.escalate(ticket, card=CARD, by=by, now=now)


def test_an_escalated_ticket_leaves_the_person_and_keeps_its_owner(now: datetime) -> None:
    ada, ticket = an_agent("Ada Lind"), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    handover = actions.escalate(ticket, card=CARD, by=ada.id, now=now + timedelta(minutes=34))
    assert (ticket.line, ticket.team_id, ticket.assignee_id) == (2, the_team(2).id, None)
    assert (ticket.owner_id, ticket.owner_team_id) == (ada.id, the_team(1).id)
    assert (handover.asked, handover.from_person_id) == ("Compare the profiles", ada.id)
    assert handover.held_s == (now + timedelta(minutes=34) - ticket.created_at).total_seconds()


def test_the_giver_reads_along(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    up(ticket, ada.id, now)
    assert db.session.scalars(select(Participant.person_id)).all() == [ada.id]


def test_a_return_goes_to_the_person_who_handed_it_up(now: datetime) -> None:
    ada, lev, ticket = an_agent(), an_agent(line=2), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    up(ticket, ada.id, now)
    handover = actions.return_ticket(
        ticket, reason_code=ReturnReason.INFORMATION_MISSING, reason="Which driver?", by=lev.id, now=now
    )
    assert (ticket.line, ticket.assignee_id, ticket.return_count) == (1, ada.id, 1)
    assert handover.reason == "Which driver?"


def test_a_return_goes_to_the_team_when_the_person_has_left_it(now: datetime) -> None:
    team = a_team(1)
    ada, lev = an_agent(team=team), an_agent(line=2)
    ticket = a_ticket(team=team)
    up(ticket, ada.id, now)
    for membership in db.session.scalars(select(Membership)).all():
        membership.until = now if membership.person_id == ada.id else None
    actions.return_ticket(ticket, reason_code=ReturnReason.ANSWERED, reason="Done.", by=lev.id, now=now)
    assert (ticket.team_id, ticket.assignee_id) == (team.id, None)


def test_two_lines_up_and_back_lead_through_the_same_teams(now: datetime) -> None:
    three_lines()
    ada, lev, jonas, ticket = an_agent(), an_agent(line=2), an_agent(line=3), a_ticket()
    up(ticket, ada.id, now)
    up(ticket, lev.id, now)
    places = [ticket.line]
    for person in (jonas, lev):
        actions.return_ticket(
            ticket, reason_code=ReturnReason.ANSWERED, reason="Fixed.", by=person.id, now=now
        )
        places.append(ticket.line)
    assert places == [3, 2, 1]
    assert kinds_of(ticket) == ["ticket.opened", *["ticket.escalated"] * 2, *["ticket.returned"] * 2]


def test_a_ticket_that_began_on_line_2_returns_to_its_owners(now: datetime) -> None:
    lev, ticket = an_agent(line=2), a_ticket(team=the_team(2))
    actions.return_ticket(
        ticket, reason_code=ReturnReason.WRONG_LINE, reason="A question.", by=lev.id, now=now
    )
    assert ticket.team_id == ticket.owner_team_id == the_team(1).id


def test_escalation_ends_waiting(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.wait(ticket, State.WAITING_CLIENT, reason="her list", by=ada.id, now=now)
    up(ticket, ada.id, now)
    assert ticket.state is State.OPEN


def test_a_move_needs_a_reason(now: datetime) -> None:
    ada, ticket, team = an_agent(), a_ticket(), a_team(1)
    with pytest.raises(RuleViolation, match="why the ticket moves"):
        actions.move(ticket, to_team_id=team.id, reason=" ", by=ada.id, now=now)


def test_a_move_on_line_1_moves_the_owning_team_too(now: datetime) -> None:
    ada, ticket, team = an_agent(), a_ticket(), a_team(1)
    actions.move(ticket, to_team_id=team.id, reason="They know the tills.", by=ada.id, now=now)
    assert ticket.team_id == ticket.owner_team_id == team.id


def test_a_refused_escalation_leaves_no_event(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    with pytest.raises(RuleViolation, match="Say what was tried"):
        actions.escalate(ticket, card=HandoverCard(symptom="x", asked="y", tried=""), by=ada.id, now=now)
    assert kinds_of(ticket) == ["ticket.opened"]
