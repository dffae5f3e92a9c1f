"""The sweep writes each crossing down once, however late it comes and however often it runs."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.models import Notice
from helpdesk.notifications.rules import WITHDRAWN
from helpdesk.sla.models import ClockPhase, Metric, SlaClock, SlaFiring, TicketSla
from helpdesk.sla.sweep import sweep
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State
from tests.factories import a_lead, a_policy, a_ticket, an_agent

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sweep_at(moment: datetime) -> int:
    with clock.frozen(lambda: moment):
        return sweep()


def percents(ticket: Ticket, metric: Metric = Metric.FIRST_RESPONSE) -> list[int]:
    statement = select(SlaFiring.percent).where(SlaFiring.ticket_id == ticket.id, SlaFiring.metric == metric)
    return list(db.session.scalars(statement.order_by(SlaFiring.percent)))


def test_nothing_fires_before_its_time(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    a_ticket()
    assert sweep_at(NOON + 3 * HOUR - timedelta(seconds=1)) == 0


def test_each_threshold_fires_once(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket()
    assert sweep_at(NOON + 3 * HOUR) == 1
    assert sweep_at(NOON + 3 * HOUR) == 0
    assert sweep_at(NOON + 4 * HOUR) == 2
    assert sweep_at(NOON + 5 * HOUR) == 0
    assert percents(ticket) == [75, 90, 100]


def test_after_an_outage_all_are_written_and_only_the_highest_is_told(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    lead = a_lead()
    ticket = a_ticket()
    assert sweep_at(NOON + 4 * HOUR + timedelta(minutes=10)) == 3
    notices = db.session.scalars(
        select(Notice).where(Notice.person_id == lead.id, Notice.kind == "sla.threshold_crossed")
    )
    assert [notice.payload["percent"] for notice in notices] == [100]
    breach = db.session.scalars(
        select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == "sla.threshold_crossed")
    ).all()[-1]
    assert (breach.effective_at, breach.recorded_at) == (
        NOON + 4 * HOUR,
        NOON + 4 * HOUR + timedelta(minutes=10),
    )


def test_a_breach_marks_the_ticket_as_missed_for_good(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    sweep_at(NOON + 5 * HOUR)
    actions.reply(ticket, actions.Reply(text="Sorry for the wait."), by=agent.id, now=NOON + 5 * HOUR)
    assert db.session.get_one(TicketSla, ticket.id).missed


def test_an_answer_just_before_the_sweep_does_not_hide_what_was_crossed(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    late = NOON + 4 * HOUR + timedelta(minutes=20)
    actions.reply(ticket, actions.Reply(text="Here I am."), by=agent.id, now=late)
    sweep_at(late + timedelta(minutes=1))
    assert percents(ticket) == [75, 90, 100]


def test_a_paused_clock_does_not_fire(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket, agent = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="Which one?"), by=agent.id, now=NOON + HOUR)
    actions.wait(ticket, State.WAITING_CLIENT, reason="An answer", wake_at=None, by=agent.id, now=NOON + HOUR)
    assert sweep_at(NOON + timedelta(days=30)) == 0


def test_a_rebuilt_clock_fires_nothing_again(session: scoped_session[Session]) -> None:
    a_policy(default=True)
    ticket = a_ticket()
    sweep_at(NOON + 4 * HOUR)
    db.session.execute(db.text("delete from sla_clock"))
    db.session.expire_all()
    actions.add_note(ticket, text="rebuilt", by=an_agent().id, now=NOON + 5 * HOUR)
    sweep_at(NOON + 5 * HOUR)
    assert db.session.scalar(select(func.count()).select_from(SlaFiring)) == 3


def test_a_sweep_that_read_its_clock_before_an_answer_does_not_undo_it(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    ada, ticket = an_agent(), a_ticket()
    answer = actions.Reply(text="Try the new driver.")
    actions.reply(ticket, answer, by=ada.id, now=NOON + 3 * HOUR + timedelta(seconds=1))
    assert sweep_at(NOON + 3 * HOUR) == 1
    phase = select(SlaClock.phase).where(
        SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.FIRST_RESPONSE
    )
    assert db.session.scalar(phase) is ClockPhase.STOPPED


def test_an_answer_in_the_second_of_the_deadline_takes_back_what_the_sweep_has_just_written(
    session: scoped_session[Session],
) -> None:
    a_policy(default=True)
    lead, ada, ticket = a_lead(), an_agent(), a_ticket()
    due = NOON + 4 * HOUR
    sweep_at(due)
    actions.reply(ticket, actions.Reply(text="In the very second."), by=ada.id, now=due)
    standing = select(SlaFiring.percent).where(SlaFiring.withdrawn_at.is_(None))
    of_answer = standing.where(SlaFiring.ticket_id == ticket.id, SlaFiring.metric == Metric.FIRST_RESPONSE)
    assert sorted(db.session.scalars(of_answer)) == [75, 90]
    assert not db.session.get_one(TicketSla, ticket.id).missed
    kinds = select(Notice.kind).where(Notice.person_id == lead.id).order_by(Notice.id)
    assert list(db.session.scalars(kinds))[-1] == WITHDRAWN
