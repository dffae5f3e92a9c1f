"""When a job of the worker runs again by itself: at the moment its next thing is due."""

import math
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from helpdesk.worker import LEAST_SECONDS, Job, Turn


def away() -> float | None:
    raise OperationalError("select", {}, Exception("the database is away"))


def turn_of(app: Flask, ahead: Callable[[], float | None] | None) -> Turn:
    turn = Turn(app, Job("tidy", lambda: None, every=60, seconds_to_next=ahead))
    turn.run()
    return turn


def is_due_in(app: Flask, ahead: float, seconds: float) -> bool:
    """Whether a job whose next thing is so far ahead comes round after that many seconds."""
    before = time.monotonic()
    turn = turn_of(app, lambda: ahead)
    return before + seconds <= turn._due_at <= time.monotonic() + seconds


def test_a_job_sleeps_no_longer_than_until_its_next_thing(
    app: Flask, session: scoped_session[Session]
) -> None:
    assert is_due_in(app, 3000.0, seconds=3000.0)
    assert not turn_of(app, lambda: 3000.0).is_due()


def test_what_is_overdue_and_cannot_be_done_is_tried_once_a_second(
    app: Flask, session: scoped_session[Session]
) -> None:
    assert is_due_in(app, -500.0, seconds=LEAST_SECONDS)


@pytest.mark.parametrize("ahead", [None, lambda: None, away])
def test_without_a_plan_only_the_interval_counts(
    app: Flask, session: scoped_session[Session], ahead: Callable[[], float | None] | None
) -> None:
    assert turn_of(app, ahead).wait() == math.inf


def test_what_is_due_is_started_by_one_only(app: Flask, session: scoped_session[Session]) -> None:
    turn = turn_of(app, lambda: 30.0)
    turn._due_at = 0.0
    assert (turn.is_due(), turn.is_due()) == (True, False)
