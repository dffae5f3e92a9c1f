"""What follows from the words of a call."""

import pytest

from helpdesk.telephony import rules
from helpdesk.telephony.rules import Tried


@pytest.mark.parametrize(
    ("happened", "subject"),
    [
        ("The screen signs her out. Three colleagues have it too.", "The screen signs her out"),
        ("Does it print? No.", "Does it print?"),
        ("  one line\nanother", "one line"),
        ("", ""),
        ("Version 5.4 is slow. Very.", "Version 5.4 is slow"),
        ("word " * 30, ("word " * 18).rstrip() + "…"),
    ],
)
def test_the_subject_is_the_first_sentence(happened: str, subject: str) -> None:
    assert rules.subject_from(happened) == subject


@pytest.mark.parametrize(
    ("timer", "seconds"), [("161", 161), ("", 0), ("-5", 0), ("abc", 0), ("99999999", 21600), ("²", 0)]
)
def test_the_timer_counts_whole_seconds_and_no_nonsense(timer: str, seconds: int) -> None:
    assert rules.seconds_of(timer) == seconds


def test_ticked_steps_are_added_to_what_was_done_once() -> None:
    tried = [Tried(7, "Sign in again", ("Sign out", "Wait"), is_failed=False)]
    assert rules.done_with_steps("Sign out", tried) == "Sign out\nWait"


def test_what_did_not_help_stands_on_the_card_by_its_title() -> None:
    tried = [Tried(7, "Sign in again", ("Sign out",), is_failed=True)]
    assert rules.tried_of("", tried, "“%s” did not help.") == "Sign out\n“Sign in again” did not help."
