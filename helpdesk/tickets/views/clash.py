"""Two people at one ticket: what is new on the left, one's own words on the right, nothing lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from helpdesk import web
from helpdesk.accounts.actor import Actor
from helpdesk.db import db
from helpdesk.i18n import viewer_zone
from helpdesk.tickets import words
from helpdesk.tickets.actions.drafts import Desk, staged_by_id
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visibility
from helpdesk.tickets.rules import MessageKind, Priority, TicketType
from helpdesk.tickets.views import addressing, conversation, reading, written
from helpdesk.tickets.views.addressing import Recipients
from helpdesk.tickets.views.composer import in_editor
from helpdesk.tickets.views.forms import number_of, text_of, word_of
from helpdesk.tickets.views.reading import Happened, Said

Form = Mapping[str, str]
Typed = MultiDict[str, str]
WITH_TEXT = ("visibility", "third_party", "then", "note", "upload", "pick", "pick_file", "mention")
FROM_OUTSIDE = ("ticket.client_wrote", "ticket.third_party_wrote")
NOBODY = Recipients()


@dataclass(frozen=True)
class Difference:
    """A property that both changed: what it is now, and what the form wanted."""

    name: str
    label: str
    now: str
    now_words: str
    mine: str
    mine_words: str


def of_message(
    number: int, actor: Actor, form: Typed, kind: MessageKind, fresh: Iterable[UUID]
) -> ResponseReturnValue:
    """The conflict over what was written: go on editing, or send anyway, with all that belongs to it.

    `fresh` are files that came with the form itself.
    """
    kept = [(name, value) for name in WITH_TEXT for value in form.getlist(name)]
    kept += [("upload", str(public_id)) for public_id in fresh]
    ticket, said = _ticket(number, actor), written.words_of(form)
    people = addressing.recipients_of(ticket, form, kind)
    kept += _addressed(form, people)
    return _answer(
        ticket,
        actor,
        form,
        kind=kind,
        kept=kept,
        text=said.text,
        html=in_editor(number, said.html),
        goes_along=_goes_along(Desk(number, actor.person_id), form, kept, people),
        people=people,
    )


def _addressed(form: Typed, people: Recipients) -> list[tuple[str, str]]:
    """The copy as it would be now, and what this page says about to whom it goes."""
    cc = ", ".join(people.cc) if people.cc or people.says else form.get("cc", "")
    fields = [("cc", cc)] if cc or "cc" in form else []
    return [*fields, *([("addressed", people.written)] if people.written else [])]


def _goes_along(
    desk: Desk, form: Typed, kept: Sequence[tuple[str, str]], people: Recipients
) -> list[tuple[str, str]]:
    """Recipients and files that belong to the words, each with its sign."""
    uploads = {value for name, value in kept if name == "upload"}
    names = [file.name for public_id, file in staged_by_id(desk) if str(public_id) in uploads]
    outside = [form.get("third_party", "")] if form.get("visibility") == "third" else []
    to = [("mail", people.to)] if people.to and not outside else []
    copies = [("at", one) for one in (*outside, ", ".join(people.cc)) if one]
    return [*to, *copies, *(("clip", name) for name in names)]


def of_properties(number: int, actor: Actor, form: Form) -> ResponseReturnValue:
    """The conflict over properties: each clashing one asks."""
    ticket = _ticket(number, actor)
    return _answer(ticket, actor, form, differences=_differences(ticket, form))


def exists(number: int) -> bool:
    """Whether there is such a ticket at all."""
    return db.session.scalar(select(Ticket.id).where(Ticket.id == number)) is not None


def _answer(
    ticket: Ticket,
    actor: Actor,
    form: Form,
    *,
    kind: MessageKind = MessageKind.REPLY,
    kept: Sequence[tuple[str, str]] = (),
    text: str | None = None,
    html: str = "",
    goes_along: Sequence[tuple[str, str]] = (),
    people: Recipients = NOBODY,
    differences: Sequence[Difference] = (),
) -> ResponseReturnValue:
    number = ticket.id
    seen = number_of(form, "seen_seq") or 0
    history = [event for event in reading.happened_on(number) if event.seq > seen]
    said = reading.said_on(number)
    body = web.render(
        "tickets/conflict.html",
        ticket=ticket,
        entries=conversation.entries(number, history, said, viewer_zone()),
        names=", ".join(_others(actor, history, said)),
        is_note=kind is MessageKind.NOTE,
        text=text,
        html=html,
        kept=kept,
        goes_along=goes_along,
        people=people,
        reason=text_of(form, "reason"),
        differences=differences,
        quoted_lines=conversation.quoted_lines,
    )
    return make_response(body, 409)


def _others(actor: Actor, history: Iterable[Happened], said: Mapping[int, Said]) -> Iterable[str]:
    """Who did what is new, each once; words from outside are their author's, not the desk's own."""
    did = []
    for event in history:
        message = said.get(event.payload["message_id"]) if event.kind in FROM_OUTSIDE else None
        did.append((message.author_id, message.author) if message else (event.actor_id, event.actor))
    return dict.fromkeys(name for person_id, name in did if person_id != actor.person_id)


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
