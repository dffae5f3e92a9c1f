"""The page on which a person chooses what he hears, where and when."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.notifications import preferences
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.models import Notice, NotificationHours, NotificationPreference
from helpdesk.notifications.rules import DEFAULTS, Hours, MailWhen, Topic, Ways
from tests.browsing import form, sign_in
from tests.factories import a_ticket, an_agent

GOOD = {"mail_when": "always", "away_minutes": "30", "day": ["0", "4"], "p1_passes": "1"}


@pytest.fixture
def ada(client: FlaskClient, now: datetime) -> Person:
    person = an_agent("Ada Lind")
    db.session.commit()
    sign_in(client, person)
    return person


def rows() -> tuple[int, int]:
    counted = [select(func.count()).select_from(t) for t in (NotificationPreference, NotificationHours)]
    first, second = (db.session.scalar(one) or 0 for one in counted)
    return first, second


def test_without_a_choice_the_defaults_hold_and_no_row_exists(client: FlaskClient, ada: Person) -> None:
    page = client.get("/profile/notices").text
    assert 'name="mail-assigned" value="1" checked' in page
    assert 'name="mail-arrived" value="1">' in page
    assert preferences.wishes_of(ada.id) == preferences.Wishes(ways=DEFAULTS, hours=Hours())
    assert rows() == (0, 0)


def test_what_is_chosen_is_kept_and_holds_for_the_next_notice(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    sent = form(
        **GOOD, **{"desk-assigned": "1", "quiet": "between", "quiet_from": "22:00", "quiet_until": "06:30"}
    )
    assert client.post("/profile/notices", data=sent).status_code == 303
    wishes = preferences.wishes_of(ada.id)
    assert wishes.ways[Topic.ASSIGNED] == Ways(in_desk=True, by_mail=False)
    assert wishes.ways[Topic.MENTIONED] == Ways(in_desk=False, by_mail=False)
    assert wishes.hours == Hours(
        mail_when=MailWhen.ALWAYS, away_minutes=30, quiet_from=1320, quiet_until=390, quiet_days=(0, 4)
    )
    ticket = a_ticket()
    db.session.execute(Notice.__table__.delete())  # type: ignore[attr-defined]
    tell((ada.id,), News(kind="ticket.assigned", ticket_id=ticket.id, at=now))
    tell((ada.id,), News(kind="ticket.person_mentioned", ticket_id=ticket.id, at=now))
    assert db.session.execute(select(Notice.kind, Notice.by_mail)).all() == [("ticket.assigned", False)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"mail_when": "sometimes"}, "Choose when notices go out as mail."),
        ({"away_minutes": "soon"}, "between 1 and 1440"),
        ({"away_minutes": "0"}, "between 1 and 1440"),
        ({"away_minutes": "1441"}, "between 1 and 1440"),
        ({"quiet": "between", "quiet_from": "25:00", "quiet_until": "07:00"}, "Write both times"),
        ({"quiet": "between", "quiet_from": "22:00", "quiet_until": ""}, "Write both times"),
        ({"quiet": "between", "quiet_from": "22:00", "quiet_until": "07:00", "day": []}, "at least one day"),
        ({"quiet": "sometimes"}, "Choose when you want quiet."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    client: FlaskClient, ada: Person, wrong: dict[str, object], sentence: str
) -> None:
    answer = client.post("/profile/notices", data=form(**{**GOOD, **wrong}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows() == (0, 0)


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ({"until": "hour"}, "2026-03-04T12:00:00+00:00"),
        ({"until": "morning"}, "2026-03-05T07:00:00+00:00"),
        ({"until": "week"}, "2026-03-11T07:00:00+00:00"),
        ({"until": "moment", "moment": "2026-03-06T10:30"}, "2026-03-06T09:30:00+00:00"),
    ],
)
def test_a_rest_ends_when_it_was_asked_to(
    client: FlaskClient, ada: Person, sent: dict[str, str], until: str
) -> None:
    assert client.post("/profile/notices/muting", data=form(**sent)).status_code == 303
    assert preferences.hours_of(ada.id).muted_until == datetime.fromisoformat(until)
    assert "No mail is sent to you until" in client.get("/profile/notices").text


def test_a_rest_can_be_ended_and_leaves_the_other_choices_alone(client: FlaskClient, ada: Person) -> None:
    client.post("/profile/notices", data=form(**GOOD))
    client.post("/profile/notices/muting", data=form(until="week"))
    client.post("/profile/notices", data=form(**GOOD))
    assert preferences.hours_of(ada.id).muted_until is not None
    client.post("/profile/notices/muting", data=form(until=""))
    assert preferences.hours_of(ada.id) == Hours(
        mail_when=MailWhen.ALWAYS, away_minutes=30, quiet_days=(0, 4), muted_until=None
    )


@pytest.mark.parametrize("moment", ["", "tomorrow", "2026-03-04T11:00", "2031-01-01T00:00"])
def test_a_rest_without_an_end_that_can_be_is_refused(client: FlaskClient, ada: Person, moment: str) -> None:
    answer = client.post("/profile/notices/muting", data=form(until="moment", moment=moment))
    assert answer.status_code == 422
    assert preferences.hours_of(ada.id).muted_until is None


def test_the_profile_leads_here(client: FlaskClient, ada: Person) -> None:
    assert 'href="/profile/notices"' in client.get("/profile").text


def test_sending_the_form_twice_keeps_it_once(client: FlaskClient, ada: Person) -> None:
    first = form(**GOOD)
    client.post("/profile/notices", data=first)
    again = client.post("/profile/notices", data={**first, "away_minutes": "60"})
    assert again.status_code == 303
    assert preferences.hours_of(ada.id).away_minutes == 30


def test_a_moment_already_past_ends_the_rest_by_itself(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    preferences.mute(ada.id, now - timedelta(minutes=1))
    db.session.commit()
    assert "No mail is sent to you until" not in client.get("/profile/notices").text


def test_the_hours_of_work_are_kept_as_such(client: FlaskClient, ada: Person) -> None:
    sent = form(
        **{**GOOD, "quiet": "outside", "quiet_from": "09:00", "quiet_until": "17:00", "p1_passes": ""}
    )
    assert client.post("/profile/notices", data=sent).status_code == 303
    hours = preferences.wishes_of(ada.id).hours
    assert (hours.quiet_outside, hours.p1_passes) == (True, False)
    assert (hours.quiet_from, hours.quiet_until, hours.quiet_days) == (540, 1020, (0, 4))
    page = client.get("/profile/notices").text
    assert 'name="quiet" value="outside" checked' in page
    assert 'name="p1_passes" value="1">' in page


def test_who_changes_his_hours_is_awake_and_sees_what_waited(
    client: FlaskClient, ada: Person, now: datetime
) -> None:
    preferences.keep(ada.id, preferences.Wishes(ways=DEFAULTS, hours=Hours(quiet_from=0, quiet_until=1380)))
    breach = {"percent": 100, "metric": "resolution", "priority": "P3"}
    tell((ada.id,), News(kind="sla.threshold_crossed", ticket_id=a_ticket().id, at=now, payload=breach))
    db.session.commit()
    assert client.get("/notices/count").json == {"count": 0, "words": "0 new notices"}
    client.post("/profile/notices", data=form(**GOOD, **{"desk-breached": "1"}))
    assert client.get("/notices/count").json == {"count": 1, "words": "1 new notice"}
