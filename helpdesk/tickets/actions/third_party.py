"""Asking somebody outside behind the client's back: what goes to him, and what he answers, both inside."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.errors import RuleViolation
from helpdesk.events import publish
from helpdesk.tickets.actions.conversation import (
    ClientMessage,
    NewFile,
    keep_client_message,
    keep_message,
    our_message,
)
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.actions.state import resume
from helpdesk.tickets.events import ThirdPartyWrote, TicketForwarded
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind, State, check_not_merged

QUOTED = "quoted"  # in a forward's recipients, beside "to": the messages whose words it quotes


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A mail to somebody who is not the client. `quote` follows the words; `quoted` are its messages' ids.
    `html` is the form of the words alone.
    """

    text: str
    html: str | None = None
    to: tuple[str, ...]
    quote: str = ""
    quoted: tuple[int, ...] = ()
    files: tuple[NewFile, ...] = ()


def forward(ticket: Ticket, words: Forward, *, by: int, now: datetime) -> Message:
    """Send it to a third party: nobody but the desk sees it, no state changes, no clock stops, and he
    becomes no part of the ticket.
    """
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    text = words.text.replace("\r\n", "\n").strip()
    if not text:
        raise RuleViolation("Write something first.")
    if not words.to:
        raise RuleViolation("Say to whom it goes.")
    whole = f"{text}\n\n{words.quote}" if words.quote else text
    message = our_message(ticket, whole, MessageKind.FORWARD, by=by, now=now, html=words.html)
    message.reply_until = len(text) if words.quote else None
    message.recipients = {"to": list(words.to), "cc": [], QUOTED: list(words.quoted)}
    keep_message(ticket, message, words.files)
    publish(TicketForwarded(**stamp(ticket, by, now), message_id=message.id))
    return message


def add_third_party_answer(ticket: Ticket, words: ClientMessage, *, by: int, now: datetime) -> Message:
    """Keep what a third party answered inside; a person's words end waiting for him, and open nothing."""
    message = keep_client_message(ticket, words, now=now)
    publish(
        ThirdPartyWrote(
            **stamp(ticket, by, now),
            message_id=message.id,
            is_machine=words.is_machine,
            is_silent=words.is_silent,
        )
    )
    if ticket.state is State.WAITING_THIRD_PARTY and not words.is_machine:
        resume(ticket, by=by, now=now)
    return message
