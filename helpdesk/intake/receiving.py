"""The four steps of whatever comes in: seen before, who is it, which ticket, then join it or open one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from helpdesk import blobs
from helpdesk.beforehand import Asked, surely_not
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.intake.alerts import begins_anew, keep_alert, ticket_of_alert
from helpdesk.intake.behalf import turned
from helpdesk.intake.incoming import FOLLOWS, Incoming, IncomingFile, Outcome, Receipt
from helpdesk.intake.linking import link_named
from helpdesk.intake.matching import Match, match
from helpdesk.intake.naming import take_named
from helpdesk.intake.opening import open_new
from helpdesk.intake.senders import contact_of
from helpdesk.mail.kinds import MailKind
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.evidence import ASIDE
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import OPEN_STATES

PASSED_ON = "(passed on by mail)"


def receive(incoming: Incoming, *, by: int, now: datetime) -> Receipt:
    """Make it a ticket or a message of one, in the open transaction; the same thing twice is one."""
    seen = _seen_before(incoming)
    if seen is not None:
        return seen
    contact = contact_of(incoming, now=now)
    found = match(incoming, contact)
    earlier = found.ticket if found.ticket and begins_anew(incoming, found.ticket, found.pointer) else None
    if found.ticket is None or earlier is not None:
        found = _with_alert(Match() if earlier else found, incoming, now=now)
    if incoming.is_away_note and found.ticket is None:
        return Receipt(outcome=Outcome.IGNORED, because="away_note")
    words = _words(incoming, contact, found)
    if found.ticket is not None:
        tickets.lock(found.ticket)
        now = max(now, found.ticket.last_event_at)
        at = _said_at(incoming, found, now)
        found_at = now if at < now else None
        words = replace(words, moves_nothing=_moves_nothing(incoming, found), found_at=found_at)
        is_taken = found.is_third_party or found.is_note or words.moves_nothing
        if is_taken or tickets.accepts_answers(found.ticket, at):
            return _join(found.ticket, found, incoming, words, by=by, now=at)
        if incoming.is_machine:
            return Receipt(outcome=Outcome.IGNORED, because="finished_ticket", ticket_id=found.ticket.id)
    follows = found.ticket if found.ticket and found.is_client_side else earlier
    return _open(incoming, contact, found, words, follows, by=by, now=now)


def _with_alert(found: Match, incoming: Incoming, *, now: datetime) -> Match:
    """What a machine says again belongs to the ticket that it opened when it said so first."""
    ticket = ticket_of_alert(incoming, now=now)
    return replace(found, ticket=ticket, is_client_side=True) if ticket else found


def _open(
    incoming: Incoming,
    sender: Contact,
    found: Match,
    words: tickets.ClientMessage,
    follows: Ticket | None,
    *,
    by: int,
    now: datetime,
) -> Receipt:
    """Open a ticket of its own, for whoever's mail an agent passed on, with the agent's words as a note."""
    asked = turned(incoming, sender, now=now)
    if asked.incoming is not incoming or asked.contact is not sender:
        words = _words(asked.incoming, asked.contact, found)
    words = replace(words, is_unverified=False, moves_nothing=False)
    ticket = open_new(asked.incoming, asked.contact, words, follows, by=by, now=now)
    message_id = ticket.last_message_id
    take_named(ticket, asked.incoming, message_id, is_signed=False, by=by, now=now)
    if asked.noted_by is not None:
        files = tuple(_kept(file) for file in asked.files)
        tickets.add_note(ticket, asked.comment or PASSED_ON, by=asked.noted_by, now=now, files=files)
    link_named(ticket, found, by=by, now=now)
    keep_alert(asked.incoming, ticket.id, now=now)
    because = FOLLOWS if follows else "new"
    return Receipt(outcome=Outcome.OPENED, because=because, ticket_id=ticket.id, message_id=message_id)


def _seen_before(incoming: Incoming) -> Receipt | None:
    """The message that the same row of mail or call has made already, after a repeated attempt."""
    if incoming.inbound_mail_id is not None:
        if surely_not(Asked.MADE, incoming.inbound_mail_id):
            return None
        same = Message.inbound_mail_id == incoming.inbound_mail_id
    elif incoming.call_id is not None:
        same = Message.call_id == incoming.call_id
    else:
        return None
    message = db.session.scalar(select(Message).where(same).limit(1))
    if message is None:
        return None
    return Receipt(
        outcome=Outcome.DUPLICATE,
        because="same_source",
        ticket_id=message.ticket_id,
        message_id=message.id,
    )


def _join(
    ticket: Ticket,
    found: Match,
    incoming: Incoming,
    words: tickets.ClientMessage,
    *,
    by: int,
    now: datetime,
) -> Receipt:
    message = _add(found)(ticket, words, by=by, now=now)
    keep_alert(incoming, ticket.id, now=now, is_answer=found.pointer is not None)
    because = found.pointer.code if found.pointer else ""
    if found.is_client_side:
        is_signed = found.pointer is not None and found.pointer.is_signed
        take_named(ticket, incoming, message.id, is_signed=is_signed, by=by, now=now)
    return Receipt(outcome=Outcome.JOINED, because=because, ticket_id=ticket.id, message_id=message.id)


def _add(found: Match) -> Callable[..., Message]:
    if found.is_note:
        return tickets.add_note_by_mail
    return tickets.add_third_party_answer if found.is_third_party else tickets.add_client_message


def _said_at(incoming: Incoming, found: Match, now: datetime) -> datetime:
    """When it counts as said: as it reached us, though never before what has happened on the ticket since."""
    began_at = incoming.wishes.began_at if found.is_client_side else None
    return max(began_at, found.ticket.last_event_at) if began_at and found.ticket else now


def _moves_nothing(incoming: Incoming, found: Match) -> bool:
    """A mere thank you does not bring back what is done, and an alert says nothing new the second time."""
    is_done = found.ticket is not None and found.ticket.state not in OPEN_STATES
    is_again = incoming.is_machine and found.pointer is None
    return is_again or (is_done and incoming.mail_kind is MailKind.THANKS)


def _words(incoming: Incoming, contact: Contact, found: Match) -> tickets.ClientMessage:
    """What was said, as a message; it stays inside if the sender is not on the client's side."""
    aside = (ASIDE,) if incoming.is_aside else ()
    return tickets.ClientMessage(
        author_id=contact.person_id,
        channel=incoming.channel,
        subject=incoming.subject,
        text=incoming.body.text,
        html=incoming.body.html or None,
        reply_until=_new_words(incoming, contact),
        other_text=incoming.body.other_text,
        remarks=incoming.body.remarks,
        to=incoming.to,
        cc=incoming.cc,
        reply_to=incoming.reply_to,
        written_from=incoming.sender.email or None,
        is_machine=incoming.is_machine,
        mail_kind=incoming.mail_kind,
        is_unverified=found.is_unverified,
        is_third_party=found.is_third_party,
        is_note=found.is_note,
        evidence=(*found.evidence, *aside, *incoming.evidence),
        inbound_mail_id=incoming.inbound_mail_id,
        call_id=incoming.call_id,
        files=tuple(_kept(file) for file in incoming.attachments),
    )


def _new_words(incoming: Incoming, contact: Contact) -> int | None:
    """Where his own words end; the lines with which he always closes are folded too."""
    body = incoming.body
    if incoming.is_machine:
        return body.reply_until
    return tickets.new_words_of(contact.person_id, body.text, body.reply_until)


def _kept(file: IncomingFile) -> tickets.NewFile:
    return tickets.NewFile(
        sha256=blobs.store(file.content),
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        content_id=file.content_id or None,
        inline=file.inline,
    )
