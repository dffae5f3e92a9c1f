"""How the plain text of an instruction is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.kb import rules
from helpdesk.kb.rules import Block, BlockKind

BODY = """\
## When it happens
The screen signs out
every few minutes.

1. Ask whether other counters have it too
2) Sign out on every counter,
   wait one minute
- Counter 2 first
- then the others
1. Tell the caller

Done.
"""


def test_a_text_is_read_as_headings_paragraphs_steps_and_points() -> None:
    assert rules.blocks_of(BODY) == (
        Block(BlockKind.HEADING, ("When it happens",)),
        Block(BlockKind.PARAGRAPH, ("The screen signs out every few minutes.",)),
        Block(
            BlockKind.STEPS,
            ("Ask whether other counters have it too", "Sign out on every counter, wait one minute"),
        ),
        Block(BlockKind.POINTS, ("Counter 2 first", "then the others")),
        Block(BlockKind.STEPS, ("Tell the caller",)),
        Block(BlockKind.PARAGRAPH, ("Done.",)),
    )


def test_the_steps_are_counted_through_whatever_stands_between() -> None:
    assert rules.steps_of(BODY) == (
        "Ask whether other counters have it too",
        "Sign out on every counter, wait one minute",
        "Tell the caller",
    )


def test_an_instruction_becomes_an_answer_with_numbers_and_dashes() -> None:
    answer = rules.as_answer("Sign in again", "First:\n\n1. Sign out\n2. Sign in\n\n- slowly")
    assert answer == "Sign in again\n\nFirst:\n\n1. Sign out\n2. Sign in\n\n- slowly"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_and_no_word_is_lost(body: str) -> None:
    read = " ".join(text for block in rules.blocks_of(body) for text in block.texts)
    plain = [word for line in body.splitlines() for word in line.split() if word.isalpha()]
    assert [word for word in read.split() if word.isalpha()] == plain


@pytest.mark.parametrize(
    ("word", "expected"),
    [("печать", "печат"), ("печатает", "печат"), ("printing", "print"), ("printer", "print"), ("vpn", "vpn")],
)
def test_other_forms_of_a_word_share_its_beginning(word: str, expected: str) -> None:
    assert rules.beginning(word) == expected


def test_words_are_taken_once_and_without_signs() -> None:
    assert rules.words_of("Can't print: PRINT 'x' & !y | (z)") == ("cant", "print", "x", "y", "z")


def test_twenty_of_thirty_weighs_more_than_one_of_one() -> None:
    assert rules.Experience(20, 24).weight > rules.Experience(1, 1).weight > rules.Experience(0, 9).weight
