"""Each second of the client's time is charged to the line that held the ticket, beside what it may use."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.sla.budget import add_up
from helpdesk.sla.models import Metric, SlaClock, SlaTarget
from helpdesk.sla.rules import TicketClocks
from helpdesk.sla.sweep import sweep
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import DONE_STATES, WAITING_STATES, DiscardReason, Priority
from tests.factories import a_team, a_ticket, an_agent, three_lines
from tests.sla.stories import HOUR, MORNING, NOON, a_policy_with_budgets, back, client_writes, told, up, wait

MINUTE = timedelta(minutes=1)
Hands = dict[int, Person]
Verb = Callable[[datetime], object]


@pytest.fixture(autouse=True)
def desk(app: Flask, session: scoped_session[Session]) -> Iterator[None]:
    three_lines()
    a_policy_with_budgets()
    with clock.frozen(lambda: NOON), app.test_request_context():
        yield


@pytest.fixture
def hands() -> Hands:
    """Somebody on each line."""
    names = {1: "Anna Petrova", 2: "Lev Orlov", 3: "Elena Sokolova"}
    return {line: an_agent(name, line=line) for line, name in names.items()}


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_waiting_in_the_queue_is_told_from_work(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    actions.take(ticket, by=hands[1].id, now=MORNING + 20 * MINUTE)
    up(ticket, MORNING + HOUR, hands[1].id)
    actions.take(ticket, by=hands[2].id, now=MORNING + HOUR + 30 * MINUTE)
    found = told(ticket)
    assert [
        (one.line, *map(spaced, (one.queued, one.worked, one.used))) for one in found.rows if one.used_any
    ] == [
        (1, "20 min", "40 min", "1 h"),
        (2, "30 min", "1 h 30", "2 h"),
    ]
    assert [spaced(words) for words in found.rows[1].parts] == [
        "30 min waiting in the queue",
        "1 h 30 with Lev Orlov",
    ]
    assert (found.queued, found.worked, found.total) == ("50 min", "2 h 10", "3 h")


def test_each_line_stands_beside_its_budget(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    up(ticket, MORNING + HOUR + 15 * MINUTE, hands[1].id)
    assert [(one.line, spaced(one.used), one.budget, one.over) for one in told(ticket).rows] == [
        (1, "1 h 15", "1 h", "15 min"),
        (2, "1 h 45", "2 h", ""),
        (3, "0 min", "3 h", ""),
    ]


def test_teams_of_one_line_are_told_apart(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    other = a_team(1, "Night desk")
    actions.move(ticket, to_team_id=other.id, reason="Wrong place", by=hands[1].id, now=MORNING + HOUR)
    parts = [spaced(words) for words in told(ticket).rows[0].parts]
    assert parts[1:] == ["2 h in the team Night desk", "1 h in the team Service desk"]


def test_at_a_breach_holder_and_culprit_stand_side_by_side(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    up(ticket, MORNING + 3 * HOUR, hands[1].id)
    up(ticket, MORNING + 3 * HOUR + 30 * MINUTE, hands[2].id)
    blamed = told(ticket, NOON + 2 * HOUR).blamed
    assert blamed is not None
    assert (blamed.holder, blamed.responsible, blamed.same) == (3, 1, False)
    assert spaced(blamed.responsible_words) == "used 3 h of its 1 h: 2 h too much"
    assert spaced(blamed.holder_words) == "had the ticket then; 30 min of the time were its own"
    assert blamed.at == "today 13:00"


def test_the_time_beyond_the_budgets_is_shared_by_weight(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P2, at=MORNING)  # 8 h; budgets of 1, 2 and 3 h
    up(ticket, MORNING + 2 * HOUR, hands[1].id)  # 1 h too much
    tomorrow = NOON + timedelta(days=1)
    blamed = told(ticket, tomorrow).blamed
    assert blamed is not None
    assert blamed.weights == ((2, "Administrators", "80%"), (1, "Service desk", "20%"))


def test_budgets_longer_than_the_target_are_named_as_the_gap(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)  # 4 h
    up(ticket, MORNING + HOUR, hands[1].id)
    up(ticket, MORNING + 3 * HOUR, hands[2].id)
    blamed = told(ticket, NOON + 2 * HOUR).blamed
    assert blamed is not None
    assert (blamed.holder, blamed.responsible) == (3, 3)
    assert blamed.gap.startswith("No line used more than its own budget")


def test_a_breach_whose_deadline_moved_later_keeps_who_answered_for_it(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    up(ticket, MORNING + 3 * HOUR, hands[1].id)
    late = NOON + 2 * HOUR
    with clock.frozen(lambda: late):
        sweep()
    actions.change_priority(ticket, priority=Priority.P3, reason="A detour", by=hands[2].id, now=late)
    found = told(ticket, late + HOUR)
    assert found.verdict.tone == "run"
    assert found.blamed is not None
    assert (found.blamed.holder, found.blamed.responsible, found.blamed.at) == (2, 1, "today 13:00")
    assert spaced(found.blamed.responsible_words) == "used 3 h of its 1 h: 2 h too much"


def test_a_line_without_a_budget_has_none_to_keep(hands: Hands) -> None:
    db.session.execute(delete(SlaTarget).where(SlaTarget.metric == Metric.OLA))
    blamed = told(a_ticket(priority=Priority.P1, at=MORNING), NOON + 2 * HOUR).blamed
    assert blamed is not None
    assert spaced(blamed.responsible_words) == "used most of the time: 4 h; it has no budget of its own"


def test_minutes_on_the_page_add_up_although_each_line_lost_some_seconds() -> None:
    assert add_up({(1, None): 90, (2, None): 89, (2, 7): 1}, 3) == {(1, None): 2, (2, None): 1, (2, 7): 0}


def test_while_nothing_is_missed_nobody_is_named(hands: Hands) -> None:
    assert told(a_ticket(priority=Priority.P1, at=MORNING)).blamed is None


def test_a_ticket_thrown_away_still_adds_up(hands: Hands) -> None:
    ticket = a_ticket(priority=Priority.P1, at=MORNING)
    up(ticket, MORNING + HOUR, hands[1].id)
    actions.discard(ticket, DiscardReason.SPAM, by=hands[2].id, now=MORNING + 2 * HOUR)
    check_sums(ticket, NOON)
    assert told(ticket).total == "2 h"


@pytest.mark.parametrize("seed", range(12))
def test_the_lines_add_up_to_the_clients_clock_whatever_happens(seed: int, hands: Hands) -> None:
    ticket = random_ticket(random.Random(seed), hands)
    check_sums(ticket, ticket.last_event_at)
    check_sums(ticket, ticket.last_event_at + timedelta(hours=5))


def random_ticket(chance: random.Random, hands: Hands) -> Ticket:
    """A ticket to which a dozen things happened, some of them at night, some in the same minute."""
    at = MORNING + timedelta(seconds=chance.randrange(3600))
    ticket = a_ticket(priority=chance.choice(list(Priority)), at=at)
    for _ in range(12):
        at += timedelta(seconds=chance.choice((0, 1, 59, 600, 4000, 30_000, 70_000)))
        chance.choice(fitting(ticket, hands, chance))(at)
    return ticket


def fitting(ticket: Ticket, hands: Hands, chance: random.Random) -> list[Verb]:
    """What may happen to the ticket in its present state, each as a function of the moment."""
    by = hands[ticket.line].id
    if ticket.state in DONE_STATES:
        return [lambda at: actions.reopen(ticket, by=by, now=at), lambda at: client_writes(ticket, at)]
    found: list[Verb] = [
        lambda at: actions.resolve(ticket, "Done.", by=by, now=at),
        lambda at: client_writes(ticket, at),
        lambda at: change(ticket, chance, by, at),
    ]
    if ticket.state in WAITING_STATES:
        return [*found, lambda at: actions.resume(ticket, by=by, now=at)] * 2
    found += [lambda at: actions.take(ticket, by=by, now=at), lambda at: wait(ticket, at, by)] * 2
    if ticket.line < 3:
        found += [lambda at: up(ticket, at, by)] * 3
        found.append(lambda at: actions.reply(ticket, actions.Reply(text="Well"), by=by, now=at))
    if ticket.line > 1:
        found.append(lambda at: back(ticket, at, by))
    return found


def change(ticket: Ticket, chance: random.Random, by: int, at: datetime) -> None:
    other = chance.choice([one for one in Priority if one is not ticket.priority])
    actions.change_priority(ticket, priority=other, reason="Seen anew", by=by, now=at)


def check_sums(ticket: Ticket, at: datetime) -> None:
    """The lines' seconds, the queue and the people add up to the clock, which is the one in the table."""
    found = told(ticket, at).told.found
    clocks: TicketClocks = found.all
    assert sum(one.used_s for one in found.lines) == found.clock.elapsed_s
    assert {one.line: one.used_s for one in found.lines if one.used_s} == clocks.attribution
    assert all(one.queued_s + sum(one.people.values()) == one.used_s for one in found.lines)
    assert all(sum(one.teams.values()) == one.used_s for one in found.lines)
    if at == ticket.last_event_at:
        assert found.clock.elapsed_s == stored(ticket).elapsed_s


def stored(ticket: Ticket) -> SlaClock:
    statement = select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.RESOLUTION)
    rows = db.session.scalars(statement.execution_options(populate_existing=True))
    return max(rows, key=lambda row: row.cycle)
