"""Many tickets in one sweep: what holds for one holds for each of them, whatever is wrong with another."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.db import db
from helpdesk.events import EventRow, record
from helpdesk.notifications.models import Notice
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.models import SlaClock, SlaFiring, SlaPolicy, SlaPolicyVersion, TicketSla
from helpdesk.sla.sweep import sweep
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import HandoverCard, Priority
from tests.counting import statements
from tests.factories import a_lead, a_policy, a_ticket, an_agent, the_system, three_lines

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATE = NOON + 4 * HOUR
pytestmark = pytest.mark.usefixtures("session")


def sweep_at(moment: datetime) -> int:
    with clock.frozen(lambda: moment):
        return sweep()


def many_tickets(count: int) -> list[Ticket]:
    tickets = [a_ticket(assignee=None) for _ in range(count)]
    db.session.commit()
    return tickets


def test_a_hundred_tickets_take_the_statements_of_ten() -> None:
    a_policy(default=True)
    a_lead()
    counts = []
    for more in (10, 90):
        many_tickets(more)
        with statements() as sent:
            assert sweep_at(LATE) >= 3 * more
        counts.append(len(sent))
    assert counts[1] <= counts[0]


def test_every_ticket_of_a_batch_has_its_firings_events_and_one_notice() -> None:
    a_policy(default=True)
    lead = a_lead()
    tickets = many_tickets(30)
    sweep_at(LATE)
    for ticket in tickets:
        crossed = select(EventRow).where(
            EventRow.ticket_id == ticket.id, EventRow.kind == "sla.threshold_crossed"
        )
        rows = db.session.scalars(crossed.order_by(EventRow.seq)).all()
        percents = (
            select(SlaFiring.percent).where(SlaFiring.ticket_id == ticket.id).order_by(SlaFiring.percent)
        )
        assert [row.payload["percent"] for row in rows] == list(db.session.scalars(percents))
        assert [row.seq for row in rows] == list(
            range(ticket.event_seq - len(rows) + 1, ticket.event_seq + 1)
        )
    told = select(Notice.ticket_id).where(Notice.person_id == lead.id, Notice.kind == "sla.threshold_crossed")
    assert list(db.session.scalars(told.order_by(Notice.ticket_id))) == [ticket.id for ticket in tickets]


def test_one_broken_ticket_stops_no_other_and_is_put_off() -> None:
    a_policy(default=True)
    tickets = many_tickets(9)
    broken = tickets[4]
    lose_policy(broken)
    sweep_at(LATE)
    swept = set(db.session.scalars(select(SlaFiring.ticket_id)))
    assert swept == {ticket.id for ticket in tickets} - {broken.id}
    row = db.session.get_one(TicketSla, broken.id)
    assert (row.failing_since, row.failure) == (LATE, "NoResultFound")
    assert next_firing(broken) == LATE + HOUR


def test_a_broken_ticket_that_was_mended_fires_what_it_owes() -> None:
    a_policy(default=True)
    (ticket,) = many_tickets(1)
    lost = lose_policy(ticket)
    sweep_at(LATE)
    db.session.add(
        SlaPolicyVersion(
            id=lost,
            policy_id=db.session.scalars(select(SlaPolicy.id)).one(),
            n=2,
            valid_from=NOON,
            pause_states=[],
            created_by_id=the_system().id,
        )
    )
    db.session.commit()
    assert sweep_at(LATE + HOUR) == 2
    assert db.session.get_one(TicketSla, ticket.id).failing_since is None


def test_a_broken_ticket_is_not_read_again_by_the_next_sweep() -> None:
    a_policy(default=True)
    (ticket,) = many_tickets(1)
    lose_policy(ticket)
    sweep_at(LATE)
    with statements() as sent:
        sweep_at(LATE + timedelta(minutes=1))
    assert not [statement for statement in sent if "FROM event" in statement]


def test_a_clock_made_due_by_hand_is_only_computed_anew() -> None:
    a_policy(default=True)
    (ticket,) = many_tickets(1)
    due = next_firing(ticket)
    mine = SlaClock.ticket_id == ticket.id
    db.session.execute(update(SlaClock).where(mine).values(next_fire_at=NOON, due_at=NOON, elapsed_s=77))
    assert sweep_at(NOON + HOUR) == 0
    assert next_firing(ticket) == due


def test_a_row_of_a_clock_that_the_ledger_does_not_know_is_deleted() -> None:
    a_policy(default=True)
    (ticket,) = many_tickets(1)
    mine = SlaClock.ticket_id == ticket.id
    db.session.execute(update(SlaClock).where(mine).values(cycle=SlaClock.cycle + 5, next_fire_at=NOON))
    sweep_at(NOON + HOUR)
    assert set(db.session.scalars(select(SlaClock.cycle).where(mine))) == {1}


def test_a_threshold_that_a_policy_got_later_is_written_but_told_to_nobody() -> None:
    a_policy(default=True)
    a_lead()
    (ticket,) = many_tickets(1)
    sweep_at(NOON + 3 * HOUR)
    mine = SlaFiring.ticket_id == ticket.id
    db.session.execute(update(SlaFiring).where(mine).values(percent=90))
    notices = count_notices()
    db.session.execute(update(SlaClock).where(SlaClock.ticket_id == ticket.id).values(next_fire_at=NOON))
    assert sweep_at(NOON + 3 * HOUR + timedelta(minutes=1)) == 1
    told = select(SlaFiring.percent, SlaFiring.told).where(mine).order_by(SlaFiring.percent)
    assert [tuple(row) for row in db.session.execute(told)] == [(75, False), (90, True)]
    assert count_notices() == notices


@pytest.mark.parametrize("every", [HOUR, timedelta(days=2), timedelta(days=11)])
def test_a_gap_of_any_length_leaves_the_same_firings(every: timedelta) -> None:
    a_policy(default=True)
    three_lines()
    ticket, ada = many_tickets(1)[0], an_agent().id
    swept = NOON
    for after, verb in STORY:
        while swept + every <= NOON + after:
            swept += every
            sweep_at(swept)
        verb(ticket, ada, NOON + after)
        db.session.commit()
    sweep_at(NOON + timedelta(days=12))
    assert firings(ticket) == FIRED


def raise_priority(ticket: Ticket, by: int, now: datetime) -> None:
    actions.change_priority(ticket, priority=Priority.P2, reason="", by=by, now=now)


def answer(ticket: Ticket, by: int, now: datetime) -> None:
    actions.reply(ticket, actions.Reply(text="We are on it."), by=by, now=now)


def hand_up(ticket: Ticket, by: int, now: datetime) -> None:
    card = HandoverCard(symptom="Empty", asked="Look at the share", tried="Restarted")
    actions.escalate(ticket, card=card, by=by, now=now)


STORY: tuple[tuple[timedelta, Callable[[Ticket, int, datetime], None]], ...] = (
    (timedelta(hours=3, minutes=50), answer),
    (timedelta(days=2, hours=4), raise_priority),
    (timedelta(days=6), hand_up),
)
FIRED = [
    ("first_response", 1, 75, NOON + 3 * HOUR),
    ("first_response", 1, 90, NOON + timedelta(hours=3, minutes=36)),
    ("resolution", 1, 75, datetime(2026, 3, 6, 13, 0, tzinfo=UTC)),
    ("resolution", 2, 75, NOON + timedelta(days=2, hours=4)),
    ("resolution", 2, 90, NOON + timedelta(days=2, hours=4)),
    ("resolution", 2, 100, NOON + timedelta(days=2, hours=4)),
]


def firings(ticket: Ticket) -> list[tuple[object, ...]]:
    columns = (SlaFiring.metric, SlaFiring.epoch, SlaFiring.percent, SlaFiring.at)
    rows = db.session.execute(select(*columns).where(SlaFiring.ticket_id == ticket.id).order_by(*columns))
    return [(row.metric.value, row.epoch, row.percent, row.at) for row in rows]


def lose_policy(ticket: Ticket) -> int:
    """The ledger names a policy version that is nowhere, as after a careless restore; its number."""
    ticket.event_seq += 1
    chosen = PolicyChosen(
        at=LATE - timedelta(minutes=1),
        actor_id=the_system().id,
        ticket_id=ticket.id,
        seq=ticket.event_seq,
        policy_version_id=99_000_000 + ticket.id,
        contract_id=None,
        calendar_version_ids=(),
    )
    record(chosen)
    db.session.commit()
    return chosen.policy_version_id


def next_firing(ticket: Ticket) -> datetime | None:
    return db.session.scalar(select(func.min(SlaClock.next_fire_at)).where(SlaClock.ticket_id == ticket.id))


def count_notices() -> int:
    return db.session.scalar(select(func.count()).select_from(Notice)) or 0


def test_a_late_sweep_names_who_had_the_ticket_at_the_crossing() -> None:
    a_policy(default=True)
    first, second, _ = three_lines()
    ada, ben = an_agent(team=first), an_agent(team=first)
    ticket = a_ticket(assignee=ada)
    actions.assign(ticket, ben.id, by=ada.id, now=NOON + timedelta(hours=3, minutes=30))
    hand_up(ticket, ben.id, NOON + timedelta(hours=3, minutes=50))
    db.session.commit()
    sweep_at(LATE)
    columns = (SlaFiring.percent, SlaFiring.holder_line, SlaFiring.holder_team_id, SlaFiring.holder_id)
    rows = db.session.execute(
        select(*columns).where(SlaFiring.metric == "first_response").order_by(columns[0])
    )
    assert [tuple(row) for row in rows] == [
        (75, 1, first.id, ada.id),
        (90, 1, first.id, ben.id),
        (100, 2, second.id, None),
    ]
