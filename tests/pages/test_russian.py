"""What a Russian-speaking operator reads: pages, refusals, spans and counts."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from helpdesk import i18n
from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.sla.calendar import CalendarError, Holiday, zone_named
from helpdesk.tickets import actions
from helpdesk.tickets.rules import State, check_return
from tests.browsing import form, sign_in
from tests.factories import a_ticket, an_agent, three_lines


@pytest.fixture
def nina(client: FlaskClient, now: datetime) -> Person:
    """Nina of line 1, who reads Russian, signed in."""
    three_lines()
    person = an_agent("Nina Volkova")
    person.language = "ru"
    db.session.commit()
    sign_in(client, person)
    return person


def refusal(client: FlaskClient, path: str, **fields: str) -> str:
    answer = client.post(path, data=form(**fields))
    assert answer.status_code == 409
    assert '<html lang="ru"' in answer.text
    return answer.text


def test_a_rule_refuses_in_the_readers_language(client: FlaskClient, nina: Person, now: datetime) -> None:
    ticket = a_ticket("Scanner folder is empty", assignee=nina)
    actions.resolve(ticket, note="Set the folder again.", by=nina.id, now=now)
    db.session.commit()
    path = f"/tickets/{ticket.id}/escalation"
    said = refusal(client, path, symptom="Empty", asked="Look at it", tried="Everything")
    assert "Эта заявка решена. Сначала откройте её снова." in said


def test_an_empty_reason_is_asked_for_in_the_readers_language(client: FlaskClient, nina: Person) -> None:
    ticket = a_ticket("Scanner folder is empty", assignee=nina)
    db.session.commit()
    said = refusal(client, f"/tickets/{ticket.id}/waiting", whom="client", reason=" ")
    assert "Напишите, чего мы ждём." in said


def test_a_sentence_keeps_its_values_when_it_is_translated(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        with pytest.raises(CalendarError) as zone:
            zone_named("Mars/Olympus")
        with pytest.raises(CalendarError) as holiday:
            Holiday(md=(12, 31), from_min=720, to_min=600)
        assert i18n.told(zone.value) == "Часового пояса «Mars/Olympus» нет."
        assert "с 12:00 до 10:00" in i18n.told(holiday.value)


def test_bad_input_keeps_its_field_and_its_values(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        error = BadInput("%(email)s is not a mail address we can write to.", "address", email="x@")
        assert i18n.told(error) == "x@: на такой адрес мы написать не можем."
        assert (error.field, str(error)) == ("address", "x@ is not a mail address we can write to.")


def test_a_sentence_nobody_translated_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        assert i18n.told(BadInput("Nobody knows this sentence.")) == "Nobody knows this sentence."
        assert i18n.told(BadInput("")) == ""


def test_a_rule_itself_speaks_english(app: Flask) -> None:
    with pytest.raises(RuleViolation, match="Line 1 has nobody to return a ticket to"):
        check_return(State.OPEN, line=1, reason="No data")


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 звонок"), (2, "2 звонка"), (5, "5 звонков"), (11, "11 звонков"), (21, "21 звонок")],
)
def test_counts_take_the_right_form(app: Flask, count: int, words: str) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        assert i18n.ngettext("%(num)d call", "%(num)d calls", count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1080, "18\u00a0мин"), (7800, "2\u00a0ч 10"), (7200, "2\u00a0ч"), (100800, "1\u00a0д 4\u00a0ч")],
)
def test_a_span_does_not_break_before_its_unit(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        assert i18n.duration(seconds) == words


def test_a_new_language_answers_at_once(client: FlaskClient, nina: Person) -> None:
    fields = form(name="Nina Volkova", language="en", zone="Europe/Berlin", theme="auto")
    assert client.post("/profile", data=fields).status_code == 303
    assert "Saved." in client.get("/profile").text


@pytest.mark.parametrize("path", ["/lines/1", "/tickets/mine", "/calls", "/clients", "/notices", "/search"])
def test_a_page_speaks_the_language_of_the_profile(client: FlaskClient, nina: Person, path: str) -> None:
    page = client.get(path).text
    assert '<html lang="ru"' in page
    assert "Новый звонок" in page
