"""Two people at one ticket: what is new on the left, one's own words on the right, nothing lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.db import db
from helpdesk.i18n import viewer_zone
from helpdesk.tickets import words
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visibility
from helpdesk.tickets.rules import Priority, TicketType
from helpdesk.tickets.views import conversation, reading
from helpdesk.tickets.views.forms import number_of, text_of, word_of

Form = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """A property that both changed: what it is now, and what the form wanted."""

    name: str
    label: str
    now: str
    now_words: str
    mine: str
    mine_words: str


def of_message(number: int, actor: Actor, form: Form, *, is_note: bool) -> ResponseReturnValue:
    """The conflict over a reply or note: go on editing, or send anyway."""
    return _answer(number, actor, form, is_note=is_note, text=text_of(form, "text"), differences=[])


def of_properties(number: int, actor: Actor, form: Form) -> ResponseReturnValue:
    """The conflict over properties: each clashing one asks."""
    ticket = _ticket(number, actor)
    found = _differences(ticket, form)
    return _answer(number, actor, form, is_note=False, text=None, differences=found)


def exists(number: int) -> bool:
    """Whether there is such a ticket at all."""
    return db.session.scalar(select(Ticket.id).where(Ticket.id == number)) is not None


def _answer(
    number: int,
    actor: Actor,
    form: Form,
    *,
    is_note: bool,
    text: str | None,
    differences: list[Difference],
) -> ResponseReturnValue:
    ticket = _ticket(number, actor)
    seen = number_of(form, "seen_seq") or 0
    history = [event for event in reading.happened_on(number) if event.seq > seen]
    body = web.render(
        "tickets/conflict.html",
        ticket=ticket,
        entries=conversation.entries(number, history, reading.said_on(number), viewer_zone()),
        names=", ".join(dict.fromkeys(event.actor for event in history if event.actor_id != actor.person_id)),
        is_note=is_note,
        text=text,
        cc=form.get("cc", ""),
        then=form.get("then", ""),
        reason=text_of(form, "reason"),
        differences=differences,
        quoted_lines=conversation.quoted_lines,
    )
    return make_response(body, 409)


def _ticket(number: int, actor: Actor) -> Ticket:
    ticket = visibility.fetch(actor, number)
    if ticket is None:
        abort(404)
    return ticket


def _differences(ticket: Ticket, form: Form) -> list[Difference]:
    mine_type = word_of(form, "type", TicketType) or ticket.type
    mine_priority = word_of(form, "priority", Priority) or ticket.priority
    tags = ", ".join(ticket.tags)
    pairs = [
        ("subject", gettext("Subject"), ticket.subject, text_of(form, "subject") or ticket.subject, None),
        ("type", gettext("Kind"), ticket.type, mine_type, words.TYPES),
        ("priority", gettext("Priority"), ticket.priority, mine_priority, words.PRIORITIES),
        ("tags", gettext("Tags"), tags, form.get("tags", tags).strip(), None),
    ]
    return [
        Difference(
            name=name,
            label=label,
            now=str(now),
            now_words=str(table[now]) if table else str(now),
            mine=str(mine),
            mine_words=str(table[mine]) if table else str(mine),
        )
        for name, label, now, mine, table in pairs
    ]
