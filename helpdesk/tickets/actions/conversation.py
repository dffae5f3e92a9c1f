"""What is said on a ticket: the client's words, our answers, and notes among ourselves."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.db import db
from helpdesk.errors import RuleViolation, StaleChange
from helpdesk.events import publish
from helpdesk.mail.kinds import MailKind
from helpdesk.rich.cleaning import clean
from helpdesk.tickets import rules
from helpdesk.tickets.actions import state as states
from helpdesk.tickets.actions.habits import mark_repeated_pictures
from helpdesk.tickets.actions.holders import become_owner, seats_of
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.events import AgentReplied, ClientWrote, NoteAdded
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.queries.addresses import ANSWER_TO, WRITTEN_FROM, answer_address
from helpdesk.tickets.rules import Channel, Line, MessageKind, Verb, Visibility

PREVIEW_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file of a message; its bytes are already the blob of that SHA-256."""

    sha256: str
    name: str
    content_type: str
    size: int
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, kw_only=True)
class ClientMessage:
    """What a client said, in `text`; `html` is raw and cleaned only at display.

    `author_id` is the contact's person. `reply_until` is the length of the new words in `text`, None: all
    of it.
    `written_from` is the address he used, None on the phone; `reply_to` is where he wants his answer instead.
    `evidence` says why it is on this ticket, as codes. A third party is somebody whom we asked behind the
    client's back: his words stay inside. With `moves_nothing` they belong here, but change nothing. The desk
    learnt of them at `found_at`, None: as they were said.
    """

    author_id: int
    text: str
    channel: Channel
    subject: str = ""
    html: str | None = None
    reply_until: int | None = None
    other_text: str = ""
    remarks: tuple[Mapping[str, str], ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    written_from: str | None = None
    is_machine: bool = False
    is_unverified: bool = False
    is_third_party: bool = False
    is_note: bool = False
    moves_nothing: bool = False
    found_at: datetime | None = None
    mail_kind: MailKind | None = None
    evidence: tuple[str, ...] = ()
    inbound_mail_id: int | None = None
    call_id: int | None = None
    files: tuple[NewFile, ...] = ()
    public_id: uuid.UUID | None = None

    @property
    def is_quiet(self) -> bool:
        """Neither a machine's words nor those of somebody who is not on the ticket move anything."""
        is_stray = self.is_unverified or self.is_third_party or self.is_note
        return self.is_machine or is_stray or self.moves_nothing

    @property
    def is_silent(self) -> bool:
        """Nobody needs to be told: a note of absence, an alert that was told of before, a mere thank you."""
        return self.moves_nothing or self.mail_kind is MailKind.AWAY


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A public answer. `to` and `cc` are mail addresses; no `to` means the contact's own address. `html` is
    the form of the words, None: they have none.
    """

    text: str
    html: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    files: tuple[NewFile, ...] = ()


def accepts_answers(ticket: Ticket, now: datetime) -> bool:
    """Whether what the client writes now belongs here; if not, open one with `follows_id`."""
    ending = rules.Ending(
        resolved_at=ticket.resolved_at,
        discarded=ticket.discarded_at is not None,
        merged=ticket.merged_into_id is not None,
    )
    return rules.accepts_answers(ending, now)


def add_client_message(ticket: Ticket, words: ClientMessage, *, by: int, now: datetime) -> Message:
    """Add what the client said; a person's words end waiting and reopen a finished ticket, a machine's do
    nothing.

    Raises RuleViolation when the ticket no longer takes answers (see accepts_answers).
    """
    if not accepts_answers(ticket, now) and not words.moves_nothing:
        raise RuleViolation("This ticket is closed for good: what the client writes now opens another one.")
    old = ticket.state
    message = keep_client_message(ticket, words, now=now)
    if not words.is_quiet and old in rules.OPEN_STATES:
        ticket.state = rules.next_state(old, Verb.CLIENT_WRITE)
        ticket.wake_at = None
    publish(
        ClientWrote(
            **stamp(ticket, by, now),
            message_id=message.id,
            is_machine=words.is_quiet,
            is_silent=words.is_silent,
            old=old,
            found_at=words.found_at,
        )
    )
    if not words.is_quiet and old not in rules.OPEN_STATES:
        states.reopen(ticket, by_client=True, by=by, now=now)
    return message


def keep_client_message(ticket: Ticket, words: ClientMessage, *, now: datetime) -> Message:
    """Write the row and what the ticket remembers of it; part of a verb, so without an event."""
    is_away = words.mail_kind is MailKind.AWAY
    is_inside = words.is_unverified or words.is_third_party or words.is_note or is_away
    message = Message(
        ticket_id=ticket.id,
        public_id=words.public_id or uuid.uuid4(),
        author_id=words.author_id,
        kind=_kind_of(words),
        visibility=Visibility.INTERNAL if is_inside else Visibility.PUBLIC,
        channel=words.channel,
        subject=words.subject,
        text=words.text,
        html=words.html,
        has_html=bool(words.html),
        reply_until=words.reply_until,
        other_text=words.other_text,
        remarks=[dict(one) for one in words.remarks],
        recipients=_people_of(words),
        is_machine=words.is_machine,
        is_unverified=words.is_unverified,
        mail_kind=words.mail_kind,
        evidence=list(words.evidence),
        inbound_mail_id=words.inbound_mail_id,
        call_id=words.call_id,
        created_at=now,
    )
    keep_message(ticket, message, words.files)
    if any(file.content_type.startswith("image/") for file in words.files):
        mark_repeated_pictures(message)
    if not words.is_quiet:
        ticket.client_message_count += 1
        ticket.unanswered_since = ticket.unanswered_since or now
        ticket.preview = preview_of(words.text[: words.reply_until])
    return message


def _kind_of(words: ClientMessage) -> MessageKind:
    if words.is_note:
        return MessageKind.NOTE
    return MessageKind.THIRD_PARTY if words.is_third_party else MessageKind.CLIENT


def _people_of(words: ClientMessage) -> dict[str, Any]:
    people: dict[str, Any] = {"to": list(words.to), "cc": list(words.cc)}
    if words.written_from:
        people[WRITTEN_FROM] = words.written_from
    if words.reply_to:
        people[ANSWER_TO] = list(words.reply_to)
    return people


def preview_of(text: str) -> str:
    """The first words in one line, for lists."""
    return " ".join(text.split())[:PREVIEW_LENGTH]


def reply(ticket: Ticket, answer: Reply, *, by: int, now: datetime) -> Message:
    """Answer the client in public: a new ticket becomes open, and nobody waits for our answer any more.

    The first person of line 1 who answers becomes the owner towards the client.
    """
    rules.check_not_merged(is_merged=ticket.merged_into_id is not None)
    seats = seats_of(by)
    to = answer.to or _own_address(ticket)
    rules.check_reply(
        text=answer.text,
        answers_client=any(seat.answers_client for seat in seats),
        has_recipient=bool(to),
    )
    ticket.state = rules.next_state(ticket.state, Verb.REPLY)
    message = our_message(ticket, answer.text, MessageKind.REPLY, by=by, now=now, html=answer.html)
    message.recipients = {"to": list(to), "cc": list(answer.cc)}
    keep_message(ticket, message, answer.files)
    owner_before = ticket.owner_id
    if any(seat.line == Line.FIRST for seat in seats):
        become_owner(ticket, by)
    first = ticket.first_answered_at is None
    ticket.first_answered_at, ticket.unanswered_since = ticket.first_answered_at or now, None
    publish(
        AgentReplied(
            **stamp(ticket, by, now),
            message_id=message.id,
            line=ticket.line,
            first=first,
            made_owner=ticket.owner_id != owner_before,
        )
    )
    return message


def add_note(
    ticket: Ticket,
    text: str,
    *,
    by: int,
    now: datetime,
    html: str | None = None,
    files: tuple[NewFile, ...] = (),
) -> Message:
    """Write something that the client never sees; changes no state and stops no clock."""
    if not text.strip():
        raise RuleViolation("Write something first.")
    message = our_message(ticket, text, MessageKind.NOTE, by=by, now=now, html=html)
    keep_message(ticket, message, files)
    publish(NoteAdded(**stamp(ticket, by, now), message_id=message.id))
    return message


def add_note_by_mail(ticket: Ticket, words: ClientMessage, *, by: int, now: datetime) -> Message:
    """Keep what an agent answered by mail as his note: the client never sees it, and nothing moves."""
    message = keep_client_message(ticket, words, now=now)
    publish(NoteAdded(**stamp(ticket, words.author_id, now), message_id=message.id))
    return message


def check_last_message(ticket: Ticket, seen_id: int) -> None:
    """Refuse to send when something was said since the form was opened. Raises StaleChange."""
    if (ticket.last_message_id or 0) > seen_id:
        raise StaleChange("Something was added to this ticket while you were writing.")


def our_message(
    ticket: Ticket, text: str, kind: MessageKind, *, by: int, now: datetime, html: str | None = None
) -> Message:
    """The row of what one of us says; its form is made harmless here, whatever door it came through."""
    public = kind is MessageKind.REPLY
    html = clean(html or "") or None
    return Message(
        ticket_id=ticket.id,
        public_id=uuid.uuid4(),
        author_id=by,
        kind=kind,
        visibility=Visibility.PUBLIC if public else Visibility.INTERNAL,
        channel=Channel.DESK if kind is MessageKind.NOTE else Channel.MAIL,
        text=text.replace("\r\n", "\n").strip(),
        html=html,
        has_html=html is not None,
        is_machine=False,
        is_unverified=False,
        created_at=now,
    )


def keep_message(ticket: Ticket, message: Message, files: tuple[NewFile, ...]) -> None:
    db.session.add(message)
    db.session.flush()
    for file in files:
        db.session.add(
            Attachment(
                message_id=message.id,
                sha256=file.sha256,
                name=file.name,
                content_type=file.content_type,
                size=file.size,
                content_id=file.content_id,
                inline=file.inline,
            )
        )
    ticket.last_message_id = message.id


def _own_address(ticket: Ticket) -> tuple[str, ...]:
    found = answer_address(ticket)
    return (found,) if found else ()
