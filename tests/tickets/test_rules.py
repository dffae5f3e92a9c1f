"""What a ticket may be and become, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.errors import RuleViolation
from helpdesk.tickets import rules
from helpdesk.tickets.rules import Ending, HandoverCard, Impact, Priority, State, Urgency, Verb

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
CARD = HandoverCard(symptom="Empty pages", asked="Compare", tried="Test page")
N, P, C, T, R, X = State  # new, open, waiting for client, for third party, resolved, closed

TABLE: dict[Verb, tuple[State | None, ...]] = {  # from new, open, client, third, resolved, closed
    Verb.TAKE: (P, P, C, T, None, None),
    Verb.REPLY: (P, P, C, T, R, X),
    Verb.CLIENT_WRITE: (N, P, P, P, P, P),
    Verb.WAIT_CLIENT: (C, C, None, C, None, None),
    Verb.WAIT_THIRD_PARTY: (T, T, T, None, None, None),
    Verb.RESUME: (None, None, P, P, None, None),
    Verb.ESCALATE: (P, P, P, P, None, None),
    Verb.RETURN: (P, P, P, P, None, None),
    Verb.RESOLVE: (R, R, R, R, None, None),
    Verb.REOPEN: (None, None, None, None, P, P),
    Verb.CLOSE: (None, None, None, None, X, None),
    Verb.DISCARD: (X, X, X, X, X, None),
}
CELLS = [(state, verb, row[at]) for verb, row in TABLE.items() for at, state in enumerate(State)]


@pytest.mark.parametrize(("state", "verb", "after"), [cell for cell in CELLS if cell[2] is not None])
def test_what_a_verb_makes_of_a_state(state: State, verb: Verb, after: State) -> None:
    assert rules.next_state(state, verb) is after


@pytest.mark.parametrize(("state", "verb"), [cell[:2] for cell in CELLS if cell[2] is None])
def test_a_verb_that_does_not_fit_is_refused_in_words(state: State, verb: Verb) -> None:
    with pytest.raises(RuleViolation, match=r"^[A-Z].+\.$"):
        rules.next_state(state, verb)


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [
        (Impact.ONE_PERSON, Urgency.NUISANCE, Priority.P4),
        (Impact.ONE_PERSON, Urgency.STANDSTILL, Priority.P2),
        (Impact.DEPARTMENT, Urgency.DETOUR, Priority.P2),
        (Impact.COMPANY, Urgency.NUISANCE, Priority.P3),
        (Impact.COMPANY, Urgency.STANDSTILL, Priority.P1),
    ],
)
def test_impact_and_urgency_give_the_priority(impact: Impact, urgency: Urgency, priority: Priority) -> None:
    assert rules.priority_of(impact, urgency) is priority


@pytest.mark.parametrize(
    ("line", "to_line", "card", "words"),
    [
        (3, 3, CARD, "last line"),
        (1, 3, CARD, "one line at a time"),
        (1, 2, HandoverCard(symptom="", asked="Compare", tried=" "), "what was tried"),
        (1, 2, HandoverCard(symptom="", asked=" ", tried="Test page"), "what you ask"),
    ],
)
def test_an_escalation_is_refused(line: int, to_line: int, card: HandoverCard, words: str) -> None:
    with pytest.raises(RuleViolation, match=words):
        rules.check_escalation(State.OPEN, line=line, to_line=to_line, card=card)


def test_line_1_returns_to_nobody() -> None:
    with pytest.raises(RuleViolation, match="nobody to return"):
        rules.check_return(State.OPEN, line=1, reason="Answered.")


def test_a_return_needs_a_sentence() -> None:
    with pytest.raises(RuleViolation, match="why the ticket goes back"):
        rules.check_return(State.OPEN, line=2, reason=" ")


def test_waiting_needs_a_name_for_what_is_waited_for() -> None:
    with pytest.raises(RuleViolation, match="what we wait for"):
        rules.check_wait(State.OPEN, Verb.WAIT_CLIENT, reason="", wake_at=None, now=NOW)


def test_nobody_wakes_in_the_past() -> None:
    with pytest.raises(RuleViolation, match="already passed"):
        rules.check_wait(State.OPEN, Verb.WAIT_CLIENT, reason="her list", wake_at=NOW, now=NOW)


def test_becoming_less_urgent_needs_a_reason() -> None:
    with pytest.raises(RuleViolation, match="less urgent"):
        rules.check_priority(State.OPEN, old=Priority.P2, new=Priority.P3, reason="")


def test_becoming_more_urgent_needs_none() -> None:
    rules.check_priority(State.OPEN, old=Priority.P3, new=Priority.P1, reason="")


@pytest.mark.parametrize(
    ("resolved_at", "discarded", "accepted"),
    [
        (None, False, True),
        (NOW - timedelta(days=7, seconds=-1), False, True),
        (NOW - timedelta(days=7), False, False),
        (NOW - timedelta(days=1), True, False),
    ],
)
def test_answers_belong_to_a_resolved_ticket_for_seven_days(
    resolved_at: datetime | None, discarded: bool, accepted: bool
) -> None:
    ending = Ending(resolved_at=resolved_at, discarded=discarded, merged=False)
    assert rules.accepts_answers(ending, NOW) is accepted


@pytest.mark.parametrize(
    ("line", "handovers", "messages", "is_first"),
    [(1, 0, 1, True), (1, 0, 0, True), (2, 0, 1, False), (1, 1, 1, False), (1, 0, 2, False)],
)
def test_what_counts_as_solved_at_first_contact(
    line: int, handovers: int, messages: int, is_first: bool
) -> None:
    found = rules.is_first_contact(line=line, handovers=handovers, client_messages=messages)
    assert found is is_first
