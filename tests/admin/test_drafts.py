"""Drafts on their pages: what would change, whom it reaches, and how far open tickets have followed."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.calendars import actions as calendars
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.db import db
from helpdesk.sla.models import Metric, SlaClock, SlaPolicy
from helpdesk.sla.what_if.models import (
    DraftState,
    ItemState,
    Reach,
    RecomputeState,
    SlaDraft,
    SlaRecompute,
    SlaRecomputeItem,
    SlaTrial,
    TrialState,
)
from helpdesk.sla.what_if.recomputing import recompute
from helpdesk.sla.what_if.trials import try_drafts
from helpdesk.tickets.models import Ticket
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.conftest import NOON
from tests.factories import (
    a_lead,
    a_policy,
    a_ticket,
    an_administrator,
    office_hours,
    the_system,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = datetime(2026, 4, 2, 9, tzinfo=UTC)  # March was last month
WEEK = {f"week-{day}": "09:00-17:00" for day in range(5)}
HOLIDAY = {"closed_name": "Founders' day", "closed_repeats": "once", "closed_day": "2026-03-06"}


@pytest.fixture(autouse=True)
def moment() -> object:
    with clock.frozen(lambda: LATER):
        yield


@pytest.fixture
def hours() -> Calendar:
    """Nine to five in Berlin, in which the default policy counts."""
    calendar = office_hours("Berlin")
    a_policy("Standard", default=True, calendar=calendar)
    return calendar


@pytest.fixture
def desk(client: FlaskClient, hours: Calendar) -> FlaskClient:
    """An administrator's browser."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    return client


def typed(**more: object) -> dict[str, object]:
    holiday = {**HOLIDAY, "closed_until": "", "closed_hours": ""}
    return form(**{"name": "Berlin", "zone": "Europe/Berlin", "version": "0", **WEEK, **holiday, **more})


def drafted(desk: FlaskClient, hours: Calendar, **more: object) -> str:
    answer = desk.post(f"/settings/calendars/{hours.id}/drafts", data=typed(**more))
    assert answer.status_code == 303
    return str(answer.location)


def the_draft() -> SlaDraft:
    return db.session.scalars(select(SlaDraft).order_by(SlaDraft.id.desc())).first() or pytest.fail(
        "no draft"
    )


def versions(hours: Calendar) -> int:
    counted = select(func.count()).where(CalendarVersion.calendar_id == hours.id)
    return db.session.scalar(counted) or 0


def due_of(ticket: Ticket) -> datetime | None:
    one = select(SlaClock.due_at).where(SlaClock.ticket_id == ticket.id, SlaClock.metric == Metric.RESOLUTION)
    return db.session.scalar(one)


def publish(desk: FlaskClient, where: str, **values: object) -> int:
    return desk.post(f"{where}/publication", data=form(**values)).status_code


def test_the_button_beside_save_keeps_a_draft_and_changes_nothing(desk: FlaskClient, hours: Calendar) -> None:
    assert "See what would change" in desk.get(f"/settings/calendars/{hours.id}/edit").text
    page = desk.get(drafted(desk, hours)).text
    assert "2026-03-06 Founders&#39; day" in page
    assert "Waiting for its turn" in page
    assert versions(hours) == 1
    assert ">Berlin</a>" in desk.get("/settings/drafts").text


def test_a_sheet_that_cannot_be_comes_back_with_its_fault(desk: FlaskClient, hours: Calendar) -> None:
    answer = desk.post(f"/settings/calendars/{hours.id}/drafts", data=typed(zone="Europe/Nowhere"))
    assert answer.status_code == 422
    assert "Choose a time zone" in answer.text
    assert db.session.scalar(select(func.count()).select_from(SlaDraft)) == 0


def test_the_page_shows_the_figures_and_the_list_with_reasons(desk: FlaskClient, hours: Calendar) -> None:
    ticket = a_ticket("Printer is on fire", at=NOON)
    where = drafted(desk, hours)
    try_drafts()
    page = desk.get(where).text
    assert "due later" in page
    assert f"/tickets/{ticket.id}" in page or str(ticket.id) in page
    assert "other hours on" in page
    assert desk.get(f"{where}?effect=later").status_code == 200
    assert desk.get(f"{where}?effect=nonsense&after=x").status_code == 200


