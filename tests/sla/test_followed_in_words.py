"""What a ticket's conversation says when its hours or its policy changed under it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.tickets.timeline import sentence_of
from tests.conftest import NOON

MONDAY, TUESDAY = "2026-03-09T11:00:00+00:00", "2026-03-10T11:00:00+00:00"


@dataclass(frozen=True)
class Told:
    """An event as the conversation reads it."""

    payload: dict[str, Any]
    at: object = NOON
    actor: str = "Sam Ito"
    words: str = ""
    about: str | None = None


@pytest.fixture(autouse=True)
def reader(app: Flask) -> Iterator[None]:
    """Somebody who reads English."""
    with app.test_request_context(), clock.frozen(lambda: NOON):
        yield


def said(kind: str, **payload: object) -> str | None:
    sentence = sentence_of(kind, Told(payload))  # type: ignore[arg-type]
    return sentence.words if sentence else None


def test_the_deadline_before_and_after_is_told() -> None:
    words = said("sla.calendar_changed", retroactive=False, due_before=MONDAY, due_after=TUESDAY)
    assert words == "The working hours changed: due moved from Mar 9, 12:00 to Mar 10, 12:00"


def test_a_change_without_consequence_is_not_told() -> None:
    assert said("sla.calendar_changed", retroactive=False, due_before=MONDAY, due_after=MONDAY) is None
    assert said("sla.calendar_changed", retroactive=False, due_before=None, due_after=None) is None


def test_a_correction_is_told_even_when_nothing_moved() -> None:
    words = said("sla.calendar_changed", retroactive=True, due_before=MONDAY, due_after=MONDAY)
    assert words == "The working hours were corrected, and all time was counted again"


def test_another_policy_is_told_with_what_it_did() -> None:
    assert said("sla.policy_changed", mode="carry", due_before=MONDAY, due_after=MONDAY) == (
        "The SLA policy changed"
    )
    assert said("sla.policy_changed", mode="retroactive", due_before=MONDAY, due_after=None) == (
        "The SLA policy changed, and all time was counted again by it: no deadline any more"
    )
    assert said("sla.policy_changed", mode="carry", due_before=None, due_after=TUESDAY) == (
        "The SLA policy changed: due Mar 10, 12:00 from now on"
    )
