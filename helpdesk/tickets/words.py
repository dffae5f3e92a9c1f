"""What states, kinds, reasons and turns are called, in the reader's language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext, lazy_gettext

from helpdesk.i18n import ngettext
from helpdesk.tickets.rules import (
    DONE_STATES,
    Channel,
    DiscardReason,
    Impact,
    LinkKind,
    Priority,
    ReturnReason,
    State,
    TicketType,
    Urgency,
    WaitReason,
)

Words = Mapping[Any, Any]

STATES: Words = {
    State.NEW: lazy_gettext("New"),
    State.OPEN: lazy_gettext("Open"),
    State.WAITING_CLIENT: lazy_gettext("Waiting for the client"),
    State.WAITING_THIRD_PARTY: lazy_gettext("Waiting for a third party"),
    State.RESOLVED: lazy_gettext("Resolved"),
    State.CLOSED: lazy_gettext("Closed"),
}
LINKS: Words = {  # from the side of the ticket that is looked at: the kind, and whether the link starts there
    (LinkKind.BLOCKS, False): lazy_gettext("Blocked by"),
    (LinkKind.BLOCKS, True): lazy_gettext("Blocks"),
    (LinkKind.DUPLICATE, True): lazy_gettext("Duplicate of"),
    (LinkKind.DUPLICATE, False): lazy_gettext("Has the duplicate"),
    (LinkKind.RELATES, True): lazy_gettext("Relates to"),
    (LinkKind.RELATES, False): lazy_gettext("Relates to"),
    (LinkKind.MENTIONS, True): lazy_gettext("Mentions"),
    (LinkKind.MENTIONS, False): lazy_gettext("Mentioned in"),
}
TYPES: Words = {
    TicketType.INCIDENT: lazy_gettext("Incident"),
    TicketType.REQUEST: lazy_gettext("Request"),
    TicketType.QUESTION: lazy_gettext("Question"),
    TicketType.DEFECT: lazy_gettext("Defect"),
    TicketType.IMPROVEMENT: lazy_gettext("Improvement"),
}
PRIORITIES: Words = {
    Priority.P1: lazy_gettext("P1, critical"),
    Priority.P2: lazy_gettext("P2, high"),
    Priority.P3: lazy_gettext("P3, normal"),
    Priority.P4: lazy_gettext("P4, low"),
}
IMPACTS: Words = {
    Impact.ONE_PERSON: lazy_gettext("One person"),
    Impact.DEPARTMENT: lazy_gettext("A department"),
    Impact.COMPANY: lazy_gettext("The whole company"),
}
URGENCIES: Words = {
    Urgency.NUISANCE: lazy_gettext("It is a nuisance"),
    Urgency.DETOUR: lazy_gettext("Work goes on by a detour"),
    Urgency.STANDSTILL: lazy_gettext("Work stands still"),
}
CHANNELS: Words = {
    Channel.MAIL: lazy_gettext("by mail"),
    Channel.PHONE: lazy_gettext("by phone"),
    Channel.DESK: lazy_gettext("at the desk"),
}
RETURN_REASONS: Words = {
    ReturnReason.ANSWERED: lazy_gettext("Answered"),
    ReturnReason.INFORMATION_MISSING: lazy_gettext("Information missing"),
    ReturnReason.STEPS_NOT_TRIED: lazy_gettext("Steps not tried"),
    ReturnReason.WRONG_LINE: lazy_gettext("Wrong line"),
    ReturnReason.CLIENT_CAN_DO_IT: lazy_gettext("The client can do it"),
    ReturnReason.DUPLICATE: lazy_gettext("Duplicate"),
}
DISCARD_REASONS: Words = {
    DiscardReason.SPAM: lazy_gettext("Spam"),
    DiscardReason.WRONG_NUMBER: lazy_gettext("Wrong number or address"),
    DiscardReason.MACHINE_CHATTER: lazy_gettext("Machine chatter"),
    DiscardReason.TEST: lazy_gettext("A test"),
    DiscardReason.MISTAKE: lazy_gettext("Opened by mistake"),
}
WAIT_REASONS: Words = {
    WaitReason.INFORMATION: lazy_gettext("Information from the client"),
    WaitReason.AGREED_DATE: lazy_gettext("A date agreed with the client"),
    WaitReason.DELIVERY: lazy_gettext("A delivery"),
    WaitReason.VENDOR: lazy_gettext("The vendor's answer"),
    WaitReason.OTHER: lazy_gettext("Something else"),
}


class TurnKind(StrEnum):
    """The silhouette of whose turn it is."""

    NEW = "new"
    US = "us"
    WORK = "work"
    CLIENT = "client"
    THIRD = "third"
    DONE = "done"


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, as a mark and in words."""

    kind: TurnKind
    words: str


def turn_of(
    state: State, line: int, *, is_unanswered: bool, is_answered_once: bool, ours: Collection[int]
) -> Turn:
    """Whose turn it is, seen from the lines in `ours`; empty: seen from nowhere, so every line is ours.

    A ticket that was solved once has had its first answer, even if nobody wrote one.
    """
    if state in DONE_STATES:
        return Turn(TurnKind.DONE, str(STATES[state]))
    if state is State.WAITING_CLIENT:
        return Turn(TurnKind.CLIENT, gettext("Client's turn"))
    if state is State.WAITING_THIRD_PARTY:
        return Turn(TurnKind.THIRD, gettext("Third party's turn"))
    if ours and line not in ours:
        return Turn(TurnKind.WORK, gettext("With line %(line)s", line=line))
    if is_unanswered and not is_answered_once:
        return Turn(TurnKind.NEW, gettext("First answer due"))
    return Turn(TurnKind.US, gettext("Reply due") if is_unanswered else gettext("Investigating"))


def options(words: Words) -> list[tuple[str, str]]:
    """Values and words for a select field."""
    return [(str(value), str(name)) for value, name in words.items()]


NAMED = 3


def first_few(addresses: str, *, left_out: int = 0) -> str:
    """A long list of copies stands beside the conversation; the line names its beginning. Who is `left_out`,
    beyond what one mail may bring along, stands only in the mail.
    """
    named = addresses.split(", ")
    if len(named) > NAMED + 1:
        more, first = len(named) - NAMED, ", ".join(named[:NAMED])
        addresses = ngettext("%(first)s and %(num)s more", "%(first)s and %(num)s more", more, first=first)
    if not left_out:
        return addresses
    return ngettext(
        "%(people)s; %(num)s more, beyond the limit, is named only in the mail",
        "%(people)s; %(num)s more, beyond the limit, are named only in the mail",
        left_out,
        people=addresses,
    )
