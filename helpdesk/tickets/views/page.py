"""The page of one ticket: read, assembled, drawn, and only then marked as read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.dialects.postgresql import insert

from helpdesk import web
from helpdesk.accounts import faces
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients.models import CompanyKind
from helpdesk.clock import process_time
from helpdesk.db import db, transaction
from helpdesk.i18n import moment, page_language, viewer_zone
from helpdesk.sla import queries as sla
from helpdesk.sla.explanation import why
from helpdesk.sla.words import Chip, chip_of, single_chip
from helpdesk.tickets import rules, words
from helpdesk.tickets.models import ReadMark, Ticket
from helpdesk.tickets.queries import relations, ticket_loader
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.routed import because_of
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views import conversation, reading
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.reading import Around, Facts
from helpdesk.tickets.words import Turn, TurnKind


@dataclass(frozen=True)
class Rights:
    """What the reader may do with the ticket now; each also needs the ticket to be in a fitting state."""

    reply: bool
    note: bool
    change: bool
    hand_over: bool
    discard: bool


@dataclass(frozen=True)
class Shown:
    """Values that the template draws beside the ticket itself."""

    rights: Rights
    turn: Turn
    entries: list[conversation.Entry]
    hops: list[tuple[int, str, bool]]
    clocks: list[Chip]
    around: Around
    chips: Mapping[int, Chip]
    to: str
    up_teams: list[Facts]
    other_teams: list[Facts]
    faces: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)


@blueprint.get("/tickets/<int:number>", endpoint="page")
@policy(Permission.TICKET_READ, load=ticket_loader)
def page(ticket: Ticket, number: int) -> ResponseReturnValue:
    """One ticket whole, in at most twelve statements whatever its length."""
    return draw(ticket, current_actor())


def draw(ticket: Ticket, actor: Actor) -> str:
    """The page as this person sees it; what is new on it counts as read afterwards."""
    now = process_time()
    shown = read(ticket, actor, now)
    last, known = ticket.last_message_id or 0, shown.around.read_until
    number = ticket.id
    body = web.render(
        "tickets/page.html", ticket=ticket, shown=shown, why=why(ticket, now), now=now, **labels()
    )
    if last > known:
        mark_read(number, actor.person_id, last)
    return body


def read(ticket: Ticket, actor: Actor, now: datetime) -> Shown:
    """Everything around the ticket."""
    rights = rights_of(actor, ticket)
    around = reading.around(ticket, actor, page_language())
    history = reading.happened_on(ticket.id)
    said = reading.said_on(ticket.id)
    clocks = sla.clocks_of([ticket.id, *(other["id"] for other in around.others)], now)
    routed = because_of(around.routing) if around.routing else ""
    return Shown(
        rights=rights,
        turn=turn_of(ticket, actor),
        entries=conversation.entries(ticket.id, history, said, viewer_zone(), routed=routed),
        hops=conversation.hops(history, ticket.line, ticket.held_since, now, ticket.team.name),
        clocks=[single_chip(clock, now) for clock in clocks.get(ticket.id, [])],
        around=around,
        chips={number: chip_of(found, now) for number, found in clocks.items()},
        to=_answer_to(around, said),
        up_teams=[team for team in around.teams if team["line"] == ticket.line + 1],
        other_teams=[team for team in around.teams if team["id"] != ticket.team_id],
        faces=_faces(ticket),
    )


def _answer_to(around: reading.Around, said: Mapping[int, reading.Said]) -> str:
    """As queries.addresses says, from what is loaded already: the address last written from, else the
    first.
    """
    good = [row["email"] for row in around.addresses if not row["undeliverable_at"]]
    used = [one.recipients.get(WRITTEN_FROM) for one in said.values() if one.kind is MessageKind.CLIENT]
    return str(next((email for email in reversed(used) if email in good), next(iter(good), "")))


def rights_of(actor: Actor, ticket: Ticket) -> Rights:
    """What the person may do, by permission."""
    found = relations(actor, ticket) | actor.relations
    return Rights(
        reply=may(found, Permission.TICKET_REPLY),
        note=may(found, Permission.TICKET_NOTE),
        change=may(found, Permission.TICKET_CHANGE),
        hand_over=may(found, Permission.TICKET_HAND_OVER),
        discard=may(found, Permission.TICKET_DISCARD),
    )


def turn_of(ticket: Ticket, actor: Actor) -> Turn:
    """Whose turn it is, as a whole sentence for the head."""
    ours = actor.lines or {ticket.line}
    turn = words.turn_of(
        ticket.state,
        ticket.line,
        is_unanswered=ticket.unanswered_since is not None,
        is_answered_once=ticket.first_answered_at is not None,
        ours=ours,
    )
    return Turn(turn.kind, _sentence(ticket, turn))


def _sentence(ticket: Ticket, turn: Turn) -> str:
    if ticket.discarded_at:
        return gettext("Thrown away as no request")
    if turn.kind is TurnKind.DONE:
        at = moment(ticket.closed_at or ticket.resolved_at or ticket.last_event_at)
        return gettext("%(state)s, %(moment)s", state=words.STATES[ticket.state], moment=at)
    if turn.kind is TurnKind.WORK:
        return gettext("Open, our turn: line %(line)s is working", line=ticket.line)
    if turn.kind in (TurnKind.CLIENT, TurnKind.THIRD):
        return str(words.STATES[ticket.state])
    return gettext("%(state)s, our turn: %(turn)s", state=words.STATES[ticket.state], turn=turn.words.lower())


def labels() -> dict[str, Any]:
    """The words of every choice on the page."""
    return {
        "types": words.options(words.TYPES),
        "priorities": words.options(words.PRIORITIES),
        "impacts": words.options(words.IMPACTS),
        "urgencies": words.options(words.URGENCIES),
        "return_reasons": words.options(words.RETURN_REASONS),
        "discard_reasons": words.options(words.DISCARD_REASONS),
        "words": words,
        "OPEN_STATES": rules.OPEN_STATES,
        "WAITING_STATES": rules.WAITING_STATES,
        "UNKNOWN": CompanyKind.UNKNOWN,
        "State": rules.State,
        "quoted_lines": conversation.quoted_lines,
    }


def _faces(ticket: Ticket) -> dict[str, tuple[str, str, int]]:
    """Name, initials and tint of everybody named beside the conversation."""
    people = {"contact": ticket.contact.person, "assignee": ticket.assignee, "owner": ticket.owner}
    return {
        role: (person.name, faces.initials(person.name), faces.tint(person.id))
        for role, person in people.items()
        if person
    }


def mark_read(ticket_id: int, person_id: int, message_id: int) -> None:
    """Remember how far the person has read, in a transaction of its own."""
    row = {"person_id": person_id, "ticket_id": ticket_id, "last_message_id": message_id}
    statement = insert(ReadMark).values(row)
    with transaction():
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=[ReadMark.person_id, ReadMark.ticket_id],
                set_={"last_message_id": message_id},
                where=ReadMark.last_message_id < message_id,
            )
        )


def place_of(ticket: Ticket) -> str:
    """The address of the ticket's page."""
    return url_for("tickets.page", number=ticket.id)
