"""Whom a policy names hears of a threshold once, with what is left and when it is due, out of quiet hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.config import IN_FORCE, settings
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications import preferences
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Notice
from helpdesk.notifications.queries import is_unread, unread_count
from helpdesk.notifications.rules import DEFAULTS, Hours
from helpdesk.notifications.words import sentence
from helpdesk.sla.acts import Act, Scope
from helpdesk.sla.models import SlaFiring, SlaPolicyStep
from helpdesk.sla.sweep import sweep
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority
from tests.factories import a_lead, a_manager, a_policy, a_team, a_ticket, an_agent

NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = NOON + 4 * HOUR  # the first answer of a P3, at four in Berlin


def the_policy(**acts: tuple[Act, ...]) -> None:
    """The default policy, told by percent: at_75=(Act.TELL_LEAD,)."""
    version = a_policy(default=True)
    db.session.execute(delete(SlaPolicyStep).where(SlaPolicyStep.policy_version_id == version.id))
    for name, many in acts.items():
        for act in many:
            step = {"scope": Scope.CLIENT, "percent": int(name.removeprefix("at_")), "act": act}
            db.session.add(SlaPolicyStep(policy_version_id=version.id, **step))
    db.session.flush()


def sweep_at(moment: datetime) -> None:
    with clock.frozen(lambda: moment):
        sweep()


def told(ticket: Ticket) -> list[tuple[int, int]]:
    """Who was told of which percent, in order."""
    rows = select(Notice.person_id, Notice.payload).where(Notice.ticket_id == ticket.id)
    found = db.session.execute(rows.where(Notice.kind == "sla.threshold_crossed").order_by(Notice.id))
    return [(person_id, payload["percent"]) for person_id, payload in found]


def keep(person: Person, hours: Hours) -> None:
    preferences.keep(person.id, preferences.Wishes(ways=DEFAULTS, hours=hours))


def unread_at(person: Person, moment: datetime) -> int:
    with clock.frozen(lambda: moment):
        return unread_count(person.id)


def test_each_percent_tells_those_whom_it_names(session: scoped_session[Session]) -> None:
    the_policy(at_50=(Act.TELL_OWNER,), at_75=(Act.TELL_ASSIGNEE,), at_90=(Act.TELL_LEAD,))
    owner, ada, lead = an_agent(), an_agent(), a_lead()
    ticket = a_ticket(assignee=ada)
    ticket.owner_id = owner.id
    for hours in (2, 3, 3.6):
        sweep_at(NOON + hours * HOUR)
    assert told(ticket) == [(owner.id, 50), (ada.id, 75), (lead.id, 90)]


def test_who_is_everything_at_once_hears_it_once(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_OWNER, Act.TELL_ASSIGNEE, Act.TELL_LEAD))
    lead = a_lead()
    ticket = a_ticket(assignee=lead)
    ticket.owner_id = lead.id
    sweep_at(DUE)
    assert told(ticket) == [(lead.id, 100)]


def test_after_an_outage_everybody_named_hears_of_the_highest(session: scoped_session[Session]) -> None:
    """The lead, named at 100 alone, is not passed over because 120 was found with it."""
    the_policy(at_75=(Act.TELL_ASSIGNEE,), at_100=(Act.TELL_LEAD,), at_120=(Act.TELL_MANAGER,))
    ada, lead, grace = an_agent(), a_lead(), a_manager()
    ticket = a_ticket(assignee=ada)
    sweep_at(DUE + HOUR)
    assert sorted(told(ticket)) == sorted([(ada.id, 120), (lead.id, 120), (grace.id, 120)])


def test_a_manager_hears_of_his_lines_and_clients_alone(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_MANAGER,))
    ticket = a_ticket()
    his = a_manager(lines=[1], company_ids=[ticket.company_id])
    a_manager(lines=[2])
    a_manager(company_ids=[ticket.company_id + 1])
    sweep_at(DUE)
    assert told(ticket) == [(his.id, 100)]


def test_where_nobody_works_on_it_whoever_shares_out_the_work_hears(session: scoped_session[Session]) -> None:
    the_policy(at_75=(Act.TELL_ASSIGNEE,))
    lead = a_lead()
    ticket = a_ticket()
    sweep_at(NOON + 3 * HOUR)
    assert told(ticket) == [(lead.id, 75)]


def test_a_team_without_a_lead_hears_as_a_whole(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_LEAD,))
    ada, bo = an_agent(), an_agent()
    ticket = a_ticket()
    sweep_at(DUE)
    assert told(ticket) == [(ada.id, 100), (bo.id, 100)]


def test_where_nobody_is_there_the_breach_is_a_fact_all_the_same(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_OWNER, Act.TELL_ASSIGNEE, Act.TELL_LEAD, Act.TELL_MANAGER))
    ticket = a_ticket(team=a_team(1, "Nobody"))
    sweep_at(DUE)
    assert told(ticket) == []
    assert db.session.scalar(select(SlaFiring.at).where(SlaFiring.percent == 100)) == DUE


def test_nobody_hears_twice_however_often_it_is_swept(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_LEAD,))
    lead, ticket = a_lead(), a_ticket()
    for minutes in range(3):
        sweep_at(DUE + timedelta(minutes=minutes))
    assert told(ticket) == [(lead.id, 100)]


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (75, "75 % of the time for the first answer is used: at most 1 h left, due today 16:00"),
        (100, "The deadline of the first answer has passed: it was due today 16:00"),
        (120, "The deadline of the first answer has passed: more than 48 min over, it was due today 16:00"),
    ],
)
def test_a_notice_says_what_is_left_or_over_and_when_it_is_due(
    session: scoped_session[Session], percent: int, words: str
) -> None:
    the_policy(**{f"at_{percent}": (Act.TELL_LEAD,)})
    lead, ticket = a_lead(), a_ticket()
    moment = NOON + 4 * HOUR * percent / 100
    sweep_at(moment)
    notice = db.session.scalars(select(Notice).where(Notice.person_id == lead.id)).all()[-1]
    with clock.frozen(lambda: moment), force_locale("en"):
        assert sentence(notice.kind, notice.payload) == words
    assert notice.ticket_id == ticket.id


def test_an_old_notice_without_figures_still_reads(session: scoped_session[Session]) -> None:
    said = sentence("sla.threshold_crossed", {"metric": "resolution", "percent": 100})
    assert said == "The deadline of the solution has passed"


def test_quiet_hours_delay_the_notice_and_never_the_fact(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_LEAD,))
    lead, ticket = a_lead(), a_ticket()
    keep(lead, Hours(quiet_from=15 * 60, quiet_until=8 * 60))
    sweep_at(DUE)
    morning = datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
    assert told(ticket) == [(lead.id, 100)]
    assert unread_at(lead, morning - timedelta(seconds=1)) == 0
    assert unread_at(lead, morning) == 1
    breach = db.session.scalars(
        select(EventRow).where(EventRow.ticket_id == ticket.id, EventRow.kind == "sla.threshold_crossed")
    ).all()[-1]
    assert (breach.effective_at, breach.recorded_at) == (DUE, DUE)
    assert db.session.scalar(select(SlaFiring.at).where(SlaFiring.percent == 100)) == DUE


def test_the_desks_own_quiet_hours_hold_for_whoever_chose_none(
    session: scoped_session[Session], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, IN_FORCE, replace(settings(), quiet_hours=(15 * 60, 8 * 60)))
    the_policy(at_100=(Act.TELL_LEAD,))
    usual, chosen = a_lead(), a_lead()
    keep(chosen, Hours())
    a_ticket()
    sweep_at(DUE)
    assert (unread_at(usual, DUE), unread_at(chosen, DUE)) == (0, 1)
    assert unread_at(usual, datetime(2026, 3, 5, 7, 0, tzinfo=UTC)) == 1


def test_quiet_hours_are_judged_when_the_desk_learns_of_it(session: scoped_session[Session]) -> None:
    """Crossed in the quiet of the afternoon, found in the morning: it is said in the morning."""
    the_policy(at_100=(Act.TELL_LEAD,))
    lead, _ = a_lead(), a_ticket()
    keep(lead, Hours(quiet_from=15 * 60, quiet_until=8 * 60))
    found = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    sweep_at(found)
    assert unread_at(lead, found) == 1


def test_a_p1_wakes_and_the_switch_says_not(session: scoped_session[Session]) -> None:
    the_policy(at_100=(Act.TELL_LEAD,))
    woken, deaf = a_lead(), a_lead()
    keep(woken, Hours(quiet_from=12 * 60, quiet_until=8 * 60))
    keep(deaf, Hours(quiet_from=12 * 60, quiet_until=8 * 60, p1_passes=False))
    a_ticket(priority=Priority.P1)
    late = NOON + HOUR
    sweep_at(late)
    assert (unread_at(woken, late), unread_at(deaf, late)) == (1, 0)


def test_in_the_morning_only_the_last_word_of_the_night_waits(session: scoped_session[Session]) -> None:
    the_policy(at_75=(Act.TELL_LEAD,), at_100=(Act.TELL_LEAD,))
    lead, ticket = a_lead(), a_ticket()
    keep(lead, Hours(quiet_from=13 * 60, quiet_until=8 * 60))
    sweep_at(NOON + 3 * HOUR)
    sweep_at(DUE)
    assert told(ticket) == [(lead.id, 75), (lead.id, 100)]
    assert unread_at(lead, DUE + timedelta(days=1)) == 1
    with clock.frozen(lambda: DUE + timedelta(days=1)):
        waiting = db.session.scalar(select(Notice.payload).where(is_unread(lead.id)))
    assert waiting is not None
    assert waiting["percent"] == 100


def test_what_somebody_else_hears_later_takes_no_word_from_those_who_slept(
    session: scoped_session[Session],
) -> None:
    """At 120 % the manager alone is told: to the lead the missed deadline is still news in the morning."""
    the_policy(at_90=(Act.TELL_LEAD,), at_100=(Act.TELL_LEAD,), at_120=(Act.TELL_MANAGER,))
    lead, _grace, _ticket = a_lead(), a_manager(), a_ticket()
    keep(lead, Hours(quiet_from=13 * 60, quiet_until=8 * 60))
    for moment in (NOON + 3.6 * HOUR, DUE, DUE + HOUR):
        sweep_at(moment)
    assert unread_at(lead, DUE + timedelta(days=1)) == 1
    waiting = db.session.scalars(select(Notice.payload).where(is_unread(lead.id))).one()
    assert waiting["percent"] == 100


def test_other_news_come_in_quiet_hours_as_before(session: scoped_session[Session]) -> None:
    ada, ticket = an_agent(), a_ticket()
    keep(ada, Hours(quiet_from=0, quiet_until=23 * 60))
    tell((ada.id,), News(kind="ticket.assigned", ticket_id=ticket.id, at=NOON))
    shown = select(Notice.visible_from).where(Notice.person_id == ada.id)
    assert db.session.scalars(shown).all() == [None]
