"""What a ticket may be and become: states, verbs, priorities, and who may hand it where. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from helpdesk.errors import N_, RuleViolation
from helpdesk.tickets.clock_use import ClockUse

LEFT_BEHIND = "left in the mailbox: "  # among the signs of a message: a file of a huge mail, and its size


class State(StrEnum):
    """Where a ticket stands. Only the two waiting states can pause a clock."""

    NEW = "new"
    OPEN = "open"
    WAITING_CLIENT = "waiting_client"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"


class TicketType(StrEnum):
    """What kind of thing is asked."""

    INCIDENT = "incident"
    REQUEST = "request"
    QUESTION = "question"
    DEFECT = "defect"
    IMPROVEMENT = "improvement"


class Priority(StrEnum):
    """How urgent against the rest; P1 first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Channel(StrEnum):
    """How something reached the desk or left it."""

    MAIL = "mail"
    PHONE = "phone"
    DESK = "desk"


class Impact(StrEnum):
    """Who is hit."""

    ONE_PERSON = "one_person"
    DEPARTMENT = "department"
    COMPANY = "company"


class Urgency(StrEnum):
    """Can they work."""

    NUISANCE = "nuisance"
    DETOUR = "detour"
    STANDSTILL = "standstill"


class Line(IntEnum):
    """A line of support."""

    FIRST = 1
    SECOND = 2
    THIRD = 3


class MessageKind(StrEnum):
    """Who speaks to whom: the client to us, we to the client, we among ourselves, we to a third party
    behind the client's back, and what the third party answers.
    """

    CLIENT = "client"
    REPLY = "reply"
    NOTE = "note"
    FORWARD = "forward"
    THIRD_PARTY = "third_party"


class Visibility(StrEnum):
    """Set once when a message is written, never changed."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ReturnReason(StrEnum):
    """Why a line gives a ticket back."""

    ANSWERED = "answered"
    INFORMATION_MISSING = "information_missing"
    STEPS_NOT_TRIED = "steps_not_tried"
    WRONG_LINE = "wrong_line"
    CLIENT_CAN_DO_IT = "client_can_do_it"
    DUPLICATE = "duplicate"


class DiscardReason(StrEnum):
    """Why something is no request at all."""

    SPAM = "spam"
    WRONG_NUMBER = "wrong_number"
    MACHINE_CHATTER = "machine_chatter"
    TEST = "test"
    MISTAKE = "mistake"


class LinkKind(StrEnum):
    """What one ticket is to another; each reads in one direction and has its inverse words. Mentions are
    made by the desk itself, from mail that names a ticket without a right to it.
    """

    RELATES = "relates"
    DUPLICATE = "duplicate"
    BLOCKS = "blocks"
    MENTIONS = "mentions"


class WaitReason(StrEnum):
    """What is waited for, in short."""

    INFORMATION = "information"
    AGREED_DATE = "agreed_date"
    DELIVERY = "delivery"
    VENDOR = "vendor"
    OTHER = "other"


class WaitingFor(StrEnum):
    """The states in which a ticket waits, and so for whom."""

    CLIENT = "waiting_client"
    THIRD_PARTY = "waiting_third_party"


class HandoverKind(StrEnum):
    """Which way a ticket went between teams."""

    ESCALATION = "escalation"
    RETURN = "return"
    MOVE = "move"


class Verb(StrEnum):
    """What can be done to a ticket's state."""

    TAKE = "take"
    REPLY = "reply"
    CLIENT_WRITE = "client_write"
    WAIT_CLIENT = "wait_client"
    WAIT_THIRD_PARTY = "wait_third_party"
    RESUME = "resume"
    ESCALATE = "escalate"
    RETURN = "return"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    DISCARD = "discard"


_ACTIVE = (State.NEW, State.OPEN, State.WAITING_CLIENT, State.WAITING_THIRD_PARTY)
_DONE = (State.RESOLVED, State.CLOSED)
_WAITING = (State.WAITING_CLIENT, State.WAITING_THIRD_PARTY)

TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.NEW, Verb.TAKE): State.OPEN,
    **{(s, Verb.TAKE): s for s in (State.OPEN, *_WAITING)},
    (State.NEW, Verb.REPLY): State.OPEN,
    **{(s, Verb.REPLY): s for s in (State.OPEN, *_WAITING, *_DONE)},
    (State.NEW, Verb.CLIENT_WRITE): State.NEW,
    (State.OPEN, Verb.CLIENT_WRITE): State.OPEN,
    **{(s, Verb.CLIENT_WRITE): State.OPEN for s in (*_WAITING, *_DONE)},
    **{(s, Verb.WAIT_CLIENT): State.WAITING_CLIENT for s in _ACTIVE if s is not State.WAITING_CLIENT},
    **{
        (s, Verb.WAIT_THIRD_PARTY): State.WAITING_THIRD_PARTY
        for s in _ACTIVE
        if s is not State.WAITING_THIRD_PARTY
    },
    **{(s, Verb.RESUME): State.OPEN for s in _WAITING},
    **{(s, Verb.ESCALATE): State.OPEN for s in _ACTIVE},
    **{(s, Verb.RETURN): State.OPEN for s in _ACTIVE},
    **{(s, Verb.RESOLVE): State.RESOLVED for s in _ACTIVE},
    **{(s, Verb.REOPEN): State.OPEN for s in _DONE},
    (State.RESOLVED, Verb.CLOSE): State.CLOSED,
    **{(s, Verb.DISCARD): State.CLOSED for s in (*_ACTIVE, State.RESOLVED)},
}

OPEN_STATES = frozenset(_ACTIVE)
WAITING_STATES = frozenset(_WAITING)
DONE_STATES = frozenset(_DONE)

_PRIORITIES: dict[tuple[Impact, Urgency], Priority] = {
    (Impact.ONE_PERSON, Urgency.NUISANCE): Priority.P4,
    (Impact.ONE_PERSON, Urgency.DETOUR): Priority.P3,
    (Impact.ONE_PERSON, Urgency.STANDSTILL): Priority.P2,
    (Impact.DEPARTMENT, Urgency.NUISANCE): Priority.P3,
    (Impact.DEPARTMENT, Urgency.DETOUR): Priority.P2,
    (Impact.DEPARTMENT, Urgency.STANDSTILL): Priority.P1,
    (Impact.COMPANY, Urgency.NUISANCE): Priority.P3,
    (Impact.COMPANY, Urgency.DETOUR): Priority.P1,
    (Impact.COMPANY, Urgency.STANDSTILL): Priority.P1,
}


def priority_of(impact: Impact, urgency: Urgency) -> Priority:
    """The priority of the 3x3 table of impact and urgency (ITIL's impact x urgency matrix)."""
    return _PRIORITIES[impact, urgency]


_NOT_FROM: dict[State, str] = {
    State.NEW: N_("This ticket is new: nobody has started on it."),
    State.OPEN: N_("This ticket is open and being worked on."),
    State.WAITING_CLIENT: N_("This ticket already waits for the client."),
    State.WAITING_THIRD_PARTY: N_("This ticket already waits for a third party."),
    State.RESOLVED: N_("This ticket is resolved. Reopen it first."),
    State.CLOSED: N_("This ticket is closed. Reopen it first."),
}


def next_state(state: State, verb: Verb) -> State:
    """The state after `verb`. Raises RuleViolation in words when that is not possible from here."""
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise RuleViolation(_NOT_FROM[state]) from None


@dataclass(frozen=True, kw_only=True)
class HandoverCard:
    """What the next line needs to go on without asking. Texts are plain; `configuration` may be empty."""

    symptom: str
    asked: str
    tried: str
    configuration: str = ""


def check_escalation(state: State, *, line: int, to_line: int, card: HandoverCard) -> None:
    """Refuse to hand up a finished ticket, to skip downwards, beyond line 3, or with an empty card."""
    next_state(state, Verb.ESCALATE)
    if line >= Line.THIRD:
        raise RuleViolation("Line 3 is the last line: return the ticket or solve it there.")
    if to_line != line + 1:
        raise RuleViolation("A ticket goes up one line at a time.")
    if not card.tried.strip():
        raise RuleViolation("Say what was tried, so that the next line does not begin at the beginning.")
    if not card.asked.strip():
        raise RuleViolation("Say what you ask of the next line.")


def check_return(state: State, *, line: int, reason: str) -> None:
    """Refuse to return a finished ticket, one on line 1, or without words."""
    next_state(state, Verb.RETURN)
    if line <= Line.FIRST:
        raise RuleViolation("Line 1 has nobody to return a ticket to.")
    if not reason.strip():
        raise RuleViolation("Say in a sentence why the ticket goes back.")


def check_resolution(state: State, *, note: str, client_known: bool) -> None:
    """Refuse to resolve without a resolution note or while nobody has said who the client is."""
    next_state(state, Verb.RESOLVE)
    if not client_known:
        raise RuleViolation("Say who the client is first: this ticket belongs to nobody yet.")
    if not note.strip():
        raise RuleViolation("Write in a sentence what solved it.")


