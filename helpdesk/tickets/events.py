"""Everything that can happen to a ticket, in the past tense."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from helpdesk.events import TicketEvent
from helpdesk.tickets.rules import (
    Channel,
    DiscardReason,
    Priority,
    ReturnReason,
    State,
    TicketType,
    WaitReason,
)


@dataclass(frozen=True, kw_only=True)
class TicketFact(TicketEvent):
    """What every event of a ticket adds: `state` is where the ticket stands after it."""

    state: State


@dataclass(frozen=True, kw_only=True)
class TicketOpened(TicketFact):
    """A request began; `message_id` is its first message, None for an empty one.

    `live`: a person answered at once (a call), so the first answer is given. `by_machine`: an automatic
    sender, owed no answer. `found_at`: when a call of the past was entered, or a mail taken in
    that had lain in its mailbox; None: as it happened.
    """

    kind: ClassVar[str] = "ticket.opened"
    channel: Channel
    type: TicketType
    priority: Priority
    line: int
    team_id: int
    assignee_id: int | None
    contact_id: int
    company_id: int
    message_id: int | None
    by_machine: bool
    live: bool
    found_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ClientWrote(TicketFact):
    """The client said something more; `old` is the state before (a waiting ticket becomes open). With
    `is_machine` it moves nothing, with `is_silent` nobody is told of it either. `found_at`: when a mail was
    taken in that had lain in its mailbox, None: as it came.
    """

    kind: ClassVar[str] = "ticket.client_wrote"
    message_id: int
    is_machine: bool
    old: State
    is_silent: bool = False
    found_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AgentReplied(TicketFact):
    """A person of the desk answered the client; `line` is the one the ticket is on, `first` the first
    answer ever. `made_owner`: he answers for the ticket towards the client since then.
    """

    kind: ClassVar[str] = "ticket.agent_replied"
    message_id: int
    line: int
    first: bool
    made_owner: bool = False


@dataclass(frozen=True, kw_only=True)
class ReplyWithdrawn(TicketFact):
    """An answer was taken back before it left. `voids_id` is the event of that answer; `voided` are the
    places in the ticket's history that no longer count: the answer and what its second button did.
    """

    kind: ClassVar[str] = "ticket.reply_withdrawn"
    message_id: int
    voids_id: int
    voided: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TicketForwarded(TicketFact):
    """Somebody outside was asked about it; the client does not know."""

    kind: ClassVar[str] = "ticket.forwarded"
    message_id: int


@dataclass(frozen=True, kw_only=True)
class ThirdPartyWrote(TicketFact):
    """Whoever was asked answered; the client does not know."""

    kind: ClassVar[str] = "ticket.third_party_wrote"
    message_id: int
    is_machine: bool
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class MailSentAgain(TicketFact):
    """A person let a mail that did not reach everybody go out once more, the very same one."""

    kind: ClassVar[str] = "ticket.mail_sent_again"
    message_id: int
    outbox_id: int
    recipients: int


@dataclass(frozen=True, kw_only=True)
class NoteAdded(TicketFact):
    """Something was written that the client never sees."""

    kind: ClassVar[str] = "ticket.note_added"
    message_id: int


@dataclass(frozen=True, kw_only=True)
class TicketTaken(TicketFact):
    """Somebody began to work on it himself."""

    kind: ClassVar[str] = "ticket.taken"
    assignee_id: int
    previous_id: int | None


@dataclass(frozen=True, kw_only=True)
class TicketAssigned(TicketFact):
    """It was given to a person of the team; None: to nobody."""

    kind: ClassVar[str] = "ticket.assigned"
    assignee_id: int | None
    previous_id: int | None


@dataclass(frozen=True, kw_only=True)
class OwnerChanged(TicketFact):
    """Somebody else answers for it towards the client; None: the team as a whole."""

    kind: ClassVar[str] = "ticket.owner_changed"
    person_id: int | None
    previous_id: int | None


@dataclass(frozen=True, kw_only=True)
class HandedOver(TicketFact):
    """What escalations, returns and moves share. `held_s`: seconds of real time at the giving team."""

    from_line: int
    from_team_id: int
    to_line: int
    to_team_id: int
    assignee_id: int | None
    previous_assignee_id: int | None
    held_s: int


@dataclass(frozen=True, kw_only=True)
class TicketEscalated(HandedOver):
    """It went up one line with a card."""

    kind: ClassVar[str] = "ticket.escalated"


@dataclass(frozen=True, kw_only=True)
class TicketReturned(HandedOver):
    """It went back to where it came from, for a reason."""

    kind: ClassVar[str] = "ticket.returned"
    reason_code: ReturnReason


@dataclass(frozen=True, kw_only=True)
class TicketMoved(HandedOver):
    """It went to another team without card or blame."""

    kind: ClassVar[str] = "ticket.moved"


@dataclass(frozen=True, kw_only=True)
class PriorityChanged(TicketFact):
    """It became more or less urgent. `used_percent` and `breached` say how far the client's clocks were; None
    where nobody looked.
    """

    kind: ClassVar[str] = "ticket.priority_changed"
    old: Priority
    new: Priority
    used_percent: int | None = None
    breached: bool | None = None


@dataclass(frozen=True, kw_only=True)
class TypeChanged(TicketFact):
    """It turned out to be another kind of thing."""

    kind: ClassVar[str] = "ticket.type_changed"
    old: TicketType
    new: TicketType


@dataclass(frozen=True, kw_only=True)
class PropertiesChanged(TicketFact):
    """Subject or tags were put right; `names` says which, never the words."""

    kind: ClassVar[str] = "ticket.properties_changed"
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StateChanged(TicketFact):
    """It began to wait, or went on. `wake_at` is when waiting ends by itself, `about` what is waited for;
    both None when it went on. `since`: when the waiting began that ended here; `by_date`: its date came, and
    the desk noticed at `found_at` (None: as it happened); `in_vain`: the question reached nobody.
    """

    kind: ClassVar[str] = "ticket.state_changed"
    old: State
    new: State
    wake_at: datetime | None
    about: WaitReason | None = None
    since: datetime | None = None
    by_date: bool = False
    in_vain: bool = False
    found_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TicketResolved(TicketFact):
    """It was solved; `first_contact`: by line 1 before a second message of the client, `in_call`: while he
    was there; `found_at` when that was entered, None: as it happened.
    """

    kind: ClassVar[str] = "ticket.resolved"
    first_contact: bool
    in_call: bool
    found_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TicketReopened(TicketFact):
    """It came back to life; `by_client`: by his answer."""

    kind: ClassVar[str] = "ticket.reopened"
    by_client: bool
    old: State


@dataclass(frozen=True, kw_only=True)
class TicketClosed(TicketFact):
    """Nobody came back to it in time, or a person put it away."""

    kind: ClassVar[str] = "ticket.closed"


@dataclass(frozen=True, kw_only=True)
class TicketDiscarded(TicketFact):
    """It was no request at all. `old`, `wake_at`, `owed_since` are what bringing it back gives it again."""

    kind: ClassVar[str] = "ticket.discarded"
    reason: DiscardReason
    old: State
    wake_at: datetime | None
    owed_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class TicketRestored(TicketFact):
    """It was a request after all. `voids_id` is the event that threw it away, `undoes` its place there."""

    kind: ClassVar[str] = "ticket.restored"
    voids_id: int
    undoes: int


@dataclass(frozen=True, kw_only=True)
class ClientIdentified(TicketFact):
    """Somebody said who the client is."""

    kind: ClassVar[str] = "ticket.client_identified"
    old_contact_id: int
    new_contact_id: int
    old_company_id: int
    new_company_id: int


@dataclass(frozen=True, kw_only=True)
class CallJoined(TicketFact):
    """A call turned out to be about it; whoever took the call takes part from now on.

    One that was entered later than it took place says when (`found_at`), which words the client spoke in it
    (`message_id`), and whether it ended a waiting that had begun before (`old`).
    """

    kind: ClassVar[str] = "ticket.call_joined"
    call_id: int
    found_at: datetime | None = None
    message_id: int | None = None
    old: State | None = None


@dataclass(frozen=True, kw_only=True)
class ArticleLinked(TicketFact):
    """An instruction was used on it."""

    kind: ClassVar[str] = "ticket.article_linked"
    article_id: int


@dataclass(frozen=True, kw_only=True)
class ArticleSolved(TicketFact):
    """An instruction solved it, or (`solved` false) did not help."""

    kind: ClassVar[str] = "ticket.article_solved"
    article_id: int
    solved: bool


@dataclass(frozen=True, kw_only=True)
class PersonMentioned(TicketFact):
    """A note named a person; `widens`: from then on he reads a ticket that he did not see before."""

    kind: ClassVar[str] = "ticket.person_mentioned"
    note_id: int
    person_id: int
    widens: bool


TICKET_EVENTS: tuple[type[TicketFact], ...] = (
    TicketOpened,
    ClientWrote,
    AgentReplied,
    ReplyWithdrawn,
    NoteAdded,
    TicketTaken,
    TicketAssigned,
    OwnerChanged,
    TicketEscalated,
    TicketReturned,
    TicketMoved,
    PriorityChanged,
    TypeChanged,
    PropertiesChanged,
    StateChanged,
    TicketResolved,
    TicketReopened,
    TicketClosed,
    TicketDiscarded,
    TicketRestored,
    ClientIdentified,
    CallJoined,
    ArticleLinked,
    ArticleSolved,
)
