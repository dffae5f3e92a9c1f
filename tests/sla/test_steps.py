"""At a threshold the desk raises, hands on and asks by itself: each once, whatever happens in between."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.models import Notice
from helpdesk.sla.acts import Act, Scope
from helpdesk.sla.models import Metric, SlaClock, SlaFiring, SlaPolicyStep, SlaPolicyVersion, SlaTarget
from helpdesk.sla.sweep import fire, sweep
from helpdesk.tickets import actions
from helpdesk.tickets.models import EventText, Handover, Ticket
from helpdesk.tickets.rules import HandoverCard, Line, Priority, State
from tests.factories import a_lead, a_policy, a_team, a_ticket, an_agent, office_hours, the_system, the_team

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
DUE = NOON + 4 * HOUR  # the first answer of a P3


def sweep_at(moment: datetime) -> int:
    with clock.frozen(lambda: moment):
        return sweep()


def the_policy(*steps: tuple[int, Act], scope: Scope = Scope.CLIENT) -> SlaPolicyVersion:
    """The default policy with exactly these steps."""
    version = a_policy(default=True)
    db.session.execute(delete(SlaPolicyStep).where(SlaPolicyStep.policy_version_id == version.id))
    for percent, act in steps:
        db.session.add(SlaPolicyStep(policy_version_id=version.id, scope=scope, percent=percent, act=act))
    db.session.flush()
    return version


def with_line_budgets(version: SlaPolicyVersion, seconds: int = 3600) -> None:
    calendar = office_hours()
    for line in Line:
        db.session.add(
            SlaTarget(
                policy_version_id=version.id,
                metric=Metric.OLA,
                line=line,
                priority="P3",
                seconds=seconds,
                calendar_id=calendar.id,
            )
        )
    db.session.flush()


def events(ticket: Ticket, kind: str) -> list[EventRow]:
    rows = select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == kind)
    return list(db.session.scalars(rows.order_by(EventRow.seq)))


def acts_of(ticket: Ticket, metric: Metric = Metric.FIRST_RESPONSE) -> dict[tuple[int, int], dict[str, str]]:
    rows = select(SlaFiring).where(SlaFiring.ticket_id == ticket.id, SlaFiring.metric == metric)
    return {(row.epoch, row.percent): row.acts for row in db.session.scalars(rows) if row.acts}


def words_of(rows: Iterable[EventRow]) -> list[str]:
    ids = [row.id for row in rows]
    return list(db.session.scalars(select(EventText.text).where(EventText.event_id.in_(ids))))


def test_a_raise_is_one_step_by_the_desk_with_its_reason(session: scoped_session[Session]) -> None:
    the_policy((75, Act.RAISE_PRIORITY))
    ticket = a_ticket()
    sweep_at(NOON + 3 * HOUR)
    (raised,) = events(ticket, "ticket.priority_changed")
    assert ticket.priority is Priority.P2
    assert raised.actor_id == the_system().id
    assert words_of([raised]) == ["as the policy wants it at 75 % (First answer)"]


def test_the_clocks_follow_a_raise_in_a_new_epoch(session: scoped_session[Session]) -> None:
    the_policy((50, Act.RAISE_PRIORITY))
    ticket = a_ticket(priority=Priority.P4)
    sweep_at(NOON + 4 * HOUR)
    row = db.session.scalars(
        select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.FIRST_RESPONSE)
    ).one()
    assert (row.epoch, row.target_s) == (2, 14400)


def test_a_raise_that_makes_the_same_share_due_again_ends_there(session: scoped_session[Session]) -> None:
    """P4 to P3 at 90 %: P3 has less time and is crossed at once, and so would be P2 and P1."""
    the_policy((90, Act.RAISE_PRIORITY))
    ticket = a_ticket(priority=Priority.P4)
    sweep_at(NOON + timedelta(days=1))
    sweep_at(NOON + timedelta(days=1) + SECOND)
    assert ticket.priority is Priority.P3
    assert len(events(ticket, "ticket.priority_changed")) == 1
    assert acts_of(ticket) == {
        (1, 90): {"raise_priority": "done"},
        (2, 90): {"raise_priority": "before"},
    }


def test_raises_at_several_shares_found_together_are_each_done(session: scoped_session[Session]) -> None:
    the_policy((75, Act.RAISE_PRIORITY), (90, Act.RAISE_PRIORITY))
    ticket = a_ticket(priority=Priority.P4)
    sweep_at(NOON + timedelta(days=1))
    assert ticket.priority is Priority.P2


def test_what_only_the_raise_made_due_raises_nothing_on_other_clocks(
    session: scoped_session[Session],
) -> None:
    """As a P3 the solution has used up its first quarter too; that is no reason to go on to P2."""
    the_policy((30, Act.RAISE_PRIORITY))
    ticket = a_ticket(priority=Priority.P4)
    sweep_at(NOON + timedelta(days=1))
    sweep_at(NOON + timedelta(days=1) + SECOND)
    assert ticket.priority is Priority.P3
    assert acts_of(ticket, Metric.RESOLUTION) == {(2, 30): {"raise_priority": "raised_since"}}


def test_p1_stays_p1(session: scoped_session[Session]) -> None:
    the_policy((75, Act.RAISE_PRIORITY))
    ticket = a_ticket(priority=Priority.P1)
    sweep_at(NOON + 2 * HOUR)
    assert events(ticket, "ticket.priority_changed") == []
    assert acts_of(ticket) == {(1, 75): {"raise_priority": "highest"}}


def test_the_ticket_goes_to_the_next_line_with_an_honest_card(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket()
    sweep_at(DUE)
    card = db.session.scalars(select(Handover).where(Handover.ticket_id == ticket.id)).one()
    assert (ticket.line, ticket.team_id) == (2, the_team(2).id)
    assert card.by_id == the_system().id
    assert card.symptom == "I scan and the folder stays empty."
    assert card.tried == "Nobody has written down yet what was tried."
    assert "100 %" in card.asked
    assert "First answer" in card.asked


def test_the_card_hands_on_the_last_note(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket, ada = a_ticket(), an_agent("Ada Lark")
    actions.add_note(ticket, text="The share is full.", by=ada.id, now=NOON + HOUR)
    sweep_at(DUE)
    tried = db.session.scalars(select(Handover.tried).where(Handover.ticket_id == ticket.id)).one()
    assert tried.startswith("Written last, by Ada Lark, ")
    assert tried.endswith("\nThe share is full.")


def test_the_desk_itself_takes_no_part_in_what_it_hands_on(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket()
    sweep_at(DUE)
    readers = db.session.scalars(
        db.text("select person_id from participant where ticket_id = :id").bindparams(id=ticket.id)
    )
    assert the_system().id not in list(readers)


def test_a_rule_names_the_team_on_the_next_line(session: scoped_session[Session]) -> None:
    from_rules = a_team(2, "Scanners")
    db.session.execute(
        db.text(
            "insert into routing_rule (name, position, conditions, placement, active, created_at)"
            " values ('Scanners', 900, '{\"words\": [\"scan\"]}', cast(:place as jsonb), true, now())"
        ).bindparams(place=f'{{"team_id": {from_rules.id}}}')
    )
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket()
    sweep_at(DUE)
    assert ticket.team_id == from_rules.id


def test_a_ticket_of_line_3_stays_there(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket(team=the_team(3))
    sweep_at(DUE)
    assert ticket.line == 3
    assert acts_of(ticket) == {(1, 100): {"escalate": "last_line"}}


def test_two_clocks_in_one_sweep_hand_it_on_once(session: scoped_session[Session]) -> None:
    """After an outage both the first answer and the solution are overdue; line 2 is not passed over."""
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket()
    sweep_at(NOON + timedelta(days=9))
    assert ticket.line == 2
    found = sorted([*acts_of(ticket).values(), *acts_of(ticket, Metric.RESOLUTION).values()], key=str)
    assert found == [{"escalate": "done"}, {"escalate": "moved_since"}]


def test_a_person_who_handed_it_on_during_an_outage_was_enough(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket, ada = a_ticket(), an_agent()
    card = HandoverCard(symptom="Empty", asked="Look", tried="Everything")
    actions.escalate(ticket, card=card, by=ada.id, now=DUE + HOUR)
    sweep_at(DUE + 2 * HOUR)
    assert ticket.line == 2
    assert acts_of(ticket) == {(1, 100): {"escalate": "moved_since"}}


def test_an_answer_before_the_sweep_makes_the_hand_over_pointless(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket, ada = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="Sorry."), by=ada.id, now=DUE + HOUR)
    sweep_at(DUE + HOUR)
    assert ticket.line == 1
    assert acts_of(ticket) == {(1, 100): {"escalate": "too_late"}}


def test_a_lines_own_clock_moves_it_from_line_to_line(session: scoped_session[Session]) -> None:
    version = the_policy((100, Act.ESCALATE), scope=Scope.LINE)
    with_line_budgets(version)
    ticket = a_ticket()
    sweep_at(NOON + HOUR)
    assert ticket.line == 2
    sweep_at(NOON + 2 * HOUR + SECOND)
    assert ticket.line == 3
    sweep_at(NOON + 3 * HOUR + 2 * SECOND)
    assert ticket.line == 3


def test_what_the_desk_does_at_a_crossing_does_not_undo_the_crossing(
    session: scoped_session[Session],
) -> None:
    """All that happens in the second of the deadline counts before it is judged, so the desk acts later."""
    version = the_policy((100, Act.ESCALATE), scope=Scope.LINE)
    with_line_budgets(version)
    ticket = a_ticket()
    sweep_at(NOON + HOUR)
    clock_of_line_1 = db.session.scalars(
        select(SlaClock).where(SlaClock.ticket_id == ticket.id, SlaClock.line == 1)
    ).one()
    assert clock_of_line_1.breached_at == NOON + HOUR
    assert [event.effective_at for event in events(ticket, "ticket.escalated")] == [NOON + HOUR + SECOND]


def test_without_a_team_on_the_next_line_the_lead_hears_why(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    lead = a_lead()
    ticket = a_ticket()
    db.session.execute(db.text("update team set is_default = false where line = 2"))
    sweep_at(DUE)
    (refused,) = events(ticket, "sla.step_refused")
    assert words_of([refused]) == ["There is no team on line 2 that could take it."]
    assert acts_of(ticket) == {(1, 100): {"escalate": "refused"}}
    told = select(Notice.person_id).where(Notice.event_id == refused.id)
    assert list(db.session.scalars(told)) == [lead.id]


def test_what_was_refused_is_not_tried_again_and_again(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ESCALATE))
    ticket = a_ticket()
    db.session.execute(db.text("update team set is_default = false where line = 2"))
    sweep_at(DUE)
    sweep_at(DUE + HOUR)
    assert len(events(ticket, "sla.step_refused")) == 1


def test_a_refused_act_keeps_what_the_others_did(session: scoped_session[Session]) -> None:
    the_policy((100, Act.RAISE_PRIORITY), (100, Act.ESCALATE))
    ticket = a_ticket()
    db.session.execute(db.text("update team set is_default = false where line = 2"))
    sweep_at(DUE)
    assert ticket.priority is Priority.P2
    assert acts_of(ticket)[1, 100] == {"raise_priority": "done", "escalate": "refused"}


def test_a_breach_asks_why_once_for_a_clock(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ASK_REASON))
    ticket = a_ticket()
    sweep_at(DUE)
    sweep_at(DUE + HOUR)
    asked = select(SlaFiring).where(SlaFiring.asked_at.is_not(None))
    (row,) = db.session.scalars(asked).all()
    assert (row.ticket_id, row.percent, row.asked_at) == (ticket.id, 100, DUE)


def test_a_second_epoch_does_not_ask_the_same_again(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ASK_REASON))
    ticket, ada = a_ticket(), an_agent()
    sweep_at(DUE)
    actions.change_priority(ticket, Priority.P2, by=ada.id, now=DUE + HOUR)
    sweep_at(DUE + HOUR)
    rows = select(SlaFiring.epoch, SlaFiring.asked_at).where(SlaFiring.ticket_id == ticket.id)
    assert sorted(map(tuple, db.session.execute(rows.where(SlaFiring.percent == 100)))) == [
        (1, DUE),
        (2, None),
    ]


def test_a_late_answer_does_not_spare_the_question(session: scoped_session[Session]) -> None:
    the_policy((100, Act.ASK_REASON))
    ticket, ada = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="Sorry."), by=ada.id, now=DUE + HOUR)
    sweep_at(DUE + HOUR)
    assert db.session.scalar(select(SlaFiring.asked_at).where(SlaFiring.percent == 100)) == DUE + HOUR


def test_a_missed_solution_says_who_used_up_the_time(session: scoped_session[Session]) -> None:
    version = the_policy((100, Act.TELL_LEAD))
    with_line_budgets(version)
    ticket, ada = a_ticket(), an_agent()
    card = HandoverCard(symptom="Empty", asked="Look", tried="Everything")
    actions.escalate(ticket, card=card, by=ada.id, now=NOON + 2 * HOUR)
    sweep_at(NOON + timedelta(days=9))
    (shares,) = db.session.scalars(select(SlaFiring.shares).where(SlaFiring.shares.is_not(None))).all()
    assert shares is not None
    assert (shares["holder"], shares["responsible"], shares["gap"]) == (2, 2, False)
    assert shares["lines"] == {"1": 7200, "2": 79200}
    assert sum(shares["lines"].values()) == 86400


def test_what_waits_is_not_raised(session: scoped_session[Session]) -> None:
    """It was crossed while it ran; by the time it is found nothing is gained any more."""
    the_policy((5, Act.RAISE_PRIORITY))
    ticket, ada = a_ticket(), an_agent()
    actions.reply(ticket, actions.Reply(text="Which one?"), by=ada.id, now=NOON + timedelta(minutes=5))
    soon, later = NOON + 2 * HOUR, NOON + 20 * HOUR
    actions.wait(ticket, State.WAITING_CLIENT, reason="An answer", wake_at=later, by=ada.id, now=soon)
    sweep_at(soon)
    assert ticket.priority is Priority.P3
    assert acts_of(ticket, Metric.RESOLUTION) == {(1, 5): {"raise_priority": "too_late"}}


def test_a_sweep_that_died_leaves_nothing_half_done(session: scoped_session[Session]) -> None:
    """The firing and the verb stand in one transaction: without the one the other never was."""
    the_policy((75, Act.RAISE_PRIORITY))
    ticket = a_ticket()
    with db.session.begin_nested() as dying:
        act_at(ticket, NOON + 3 * HOUR)
        assert ticket.priority is Priority.P2
        dying.rollback()
    db.session.expire_all()
    assert (ticket.priority, acts_of(ticket)) == (Priority.P3, {})
    sweep_at(NOON + 3 * HOUR)
    assert (ticket.priority, len(events(ticket, "ticket.priority_changed"))) == (Priority.P2, 1)


def act_at(ticket: Ticket, moment: datetime) -> None:
    """What the sweep does with a ticket before it commits."""
    with clock.frozen(lambda: moment):
        fire(ticket, moment)
