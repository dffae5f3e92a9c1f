"""The page of one ticket: read, assembled, drawn, and only then marked as read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, pgettext
from sqlalchemy.dialects.postgresql import insert

from helpdesk import web
from helpdesk.accounts import faces
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients.models import CompanyKind
from helpdesk.clients.words import known_as
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.i18n import moment, page_language, viewer_zone
from helpdesk.notifications.actions import read_on_ticket
from helpdesk.sla import queries as sla
from helpdesk.sla.breach_words import CAUSES
from helpdesk.sla.explanation import why
from helpdesk.sla.words import Chip, chip_of, single_chip
from helpdesk.tickets import rules, words
from helpdesk.tickets.models import ReadMark, Ticket
from helpdesk.tickets.queries import relations, ticket_loader
from helpdesk.tickets.queries.catalogue import catalogue, category_name
from helpdesk.tickets.queries.linked import Tied, tied
from helpdesk.tickets.routed import because_of
from helpdesk.tickets.views import conversation, reading
from helpdesk.tickets.views.around import Around, around_of
from helpdesk.tickets.views.asked import Asked, asked_of
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.composer import Composer, composer_of
from helpdesk.tickets.views.delivery import Reader
from helpdesk.tickets.views.entries import Entry
from helpdesk.tickets.views.machines import Machines, machines_shown
from helpdesk.tickets.views.naming import without_unseen
from helpdesk.tickets.views.reading import Facts
from helpdesk.tickets.views.route import hops
from helpdesk.tickets.views.series import grouped
from helpdesk.tickets.views.wait_words import waits_words
from helpdesk.tickets.views.waiting import OWN, Choices, choices_of, current_wait
from helpdesk.tickets.views.walk import Walk, walk_of
from helpdesk.tickets.views.watchers import PassedOn, Watchers, passed_on_in, watchers_shown
from helpdesk.tickets.words import Turn, TurnKind


@dataclass(frozen=True)
class Refused:
    """Which form was refused ("" has no fields of its own), why, and what it said."""

    dialog: str
    sentence: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    field: str | None = None

    def said(self, dialog: str, name: str, otherwise: object = "") -> object:
        """What was typed in that field of that dialog, else what stands there anyway."""
        return self.form.get(name, otherwise) if self.dialog == dialog else otherwise


NOTHING_TIED = Tied([], [], None, frozenset())
NOBODY_WATCHES = Watchers((), ())
NO_MACHINES = Machines()
NOT_REFUSED = Refused("none")


@dataclass(frozen=True)
class Rights:
    """What the reader may do with the ticket now; each also needs the ticket to be in a fitting state."""

    reply: bool
    note: bool
    change: bool
    hand_over: bool
    discard: bool
    link: bool = False
    merge: bool = False


@dataclass(frozen=True)
class Shown:
    """Values that the template draws beside the ticket itself."""

    rights: Rights
    turn: Turn
    entries: list[Entry]
    hops: list[tuple[int, str, bool]]
    clocks: list[Chip]
    around: Around
    chips: Mapping[int, Chip]
    composer: Composer
    walk: Walk
    filters: list[tuple[str, str, bool]]
    up_teams: list[Facts]
    other_teams: list[Facts]
    waiting: Choices
    wait: Facts | None
    faces: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    tied: Tied = NOTHING_TIED
    asked: Sequence[Asked] = ()
    watchers: Watchers = NOBODY_WATCHES
    passed_on: PassedOn | None = None
    machines: Machines = NO_MACHINES


@blueprint.get("/tickets/<int:number>", endpoint="page")
@policy(Permission.TICKET_READ, load=ticket_loader)
def page(ticket: Ticket, number: int) -> ResponseReturnValue:
    """One ticket whole, in at most twelve statements whatever its length."""
    return draw(ticket, current_actor())


def draw(ticket: Ticket, actor: Actor, *, refused: Refused | None = None) -> str:
    """The page as this person sees it; what is new on it counts as read afterwards.

    `refused` is a form that was sent from here and not accepted: it is shown again, open and filled in.
    """
    now = process_time()
    shown = read(ticket, actor, now)
    last, known = ticket.last_message_id or 0, shown.around.read_until
    number = ticket.id
    body = web.render(
        "tickets/page.html",
        ticket=ticket,
        shown=shown,
        why=why(ticket, now),
        now=now,
        refused=refused or NOT_REFUSED,
        file_limit_mib=settings().attachment_limit_mib,
        walk_query=urlencode(shown.walk.query, doseq=True),
        **labels(),
    )
    if last > known:
        mark_read(number, actor.person_id, last)
    if shown.around.has_news:
        with transaction():
            read_on_ticket(actor.person_id, number, now=now)
    return body


def read(ticket: Ticket, actor: Actor, now: datetime) -> Shown:
    """Everything around the ticket."""
    rights = rights_of(actor, ticket)
    around = around_of(ticket, actor, page_language())
    others = tied(around.tied)
    history = without_unseen(reading.happened_on(ticket.id), others.seen)
    said = reading.said_on(ticket.id)
    clocks = sla.clocks_of([ticket.id, *(other["id"] for other in around.others)], now)
    routed = because_of(around.routing) if around.routing else ""
    reader = Reader(actor.person_id, now, may_write=rights.note, may_repeat=rights.change)
    every = conversation.entries(ticket.id, history, said, viewer_zone(), routed=routed, reader=reader)
    wanted = request.args.get("show", "")
    walk, wait = walk_of(ticket, actor, now), current_wait(ticket, around.waits)
    return Shown(
        rights=rights,
        turn=turn_of(ticket, actor, wait),
        entries=grouped(conversation.only(every, wanted)),
        hops=_hops(ticket, history, now),
        clocks=[single_chip(clock, now) for clock in clocks.get(ticket.id, [])],
        around=around,
        chips={number: chip_of(found, now) for number, found in clocks.items()},
        composer=composer_of(ticket, actor, around, said),
        walk=walk,
        filters=_filters(ticket.id, wanted, walk.query),
        up_teams=[team for team in around.teams if team["line"] == ticket.line + 1],
        other_teams=[team for team in around.teams if team["id"] != ticket.team_id],
        waiting=choices_of(around.waits, now),
        wait=wait,
        faces=_faces(ticket),
        tied=others,
        asked=asked_of(ticket, actor, around.asked),
        watchers=watchers_shown(around.watchers),
        passed_on=passed_on_in(ticket, said),
        machines=machines_shown(around.machines),
    )


def _hops(ticket: Ticket, history: list[reading.Happened], now: datetime) -> list[tuple[int, str, bool]]:
    """The way through the lines; a finished ticket was held until it was solved."""
    over = ticket.resolved_at if ticket.state in rules.DONE_STATES else None
    return hops(
        history,
        ticket.line,
        ticket.team.name,
        since=ticket.held_since,
        until=over or now,
        is_over=over is not None,
    )


def _filters(number: int, wanted: str, query: Mapping[str, list[str]]) -> list[tuple[str, str, bool]]:
    """All, talk, moves: the name, the address, and whether it is the one shown."""
    choices = (
        (pgettext("filter", "All"), None),
        (pgettext("filter", "Talk"), conversation.TALK),
        (pgettext("filter", "Moves"), conversation.MOVES),
    )
    known = wanted if wanted in conversation.SHOWN else None
    return [
        (name, url_for("tickets.page", number=number, show=value, **query), value == known)  # type: ignore[arg-type]
        for name, value in choices
    ]


def rights_of(actor: Actor, ticket: Ticket) -> Rights:
    """What the person may do, by permission."""
    found = relations(actor, ticket) | actor.relations
    return Rights(
        reply=may(found, Permission.TICKET_REPLY),
        note=may(found, Permission.TICKET_NOTE),
        change=may(found, Permission.TICKET_CHANGE),
        hand_over=may(found, Permission.TICKET_HAND_OVER),
        discard=may(found, Permission.TICKET_DISCARD),
        link=may(found, Permission.TICKET_LINK),
        merge=may(found, Permission.TICKET_MERGE),
    )


def turn_of(ticket: Ticket, actor: Actor, wait: Facts | None = None) -> Turn:
    """Whose turn it is, as a whole sentence for the head."""
    ours = actor.lines or {ticket.line}
    turn = words.turn_of(
        ticket.state,
        ticket.line,
        is_unanswered=ticket.unanswered_since is not None,
        is_answered_once=ticket.first_answered_at is not None or ticket.reopen_count > 0,
        ours=ours,
    )
    return Turn(turn.kind, _sentence(ticket, turn, wait))


def _sentence(ticket: Ticket, turn: Turn, wait: Facts | None) -> str:
    if ticket.discarded_at:
        return gettext("Thrown away as no request")
    if ticket.merged_into_id:
        return gettext("A double, merged into another ticket")
    if turn.kind is TurnKind.DONE:
        at = moment(ticket.closed_at or ticket.resolved_at or ticket.last_event_at)
        return gettext("%(state)s, %(moment)s", state=words.STATES[ticket.state], moment=at)
    if turn.kind is TurnKind.WORK:
        return gettext("Open, our turn: line %(line)s is working", line=ticket.line)
    if turn.kind in (TurnKind.CLIENT, TurnKind.THIRD):
        party = wait["party"] if wait else ""
        return waits_words(ticket.state, party, ticket.wake_at)
    return gettext("%(state)s, our turn: %(turn)s", state=words.STATES[ticket.state], turn=turn.words.lower())


def labels() -> dict[str, Any]:
    """The words of every choice on the page."""
    return {
        "types": words.options(words.TYPES),
        "categories": [("", gettext("none")), *catalogue().categories],
        "category_name": category_name,
        "known_tags": catalogue().tags,
        "priorities": words.options(words.PRIORITIES),
        "impacts": words.options(words.IMPACTS),
        "urgencies": words.options(words.URGENCIES),
        "return_reasons": words.options(words.RETURN_REASONS),
        "discard_reasons": words.options(words.DISCARD_REASONS),
        "own_moment": OWN,
        "causes": words.options(CAUSES),
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
        role: (known_as(person.name), faces.initials(person.name), faces.tint(person.id))
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
