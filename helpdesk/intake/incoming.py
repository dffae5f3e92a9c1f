"""What comes in, as one frozen value that every channel fills, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.mail.kinds import MailKind
from helpdesk.tickets.rules import Channel, Impact, Priority, TicketType, Urgency


class SenderCheck(StrEnum):
    """Whether our own mail server confirmed the sender's domain; none: it was silent, or is not named."""

    PASS = "pass"  # noqa: S105  a word of RFC 8601
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who says he sent it; nothing here is verified. All empty: nobody knows."""

    email: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Body:
    """The words. `html` is raw; `reply_until` is the length of the new words in `text`, None: all of it.

    `other_text`: the words of the HTML where they are others. `remarks`: what a reader is told above them.
    """

    text: str
    html: str | None = None
    reply_until: int | None = None
    other_text: str = ""
    remarks: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class IncomingFile:
    """A file that came along; with a `content_id` and `inline` the HTML shows it in place."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """One reason to think that this belongs to a ticket, as the door found it.

    A signed one was made by us and cannot be guessed; an unsigned one counts only for somebody on the ticket.
    `message_id` is what it answers, None where that is not known.
    """

    ticket_id: int
    code: str
    is_signed: bool
    message_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Behalf:
    """A mail that was passed on to us, as it is inside of what came.

    `sender` wrote it, without an address when that cannot be told; `body` are his words, `files` came with
    them. `comment` is what whoever passed it on says to us. `is_sure`: there is no doubt where it begins and
    who wrote it.
    """

    sender: Sender
    subject: str
    body: Body
    comment: str = ""
    files: tuple[IncomingFile, ...] = ()
    is_sure: bool = False


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What whoever brings it in has already decided; None leaves it to rules and defaults.

    `team_id` was chosen by a person and stands; `default_team_id` is the mailbox's and yields to a rule.
    `assignee_id` keeps it from the start, `live`: somebody of the desk is talking to the client right now, or
    was at `began_at` and enters it later. Of a mail `began_at` says when it reached its mailbox, where it lay
    there for a while.
    """

    contact_id: int | None = None
    type: TicketType | None = None
    priority: Priority | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    team_id: int | None = None
    default_team_id: int | None = None
    assignee_id: int | None = None
    mailbox_id: int | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    live: bool = False
    began_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One thing that a person or a machine sent us.

    `answers` are the pointers to tickets, strongest first. `evidence` says what kind of thing this is.
    `named` are the people beside us in Cc, who may want to read along. `check` says whether the sender is
    proved; `reply_to` is where he wants his answer, empty: where he wrote from. `behalf` is a mail of
    somebody else inside it. `is_aside`: none of our addresses stood in To or Cc.
    `mailboxes` are those of ours that it names as where it goes.
    `inbound_mail_id` or `call_id` is the row it came from, by which a second time is noticed.
    """

    channel: Channel
    sender: Sender
    subject: str
    body: Body
    received_at: datetime
    answers: tuple[Pointer, ...] = ()
    attachments: tuple[IncomingFile, ...] = ()
    wishes: Wishes = Wishes()
    mailboxes: tuple[int, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    named: tuple[Sender, ...] = ()
    reply_to: tuple[str, ...] = ()
    check: SenderCheck = SenderCheck.NONE
    behalf: Behalf | None = None
    is_aside: bool = False
    is_machine: bool = False
    is_away_note: bool = False
    mail_kind: MailKind | None = None
    evidence: tuple[str, ...] = ()
    inbound_mail_id: int | None = None
    call_id: int | None = None


FOLLOWS = "follows"  # why a ticket was opened: it goes on with one that takes no answers any more


class Outcome(StrEnum):
    """What became of it."""

    OPENED = "opened"
    JOINED = "joined"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of it and why, as a code. Both ids are None for what was ignored."""

    outcome: Outcome
    because: str
    ticket_id: int | None = None
    message_id: int | None = None
