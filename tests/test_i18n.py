"""Times, spans and numbers as a viewer reads them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale, refresh

from helpdesk import i18n, web
from tests.conftest import NOON


@pytest.fixture
def english(app: Flask, now: datetime) -> None:
    """Marks that the words below are English; the request comes with each test."""


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=18, seconds=59), "18 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=10), "2 h 10"),
        (timedelta(hours=2, minutes=5), "2 h 05"),
        (timedelta(days=1, hours=4, minutes=59), "1 d 4 h"),
        (timedelta(days=3), "3 d"),
        (-timedelta(minutes=35), "35 min"),
        (5400, "1 h 30"),
    ],
)
def test_a_span_has_two_units_at_most_rounded_down(
    app: Flask, english: None, span: timedelta | int, words: str
) -> None:
    with app.test_request_context("/"):
        assert i18n.duration(span) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (59, "under 1 min"),
        (-3600, "1 h"),
        (23 * 3600, "23 h"),
        (24 * 3600, "24 h"),
        (27 * 3600 + 300, "27 h 05"),
        (1000 * 3600, "1000 h"),
    ],
)
def test_open_hours_are_never_days(app: Flask, english: None, seconds: int, words: str) -> None:
    with app.test_request_context("/"):
        assert i18n.open_hours(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "day_s", "words"),
    [
        (24 * 3600, 8 * 3600, "3 working days (24 h)"),
        (8 * 3600, 8 * 3600, "8 h"),
        (25 * 3600, 8 * 3600, "25 h"),
        (72 * 3600, 86_400, "3 days (72 h)"),
    ],
)
def test_days_of_a_target_are_the_calendars_own(
    app: Flask, english: None, seconds: int, day_s: int, words: str
) -> None:
    with app.test_request_context("/"):
        assert i18n.working_days(seconds, day_s) == words


def test_a_number_stays_with_its_unit() -> None:
    kept = i18n.unbroken("the 2 h 10 of Nov 22, 14:05 and 18 min, 3 ч 05")
    assert kept.replace("\N{NO-BREAK SPACE}", "_") == "the 2_h_10 of Nov 22, 14:05 and 18_min, 3_ч_05"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON, "today 12:00"),
        (NOON - timedelta(days=1), "yesterday 12:00"),
        (datetime(2026, 2, 28, 22, 30, tzinfo=UTC), "Feb 28, 23:30"),
        (datetime(2026, 2, 28, 23, 30, tzinfo=UTC), "Mar 1, 00:30"),
        (datetime(2025, 12, 31, 22, 0, tzinfo=UTC), "Dec 31, 2025, 23:00"),
    ],
)
def test_a_moment_is_told_in_the_viewers_zone(app: Flask, english: None, at: datetime, words: str) -> None:
    with app.test_request_context("/"):
        assert i18n.moment(at) == words


def test_an_age_is_counted_from_now(app: Flask, english: None) -> None:
    with app.test_request_context("/"):
        assert i18n.age(NOON - timedelta(minutes=75)) == "1 h 15"


def test_numbers_follow_the_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert (i18n.number(12345.5), i18n.percent(0.934), i18n.percent(0.934, 1)) == (
            "12,345.5",
            "93%",
            "93.4%",
        )
        with force_locale("ru"):
            assert i18n.number(12345.5) == "12\u00a0345,5"
            assert i18n.percent(0.934) == "93\u00a0%"
        refresh()


def test_nothing_has_no_percent(app: Flask) -> None:
    with app.test_request_context("/"):
        assert i18n.percent(None) == "–"


def test_a_browser_without_our_languages_gets_the_default(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "fr-FR"}):
        assert i18n.browser_language("ru") == "ru"


def test_after_a_form_a_page_is_loaded_anew(app: Flask) -> None:
    with app.test_request_context("/"):
        answer = web.see_other("/tickets/1042")
        assert (answer.status_code, answer.location) == (303, "/tickets/1042")


def test_after_a_form_a_script_is_told_where_to_go(app: Flask) -> None:
    with app.test_request_context("/", headers={"HX-Request": "true"}):
        answer = web.see_other("/tickets/1042")
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/tickets/1042")
