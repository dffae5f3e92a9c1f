"""What the composer and the properties form do with what they were sent."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, on_lapsed
from helpdesk.accounts.permissions import Permission, may
from helpdesk.db import db, transaction
from helpdesk.errors import NotPermitted, RuleViolation, StaleChange
from helpdesk.tickets import actions
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import relations
from helpdesk.tickets.rules import Impact, MessageKind, Priority, State, TicketType, Urgency
from helpdesk.tickets.views import clash, walk
from helpdesk.tickets.views.forms import addresses_of, number_of, text_of, word_of

Form = Mapping[str, str]
Verb = Callable[[Actor, datetime], None]


def send(ticket: Ticket, *, is_note: bool) -> ResponseReturnValue:
    """Send what was written, and with it wait or resolve; when something was added meanwhile, show that
    first. Whoever goes on editing from there finds the words of that page in the composer.
    """
    actor, form, number = current_actor(), request.form, ticket.id
    _check_second_button(ticket, actor, form)
    if form.get("go_on"):
        _keep(number, actor.person_id, form, is_note=is_note)
        return web.see_other(url_for("tickets.page", number=number, _anchor="composer"))
    location = url_for("tickets.page", number=number)
    try:
        with transaction():
            answered = guard.once(actor)
            if answered is not None:
                return web.see_other(answered)
            now = clock.now(db.session, not_before=ticket.last_event_at)
            location = _send(ticket, form, actor, now, is_note=is_note)
            forget_draft(number, actor.person_id)
            guard.remember(actor, location)
    except StaleChange:
        _keep(number, actor.person_id, form, is_note=is_note)
        return clash.of_message(number, actor, form, is_note=is_note)
    except RuleViolation:
        _keep(number, actor.person_id, form, is_note=is_note)
        raise
    flash(gettext("Noted.") if is_note else gettext("Sent. It leaves in ten seconds."), "good")
    return web.see_other(location)


def _check_second_button(ticket: Ticket, actor: Actor, form: Form) -> None:
    """Waiting and solving change the ticket, which asks for more than writing a note does."""
    if form.get("then") and not may(relations(actor, ticket), Permission.TICKET_CHANGE):
        raise NotPermitted(gettext("You may write here, but not change the ticket."))


def _send(ticket: Ticket, form: Form, actor: Actor, now: datetime, *, is_note: bool) -> str:
    """Say it, then do what the second button asks; gives back the address of the new message."""
    by, text = actor.person_id, text_of(form, "text")
    seen = number_of(form, "last_message_id")
    if seen is not None and not form.get("send_anyway"):
        actions.check_last_message(ticket, seen)
    if is_note:
        message = actions.add_note(ticket, text, by=by, now=now)
    else:
        answer = actions.Reply(text=text, cc=addresses_of(form, "cc"))
        message = actions.reply(ticket, answer, by=by, now=now)
    if form.get("then") == "wait" and ticket.state is not State.WAITING_CLIENT:
        actions.wait(ticket, State.WAITING_CLIENT, reason=gettext("his answer to our mail"), by=by, now=now)
    elif form.get("then") == "resolve":
        actions.resolve(ticket, text_of(form, "note") or text, by=by, now=now)
    return url_for(
        "tickets.page",
        number=ticket.id,
        sent=1,
        _anchor=f"message-{message.id}",
        **walk.kept(form),  # type: ignore[arg-type]
    )


def properties_verb(ticket: Ticket, form: Form) -> Verb:
    """Everything of the properties form that differs from the ticket, each by its own verb."""
    kind = word_of(form, "type", TicketType)
    subject = text_of(form, "subject") or ticket.subject
    tags = tuple(tag.strip() for tag in form.get("tags", ",".join(ticket.tags)).split(","))
    urgent = priority_verb(ticket, form)

    def verb(actor: Actor, now: datetime) -> None:
        by = actor.person_id
        actions.change_properties(ticket, subject=subject, tags=tags, by=by, now=now)
        if kind is not None and kind != ticket.type:
            actions.change_type(ticket, kind, by=by, now=now)
        urgent(actor, now)

    return verb


def priority_verb(ticket: Ticket, form: Form) -> Verb:
    """The priority by itself, or by impact and urgency; does nothing where neither differs."""
    priority = word_of(form, "priority", Priority)
    impact, urgency = word_of(form, "impact", Impact), word_of(form, "urgency", Urgency)
    reason = text_of(form, "reason")
    by_words = bool(impact and urgency) and (impact, urgency) != (ticket.impact, ticket.urgency)

    def verb(actor: Actor, now: datetime) -> None:
        wanted = None if by_words else priority
        if not by_words and (priority is None or priority == ticket.priority):
            return
        actions.change_priority(
            ticket, wanted, impact=impact, urgency=urgency, reason=reason, by=actor.person_id, now=now
        )

    return verb


def keep_draft(ticket_id: int, person_id: int, kind: MessageKind, text: str, now: datetime) -> None:
    """Keep what could not be sent; the composer shows it again. One draft per person and ticket."""
    row = {"kind": kind, "text": text, "saved_at": now}
    statement = insert(Draft).values(ticket_id=ticket_id, person_id=person_id, **row)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[Draft.ticket_id, Draft.person_id], set_=row)
    )


def add_to_draft(ticket_id: int, person_id: int, text: str, now: datetime) -> None:
    """Put a text behind what is already kept, for browsers without scripts."""
    own = select(Draft.text).where(Draft.ticket_id == ticket_id, Draft.person_id == person_id)
    before = db.session.scalar(own)
    whole = f"{before}\n\n{text}" if before else text
    keep_draft(ticket_id, person_id, MessageKind.REPLY, whole, now)


def forget_draft(ticket_id: int, person_id: int) -> None:
    """The text was sent or thrown away."""
    db.session.execute(delete(Draft).where(Draft.ticket_id == ticket_id, Draft.person_id == person_id))


def _keep(ticket_id: int, person_id: int, form: Form, *, is_note: bool) -> None:
    text = text_of(form, "text")
    if not text:
        return
    kind = MessageKind.NOTE if is_note else MessageKind.REPLY
    with transaction():
        keep_draft(ticket_id, person_id, kind, text, clock.now(db.session))


@on_lapsed("tickets.replies", "tickets.notes")
def keep_lapsed(person_id: int, endpoint: str, view_args: Mapping[str, object], form: Form) -> str:
    """The sign-in ended while somebody was writing: keep the text and come back to it."""
    number = int(str(view_args["number"]))
    is_note = endpoint == "tickets.notes" or form.get("visibility") == "internal"
    if clash.exists(number):
        _keep(number, person_id, form, is_note=is_note)
    return url_for("tickets.page", number=number, _anchor="composer")
