"""The cache of clocks is what the log says: every field is compared, and the whole of it can be rebuilt."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.cli import main
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.demo.seeding import seed_tickets
from helpdesk.events import EventRow, record
from helpdesk.notifications.models import Notice
from helpdesk.postgres import Urls
from helpdesk.sla.differences import Difference
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.models import SlaClock, SlaFiring, TicketSla
from helpdesk.sla.nightly import is_due, last_verified, next_sample, verify_clocks
from helpdesk.sla.sweep import sweep
from helpdesk.sla.verifying import rebuild, sure, verify
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, State
from tests.conftest import settings_for
from tests.factories import a_lead, a_ticket, an_administrator, an_agent, the_system
from tests.sla.stories import CARD, HOUR, MORNING, NOON, a_policy_with_budgets

QUIET = datetime(2026, 3, 5, 2, 10, tzinfo=UTC)  # ten past three in Berlin


def a_past() -> Ticket:
    """Handed to line 2, raised, paused and taken up again, half of its thresholds crossed."""
    a_policy_with_budgets()
    a_lead()
    agent = an_agent()
    ticket = a_ticket(at=MORNING)
    actions.escalate(ticket, card=CARD, by=agent.id, now=MORNING + HOUR)
    actions.wait(
        ticket, State.WAITING_CLIENT, reason="the model", wake_at=None, by=agent.id, now=MORNING + 2 * HOUR
    )
    actions.resume(ticket, by=agent.id, now=MORNING + 3 * HOUR)
    actions.change_priority(ticket, Priority.P2, by=agent.id, now=MORNING + 3 * HOUR)
    with clock.frozen(lambda: NOON + 2 * HOUR):
        sweep()
    return ticket


def found(*tickets: Ticket) -> list[str]:
    return [str(one) for _, differences in verify([ticket.id for ticket in tickets]) for one in differences]


def everything(session: scoped_session[Session]) -> list[Any]:
    """Every clock row without its number, and what the tickets carry of them."""
    columns = [column for column in SlaClock.__table__.columns if column.name != "id"]
    key = (SlaClock.ticket_id, SlaClock.metric, SlaClock.line, SlaClock.cycle)
    clocks = session.execute(select(*columns).order_by(*key)).all()
    tickets = session.execute(select(Ticket.id, Ticket.sort_due).order_by(Ticket.id)).all()
    policies = session.execute(select(TicketSla.__table__).order_by(TicketSla.ticket_id)).all()
    return [*clocks, *tickets, *policies]


def test_clocks_that_were_moved_by_every_verb_are_what_the_log_says(session: scoped_session[Session]) -> None:
    assert found(a_past()) == []


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (
            "update sla_clock set due_at = due_at + interval '1 second' where metric = 'resolution'",
            "resolution: deadline is 2026-03-05 09:00:01 UTC, and by the log 2026-03-05 09:00:00 UTC.",
        ),
        (
            "update sla_clock set elapsed_s = 1 where metric = 'ola' and line = 1",
            "line 1: elapsed seconds is 1, and by the log 3600.",
        ),
        (
            "update sla_clock set next_fire_at = null where metric = 'resolution'",
            "resolution: next threshold at is none, and by the log 20",
        ),
        (
            "update sla_clock set met = true where metric = 'resolution'",
            "resolution: kept in time is yes, and by the log none.",
        ),
        (
            "update sla_clock set phase = 'paused' where metric = 'resolution'",
            "resolution: phase is paused, and by the log running.",
        ),
        (
            "delete from sla_clock where metric = 'first_response'",
            "first response: the row of this clock is missing.",
        ),
        (
            "update sla_clock set cycle = 7 where metric = 'resolution'",
            "resolution, time 7: the row of this clock stands there, and the log knows of none.",
        ),
        ("update ticket set sort_due = 'infinity'", "deadline in lists is never, and by the log 20"),
        ("update ticket_sla set missed = not missed", "missed is no, and by the log yes."),
        ("delete from ticket_sla", "policy version is none, and by the log "),
    ],
)
def test_every_field_that_is_not_what_the_log_says_is_named_and_mended(
    session: scoped_session[Session], harm: str, sentence: str
) -> None:
    ticket = a_past()
    session.execute(text(harm))
    said = found(ticket)
    assert any(f"Ticket {ticket.id}" in one and sentence in one for one in said), said
    rebuild([ticket.id])
    assert found(ticket) == []


def test_deleted_rows_come_back_as_they_were(session: scoped_session[Session]) -> None:
    with clock.frozen(lambda: NOON + 3 * HOUR):
        tickets = [a_past().id, a_ticket(at=MORNING).id]
        rebuild(tickets)
        before = everything(session)
        session.execute(delete(SlaClock))
        session.execute(delete(TicketSla))
        session.execute(text("update ticket set sort_due = 'infinity'"))
        assert rebuild(tickets) == 2
    assert everything(session) == before


def test_a_seeded_desk_comes_back_from_its_logs_alone(session: scoped_session[Session]) -> None:
    with clock.frozen(lambda: NOON):
        seed_tickets(60, seed=11)
        tickets = session.scalars(select(Ticket.id).order_by(Ticket.id)).all()
        assert [one for _, differences in verify(tickets) for one in differences] == []
        rebuild(tickets)
        before = everything(session)
        session.execute(delete(SlaClock))
        session.execute(delete(TicketSla))
        rebuild(tickets)
    assert everything(session) == before


def test_rebuilding_fires_nothing_a_second_time(session: scoped_session[Session]) -> None:
    ticket = a_past()
    crossed, told = _count(session, SlaFiring), _count(session, Notice)
    assert crossed > 0
    session.execute(delete(SlaClock))
    with clock.frozen(lambda: NOON + 2 * HOUR):
        rebuild([ticket.id])
        assert sweep() == 0
    assert (_count(session, SlaFiring), _count(session, Notice)) == (crossed, told)


def test_what_was_crossed_and_never_written_down_is_due_after_rebuilding(
    session: scoped_session[Session],
) -> None:
    a_policy_with_budgets()
    ticket = a_ticket(at=MORNING)
    with clock.frozen(lambda: NOON + 4 * HOUR):
        rebuild([ticket.id])
        assert sweep() > 0


def test_what_somebody_wrote_between_two_readings_is_no_difference(session: scoped_session[Session]) -> None:
    ticket = a_past()
    assert sure([Difference(ticket.id, "resolution", "due_at", NOON, MORNING)]) == []


def test_clocks_that_cannot_be_computed_are_reported_and_left_alone(session: scoped_session[Session]) -> None:
    ticket = a_past()
    record(
        PolicyChosen(
            at=NOON,
            actor_id=the_system().id,
            ticket_id=ticket.id,
            seq=ticket.event_seq + 1,
            policy_version_id=999_999,
            contract_id=None,
            calendar_version_ids=(),
        )
    )
    kept = everything(session)
    assert found(ticket) == [f"Ticket {ticket.id}: its clocks cannot be computed (NoResultFound)."]
    assert rebuild([ticket.id]) == 0
    assert everything(session) == kept


def test_a_crossing_that_the_log_does_not_know_is_reported(session: scoped_session[Session]) -> None:
    ticket = a_past()
    session.execute(
        text(
            "insert into sla_firing (ticket_id, metric, line, cycle, epoch, percent, at, recorded_at,"
            " holder_line, holder_team_id, told)"
            " select ticket_id, metric, line, cycle, epoch, 199, at, recorded_at,"
            " holder_line, holder_team_id, told from sla_firing where ticket_id = :ticket limit 1"
        ),
        {"ticket": ticket.id},
    )
    assert [
        one.endswith("199 % was written down as crossed, and by the log it never was.")
        for one in found(ticket)
    ] == [True]


def test_a_ticket_without_a_policy_has_no_clocks_and_no_difference(session: scoped_session[Session]) -> None:
    assert found(a_ticket()) == []


def _count(session: scoped_session[Session], table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_sample_goes_on_where_it_ended_and_begins_again_at_the_end(
    session: scoped_session[Session],
) -> None:
    tickets = [a_ticket().id for _ in range(5)]
    with clock.frozen(lambda: QUIET):
        assert next_sample(3) == tickets[:3]
        assert verify_clocks() == 5
        assert next_sample(2) == tickets[:2]
        first = last_verified()
    assert first is not None
    assert (first.at, first.tickets, first.differences, first.until_id) == (QUIET, 5, 0, tickets[-1])


def test_the_sample_is_taken_in_the_quiet_hour_and_after_a_missed_night_at_any(
    session: scoped_session[Session],
) -> None:
    a_ticket()
    assert not is_due(NOON, None)
    assert is_due(QUIET, None)
    with clock.frozen(lambda: QUIET):
        assert verify_clocks() == 1
        assert verify_clocks() == 0
    last = last_verified()
    assert not is_due(QUIET + 30 * HOUR, last)
    assert is_due(QUIET + 24 * HOUR, last)
    assert is_due(QUIET + 36 * HOUR, last)


def test_a_difference_is_told_to_administrators_and_logged(
    session: scoped_session[Session], caplog: pytest.LogCaptureFixture
) -> None:
    sam, ticket = an_administrator(), a_past()
    session.execute(text("update sla_clock set elapsed_s = 1 where metric = 'ola' and line = 1"))
    with clock.frozen(lambda: QUIET):
        verify_clocks()
    notices = session.scalars(select(Notice).where(Notice.kind == "sla.clocks_verified")).all()
    assert [(one.person_id, one.payload["count"]) for one in notices] == [(sam.id, 1)]
    assert f"Ticket {ticket.id}, line 1: elapsed seconds is 1, and by the log 3600." in caplog.text


def test_without_a_difference_nobody_is_told(session: scoped_session[Session]) -> None:
    an_administrator()
    a_past()
    with clock.frozen(lambda: QUIET):
        verify_clocks()
    assert session.scalar(select(func.count()).where(Notice.kind == "sla.clocks_verified")) == 0


@pytest.fixture
def desk(own_database: Urls, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with a ticket."""
    app = create_app(load_settings(settings_for(own_database, tmp_path)), process="command")
    with app.app_context():
        with transaction():
            a_policy_with_budgets()
            a_ticket()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_command_ends_with_1_until_the_cache_is_mended(
    desk: Flask, own_database: Urls, tmp_path: Path
) -> None:
    def verified(*words: str) -> Result:
        env = dict.fromkeys(settings_for(own_database, tmp_path))
        chosen = settings_for(own_database, tmp_path)
        return CliRunner().invoke(main, ["sla", "verify", *words], env={**env, **chosen})

    fine = verified("--all")
    assert (fine.exit_code, fine.output) == (0, "1 ticket computed from the log: no difference.\n")
    with transaction():
        db.session.execute(text("update sla_clock set target_s = 7 where metric = 'resolution'"))
    wrong = verified("--json")
    assert wrong.exit_code == 1
    assert [
        (one["clock"], one["field"], one["stored"]) for one in json.loads(wrong.output)["differences"]
    ] == [("resolution", "target_s", 7)]
    mended = verified("--all", "--rebuild")
    assert mended.exit_code == 0
    assert mended.output.endswith("1 ticket written anew: no difference left.\n")
    assert verified("--tickets", "5").exit_code == 0
    assert verified("1", "--all").exit_code == 2
    kinds = select(func.count()).where(EventRow.kind == "sla.clocks_verified")
    assert db.session.scalar(kinds) == 4


@pytest.mark.parametrize("words", [("verify", "1001", "77"), ("export", "77")])
def test_a_number_that_is_no_ticket_is_said_to_be_none(
    desk: Flask, own_database: Urls, tmp_path: Path, words: tuple[str, ...]
) -> None:
    env = settings_for(own_database, tmp_path)
    said = CliRunner().invoke(main, ["sla", *words], env={**dict.fromkeys(env), **env})
    assert (said.exit_code, said.output) == (1, "Error: There is no ticket 77.\n")
