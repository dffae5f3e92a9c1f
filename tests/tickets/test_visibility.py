"""Who sees which ticket: the SQL condition and the relations of a loaded ticket say the same."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Membership, Person, TeamRole
from helpdesk.accounts.permissions import Permission, Relation, may
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations, visible_to
from helpdesk.tickets.rules import HandoverCard
from tests.factories import (
    a_company,
    a_contact,
    a_manager,
    a_team,
    a_ticket,
    an_administrator,
    an_agent,
    the_team,
)

pytestmark = pytest.mark.usefixtures("session", "now")
CARD = HandoverCard(symptom="", asked="Compare", tried="Test page")


def sees(person: Person, ticket: Ticket) -> bool:
    db.session.flush()
    actor = actor_of(person.id)
    found = db.session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, visible_to(actor))) is not None
    assert found is may(relations(actor, ticket), Permission.TICKET_READ)
    return found


def stands(person: Person, ticket: Ticket) -> frozenset[Relation]:
    db.session.flush()
    return relations(actor_of(person.id), ticket)


def closed(ticket: Ticket, by: Person, days_ago: int, now: datetime) -> None:
    then = now - timedelta(days=days_ago)
    actions.resolve(ticket, "Done", by=by.id, now=then)
    actions.close(ticket, by=by.id, now=then)


PEOPLE: list[tuple[Callable[[], Person], int, bool]] = [
    (lambda: an_agent(line=1), 1, True),
    (lambda: an_agent(team=a_team(1)), 1, False),
    (lambda: an_agent(line=2), 2, True),
    (lambda: an_agent(team=a_team(2)), 2, True),
    (lambda: an_agent(line=2), 1, False),
    (lambda: an_agent(line=3), 2, False),
    (lambda: an_agent(team=a_team(1), role=TeamRole.LEAD), 1, False),
    (a_manager, 3, True),
    (lambda: a_manager(lines=[1]), 3, False),
    (an_administrator, 1, False),
]


@pytest.mark.parametrize(("make", "line", "visible"), PEOPLE)
def test_roles_see_what_concerns_them(make: Callable[[], Person], line: int, visible: bool) -> None:
    assert sees(make(), a_ticket(team=the_team(line))) is visible


def test_the_owning_team_sees_what_it_handed_up(now: datetime) -> None:
    ada, tom, ticket = an_agent(), an_agent(), a_ticket()
    actions.escalate(ticket, card=CARD, by=ada.id, now=now)
    assert sees(tom, ticket)
    assert Relation.OWNER_TEAM in stands(tom, ticket)


def test_a_former_holder_reads_along_and_no_more(now: datetime) -> None:
    lev, ticket = an_agent(line=2), a_ticket(team=the_team(2))
    actions.escalate(ticket, card=CARD, by=lev.id, now=now)
    assert stands(lev, ticket) == {Relation.PARTICIPANT}


def test_taking_part_ends_thirty_days_after_closing(now: datetime) -> None:
    lev, jonas, ticket = an_agent(line=2), an_agent(line=3), a_ticket(team=the_team(2))
    actions.escalate(ticket, card=CARD, by=lev.id, now=now - timedelta(days=60))
    closed(ticket, jonas, 29, now)
    assert sees(lev, ticket)
    ticket.closed_at = now - timedelta(days=30)
    assert not sees(lev, ticket)
    assert not sees(jonas, ticket)


def test_line_1_sees_its_own_for_good(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    closed(ticket, ada, 400, now)
    assert sees(ada, ticket)


def test_whoever_leaves_his_team_sees_nothing_any_more(now: datetime) -> None:
    ada, ticket = an_agent(), a_ticket()
    actions.take(ticket, by=ada.id, now=now)
    db.session.scalars(select(Membership)).one().until = now - timedelta(days=1)
    assert not sees(ada, ticket)


def test_a_manager_of_one_company_sees_only_it() -> None:
    mine, other = a_company(), a_company()
    manager = a_manager(company_ids=[mine.id])
    assert sees(manager, a_ticket(contact=a_contact(company=mine)))
    assert not sees(manager, a_ticket(contact=a_contact(company=other)))


def test_a_manager_changes_nothing() -> None:
    assert stands(a_manager(), a_ticket()) == {Relation.MANAGES}


def test_line_3_does_not_speak_to_clients() -> None:
    assert Relation.SPEAKS not in stands(an_agent(line=3), a_ticket(team=the_team(3)))


def test_line_2_speaks_to_clients() -> None:
    assert Relation.SPEAKS in stands(an_agent(line=2), a_ticket(team=the_team(2)))
