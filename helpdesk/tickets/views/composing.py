"""What the composer does with what it was sent; whatever stops it, nothing typed nor uploaded is lost."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import refuse_others
from helpdesk.accounts.guard import current_actor, on_lapsed
from helpdesk.accounts.permissions import Permission, may
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, NotPermitted, RuleViolation, StaleChange
from helpdesk.tickets import actions
from helpdesk.tickets.actions.drafts import Desk, forget_draft, keep_draft
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import relations
from helpdesk.tickets.rules import MessageKind, State
from helpdesk.tickets.views import addressing, clash, walk, written
from helpdesk.tickets.views.forms import number_of, text_of
from helpdesk.tickets.views.mentions import name_people
from helpdesk.tickets.views.uploads import take_files
from helpdesk.tickets.views.waiting import wait_for_answer

Form = MultiDict[str, str]


def send(ticket: Ticket, usual: MessageKind) -> ResponseReturnValue:
    """Send what was written, and with it wait or resolve; when something was added meanwhile, or it would go
    to other people than shown, show that first. Whoever goes on editing from there finds everything of that
    page in the composer.
    """
    actor, form = current_actor(), MultiDict(request.form)
    kind, desk = written.kind_of(form, usual), Desk(ticket.id, actor.person_id)
    _check_right(ticket, actor, form, kind)
    page = url_for("tickets.page", number=desk.ticket_id, _anchor="composer")
    try:
        fresh = take_files(desk)
        refuse_others(written.FIELDS)
        if form.get("agreed"):
            form = addressing.readdressed(ticket, form)
        if form.get("go_on") or form.get("only_files") or form.get("agreed"):
            _keep(desk, form, usual)
            return web.see_other(page)
        location = _send_once(ticket, actor, kind, fresh)
    except StaleChange:
        _keep(desk, form, usual)
        return clash.of_message(desk.ticket_id, actor, form, kind, fresh)
    except (RuleViolation, BadInput):
        _keep(desk, form, usual)
        raise
    return web.see_other(location)


def _check_right(ticket: Ticket, actor: Actor, form: Form, kind: MessageKind) -> None:
    """Waiting and solving change the ticket, and writing outside speaks for the desk: both ask for more than
    writing a note does.
    """
    found = relations(actor, ticket)
    if form.get("then") and not may(found, Permission.TICKET_CHANGE):
        raise NotPermitted(gettext("You may write here, but not change the ticket."))
    if kind is MessageKind.FORWARD and not may(found, Permission.TICKET_CHANGE):
        raise NotPermitted(gettext("You may write here, but not to a third party."))


def _send_once(ticket: Ticket, actor: Actor, kind: MessageKind, fresh: tuple[UUID, ...]) -> str:
    """One transaction with the receipt of the form; the address to go to."""
    form, desk = request.form, Desk(ticket.id, actor.person_id)
    with transaction():
        answered = guard.once(actor)
        if answered is not None:
            return answered
        if request.files:
            actions.lock(ticket)  # keeping the files ended the transaction that held it
        now = clock.now(db.session, not_before=ticket.last_event_at)
        seen = number_of(form, "last_message_id")
        if seen is not None and not form.get("send_anyway"):
            actions.check_last_message(ticket, seen)
        message = _say(ticket, desk, kind, fresh, now)
        _then(ticket, form, desk.person_id, now)
        forget_draft(desk)
        location = _place_of(ticket, message, form)
        guard.remember(actor, location)
    flash(
        gettext("Noted.") if kind is MessageKind.NOTE else gettext("Sent. It leaves in ten seconds."), "good"
    )
    return location


def _say(ticket: Ticket, desk: Desk, kind: MessageKind, fresh: tuple[UUID, ...], now: datetime) -> Message:
    form, by = request.form, desk.person_id
    said = written.words_of(form)
    text, html, files = said.text, said.html, written.files_of(desk, form, fresh, said)
    if kind is MessageKind.NOTE:
        note = actions.add_note(ticket, text, by=by, now=now, html=html, files=files)
        name_people(ticket, note, by=by, now=now)
        return note
    if kind is MessageKind.REPLY:
        cc = written.copied_to(form, ticket)
        to = addressing.check_answer(ticket, form, cc)
        answer = actions.Reply(text=text, html=html, to=to, cc=cc, files=files)
        return actions.reply(ticket, answer, by=by, now=now)
    to, quote = written.third_parties(form, ticket), written.quote_of(form, ticket)
    addressing.check_forward(ticket, form, to)
    words = actions.Forward(
        text=text,
        html=html,
        to=to,
        quote=quote.text,
        quoted=quote.messages,
        files=(*files, *quote.files),
    )
    return actions.forward(ticket, words, by=by, now=now)


def _then(ticket: Ticket, form: Form, by: int, now: datetime) -> None:
    """What the second button asks."""
    then = form.get("then")
    if then == "wait" and ticket.state is not State.WAITING_CLIENT:
        wait_for_answer(ticket, form, (), by=by, now=now)
    elif then == "wait_third" and ticket.state is not State.WAITING_THIRD_PARTY:
        wait_for_answer(ticket, form, written.third_parties(form, ticket), by=by, now=now)
    elif then == "resolve":
        actions.resolve(ticket, text_of(form, "note") or written.words_of(form).text, by=by, now=now)


def _place_of(ticket: Ticket, message: Message, form: Mapping[str, str]) -> str:
    return url_for(
        "tickets.page",
        number=ticket.id,
        sent=1,
        _anchor=f"message-{message.id}",
        **walk.kept(form),  # type: ignore[arg-type]
    )


def _keep(desk: Desk, form: Form, usual: MessageKind) -> None:
    """Keep what could not be sent; the composer shows it again."""
    unsent = written.unsent_of(form, usual)
    if unsent.is_empty:
        return
    with transaction():
        keep_draft(desk, unsent, now=clock.now(db.session))


@on_lapsed("tickets.replies", "tickets.notes", "tickets.draft")
def keep_lapsed(
    person_id: int, endpoint: str, view_args: Mapping[str, object], form: Mapping[str, str]
) -> str:
    """The sign-in ended while somebody was writing: keep the text and come back to it."""
    number = int(str(view_args["number"]))
    usual = MessageKind.NOTE if endpoint == "tickets.notes" else MessageKind.REPLY
    unsent = written.unsent_of(MultiDict(form), usual)
    if not unsent.is_empty and clash.exists(number):
        keep_draft(Desk(number, person_id), unsent, now=clock.now(db.session))
    return url_for("tickets.page", number=number, _anchor="composer")