LONGEST_WAIT = timedelta(days=30)  # of one waiting, where nobody said until when


def check_wait(state: State, verb: Verb, *, reason: str, wake_at: datetime | None, now: datetime) -> None:
    """Refuse to let a finished ticket wait, to wait for nothing that has a name, or until the past."""
    next_state(state, verb)
    if not reason.strip():
        raise RuleViolation("Say what we wait for.")
    if wake_at is not None and wake_at <= now:
        raise RuleViolation("The moment to look again has already passed.")


def check_priority(
    state: State, *, old: Priority, new: Priority, reason: str, use: ClockUse | None = None
) -> None:
    """Refuse to change a finished ticket, to change nothing, and to lower a priority without a word while a
    clock is nearly used up or missed; `use` None: nobody knows, so a word is needed.
    """
    check_unfinished(state)
    if new == old:
        raise RuleViolation("This ticket already has that priority.")
    if new > old and not reason.strip() and (use is None or use.is_pressed):
        raise RuleViolation("Say why this has become less urgent.")


def check_unfinished(state: State) -> None:
    """Refuse to change what is already resolved or closed."""
    if state not in OPEN_STATES:
        raise RuleViolation(_NOT_FROM[state])


def check_reply(*, text: str, answers_client: bool, has_recipient: bool) -> None:
    """Refuse an empty answer, one by a line that does not speak to clients, and one that would reach
    nobody.
    """
    if not text.strip():
        raise RuleViolation("Write something first.")
    if not answers_client:
        raise RuleViolation("Your line does not answer clients itself: write a note, or return the ticket.")
    if not has_recipient:
        raise RuleViolation("This client has no mail address: call back, or write a note.")


def check_assignment(state: State, *, is_member: bool) -> None:
    """Refuse to give a finished ticket away, or to somebody outside the team that holds it."""
    next_state(state, Verb.TAKE)
    if not is_member:
        raise RuleViolation("Only somebody of the team that holds a ticket can work on it. Move it first.")


def check_move(state: State, *, team_id: int, to_team_id: int, reason: str) -> None:
    """Refuse to move a finished ticket, to where it already is, or without a word."""
    next_state(state, Verb.ESCALATE)
    if team_id == to_team_id:
        raise RuleViolation("This ticket is already with that team.")
    if not reason.strip():
        raise RuleViolation("Say in a sentence why the ticket moves.")


@dataclass(frozen=True, kw_only=True)
class MergeSide:
    """What counts of a ticket when two are to become one; `carries` says that doubles end in it already."""

    state: State
    company_id: int
    contact_id: int
    company_is_known: bool
    is_merged: bool
    carries: bool


def check_merge(double: MergeSide, into: MergeSide) -> None:
    """Refuse to merge what is no double: another firm's, finished, or part of a chain."""
    if double.is_merged or into.is_merged:
        raise RuleViolation("One of them was merged already: go on where it went.")
    if double.carries:
        raise RuleViolation("Another ticket was merged into this one, so it has to stay. Swap the two.")
    same = double.company_id == into.company_id and double.company_is_known
    if not same and double.contact_id != into.contact_id:
        raise RuleViolation(
            "They belong to different clients. If both are the same client, say so on one of them first."
        )
    if double.state is State.CLOSED:
        raise RuleViolation("A closed ticket needs no merging: link the two instead.")
    if into.state not in OPEN_STATES:
        raise RuleViolation("The ticket that stays is finished: open it again first, or swap the two.")


def check_not_merged(*, is_merged: bool) -> None:
    """Refuse to go on with a double: everything happens on the ticket that it was merged into."""
    if is_merged:
        raise RuleViolation("This ticket was merged into another one: go on there.")


REOPEN_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a ticket ended; `resolved_at` is None while it has not."""

    resolved_at: datetime | None
    discarded: bool
    merged: bool


def accepts_answers(ending: Ending, now: datetime) -> bool:
    """Whether what the client writes belongs on this ticket; if not, it opens one that follows it.

    An unfinished ticket always does, a resolved or closed one for seven days after it was resolved.
    """
    if ending.resolved_at is None:
        return True
    in_time = now < ending.resolved_at + timedelta(days=REOPEN_DAYS)
    return in_time and not ending.discarded and not ending.merged


def is_first_contact(*, line: int, handovers: int, client_messages: int) -> bool:
    """First-contact solution: by line 1, without a hand-over, before a second message of the client."""
    return line == Line.FIRST and handovers == 0 and client_messages <= 1