def test_a_long_list_goes_on_on_the_next_page(
    desk: FlaskClient, hours: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.admin.what_if.PAGE", 1)
    monkeypatch.setattr(
        "helpdesk.admin.what_if.findings.__kwdefaults__", {"effect": "", "after": 0, "size": 1}
    )
    for _ in range(2):
        a_ticket(at=NOON)
    where = drafted(desk, hours)
    try_drafts()
    first = desk.get(where).text
    further = re.search(rf'rel="next" href="({where}[^"#]*after=\d+)', first) or pytest.fail("no next page")
    last = desk.get(html.unescape(further.group(1))).text
    assert 'rel="next"' not in last
    assert "Back to the first" in last


def test_a_period_without_tickets_says_so(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    try_drafts()
    assert "No ticket of that period has to do with it" in desk.get(where).text
    assert desk.post(f"{where}/trials", data=form(period="365", basis="was_open")).status_code == 303
    trial = db.session.scalars(select(SlaTrial).order_by(SlaTrial.id.desc())).first()
    assert trial is not None
    assert trial.until_at - trial.from_at > 364 * DAY
    assert trial.state is TrialState.WAITING


def test_the_progress_is_a_fragment_until_the_trial_is_over(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    assert "Waiting for its turn" in desk.get(f"{where}/progress").text
    try_drafts()
    over = desk.get(f"{where}/progress", headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Redirect"]) == (204, where)


def test_published_for_open_tickets_they_follow(desk: FlaskClient, hours: Calendar) -> None:
    ticket = a_ticket(at=LATER - HOUR)
    before = due_of(ticket)
    where = drafted(desk, hours, closed_day="2026-04-03")
    assert publish(desk, where, open_tickets="onward") == 303
    assert due_of(ticket) == before
    recompute()
    after = due_of(ticket)
    assert before is not None
    assert after is not None
    assert after > before
    assert the_draft().state is DraftState.PUBLISHED
    assert "done" in desk.get("/settings/drafts").text
    run = db.session.scalars(select(SlaRecompute)).one()
    page = desk.get(f"/settings/recomputes/{run.id}").text
    assert "Deadlines that moved" in page
    assert str(ticket.id) in page


def test_published_for_new_tickets_only_open_ones_stay(desk: FlaskClient, hours: Calendar) -> None:
    ticket = a_ticket(at=LATER - HOUR)
    before = due_of(ticket)
    assert publish(desk, drafted(desk, hours, closed_day="2026-04-03"), open_tickets="new") == 303
    assert versions(hours) == 2
    assert recompute() == 0
    assert due_of(ticket) == before


def test_counting_anew_asks_for_a_reason_and_the_name(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    unsaid = desk.post(f"{where}/publication", data=form(open_tickets="retroactive", typed="Berlin"))
    assert unsaid.status_code == 422
    assert "Say why" in unsaid.text
    wrong = desk.post(
        f"{where}/publication", data=form(open_tickets="retroactive", why="Forgot it", typed="Bonn")
    )
    assert wrong.status_code == 422
    assert "Type “Berlin” to confirm" in wrong.text
    assert 'value="Forgot it"' in wrong.text
    assert versions(hours) == 1


def test_counting_anew_leaves_its_own_entry_with_the_figures_seen(desk: FlaskClient, hours: Calendar) -> None:
    a_ticket(at=NOON)
    where = drafted(desk, hours)
    try_drafts()
    assert publish(desk, where, open_tickets="retroactive", why="Forgot it", typed=" berlin ") == 303
    (entry, *_) = history_of("calendar", hours.id)
    told = before_and_after(entry)
    assert told["Open tickets"] == ("", "are counted anew")
    assert told["Why"] == ("", "Forgot it")
    assert told["Past tickets looked at"] == ("", "1")
    run = db.session.scalars(select(SlaRecompute)).one()
    assert (run.reach, run.why, run.seen["tickets"]) == (Reach.RETROACTIVE, "Forgot it", 1)
    assert "Known when it was decided" in desk.get(f"/settings/recomputes/{run.id}").text


def test_a_draft_that_somebody_overtook_is_not_published(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    sheet = calendars.starter_sheet("Berlin", "Europe/Berlin", hours="10-12")
    calendars.change_calendar(hours, sheet, by=the_system().id, now=LATER)
    db.session.commit()
    answer = desk.post(f"{where}/publication", data=form(open_tickets="onward"))
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text
    assert the_draft().state is DraftState.OPEN
    assert "Something newer holds by now" in desk.get(where).text


def test_a_draft_is_published_once(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    assert publish(desk, where, open_tickets="new") == 303
    again = desk.post(f"{where}/publication", data=form(open_tickets="new"))
    assert again.status_code == 409
    assert versions(hours) == 2


def test_a_draft_is_put_away(desk: FlaskClient, hours: Calendar) -> None:
    where = drafted(desk, hours)
    assert desk.post(f"{where}/discarding", data=form()).status_code == 303
    assert the_draft().state is DraftState.DISCARDED
    assert "Change it as you would" in desk.get("/settings/drafts").text
    assert publish(desk, where, open_tickets="new") == 409


def test_a_day_that_has_begun_is_refused(desk: FlaskClient, hours: Calendar) -> None:
    answer = desk.post(
        f"{drafted(desk, hours)}/publication", data=form(open_tickets="onward", since="2026-04-01")
    )
    assert answer.status_code == 422
    assert "That day has begun" in answer.text


def test_a_planned_one_waits_for_its_day(desk: FlaskClient, hours: Calendar) -> None:
    a_ticket(at=LATER - HOUR)
    assert publish(desk, drafted(desk, hours), open_tickets="onward", since="2026-04-10") == 303
    assert recompute() == 0
    run = db.session.scalars(select(SlaRecompute)).one()
    assert run.state is RecomputeState.PLANNED
    assert "planned" in desk.get(f"/settings/recomputes/{run.id}").text
    taken_back = desk.post(f"/settings/calendars/{hours.id}/versions/2/withdrawal", data=form())
    assert taken_back.status_code == 303
    assert "was taken back" in desk.get(f"/settings/recomputes/{run.id}").text


def test_a_policy_is_drafted_and_reaches_only_new_tickets_unless_told(desk: FlaskClient) -> None:
    policy = db.session.scalars(select(SlaPolicy)).one()
    calendar = db.session.scalars(select(Calendar)).one()
    sheet = form(
        name="Standard", calendar=calendar.id, reopen_grace="7 d", version="0", **{"P3-resolution": "8 h"}
    )
    answer = desk.post(f"/settings/policies/{policy.id}/drafts", data=sheet)
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert 'name="open_tickets" value="new" checked' in page
    assert publish(desk, answer.location, open_tickets="new") == 303
    assert db.session.scalar(select(func.count()).select_from(SlaRecompute)) == 0


def test_saving_a_calendar_lets_open_tickets_follow_unless_told(desk: FlaskClient, hours: Calendar) -> None:
    where = f"/settings/calendars/{hours.id}"
    assert desk.post(where, data=typed(closed_day="2026-04-03")).status_code == 303
    run = db.session.scalars(select(SlaRecompute)).one()
    assert run.reach is Reach.ONWARD
    seen = db.session.scalar(select(func.max(SlaDraft.id)))
    assert seen is None
    later = typed(closed_day="2026-04-06", version=str(history_of("calendar", hours.id)[0].event_id))
    assert desk.post(where, data={**later, "open_tickets": "new"}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(SlaRecompute)) == 1


def test_what_failed_is_listed_and_can_be_tried_again(desk: FlaskClient, hours: Calendar) -> None:
    lead = a_lead("Nora Adeyemi", line=1)
    ticket = a_ticket(at=LATER - HOUR)
    assert publish(desk, drafted(desk, hours, closed_day="2026-04-03"), open_tickets="onward") == 303
    recompute()
    run = db.session.scalars(select(SlaRecompute)).one()
    item = db.session.scalars(select(SlaRecomputeItem)).one()
    item.state, item.failure = ItemState.FAILED, "Its hours are gone."
    db.session.commit()
    page = desk.get(f"/settings/recomputes/{run.id}").text
    assert "1 ticket could not follow" in page
    assert "Its hours are gone." in page
    assert str(ticket.id) in page
    assert desk.post(f"/settings/recomputes/{run.id}/retry", data=form()).status_code == 303
    assert "0 of 1 tickets" in desk.get(f"/settings/recomputes/{run.id}/progress").text
    recompute()
    assert db.session.scalars(select(SlaRecomputeItem.state)).one() is ItemState.SKIPPED
    assert lead.id


def test_a_new_name_alone_moves_nothing(desk: FlaskClient, hours: Calendar) -> None:
    week = {**WEEK, "name": "Headquarters", "zone": "Europe/Berlin", "version": "0"}
    answer = desk.post(f"/settings/calendars/{hours.id}", data=form(**week), follow_redirects=True)
    assert "The new name holds at once" in answer.text
    assert db.session.scalar(select(func.count()).select_from(SlaRecompute)) == 0


def test_the_form_itself_counts_nothing_anew(desk: FlaskClient, hours: Calendar) -> None:
    where = f"/settings/calendars/{hours.id}"
    assert desk.post(where, data=typed(open_tickets="retroactive")).status_code == 303
    assert db.session.scalars(select(SlaRecompute.reach)).all() == [Reach.ONWARD]
