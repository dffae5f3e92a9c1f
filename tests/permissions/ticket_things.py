"""Tickets, their answers and files, in a relation to the person who asks."""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.clients.models import Contact
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.kb import actions as articles
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Audience
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Attachment, Message, Participant, Ticket
from helpdesk.tickets.rules import DiscardReason, State
from tests.conftest import NOON
from tests.factories import (
    LONG_AGO,
    a_company,
    a_contact,
    a_team,
    a_ticket,
    an_agent,
    the_system,
    the_team,
)
from tests.permissions.placed import CANARY, Maker, Placed

_count = itertools.count(1)

TICKET_RELATIONS = (
    "own_team",
    "own_line",
    "assigned",
    "owner_team",
    "participant",
    "former",
    "foreign",
    "missing",
)

OTHER_LINE = {1: 2, 2: 3, 3: 2}


def a_placed_ticket(relation: str, person: Person | None) -> Placed:
    """A ticket as the relation says; everybody without a team stands on line 1, to have a line at all.

    own_team: with the person's own team. own_line: with another team of that line. assigned, participant,
    former (taking part has ended), owner_team: on another line, otherwise with strangers. foreign: with
    strangers only.
    """
    other = _canary_contact()
    if relation == "missing":
        nowhere = {"version": 1, "message": 0, "sister_team_id": 1, "other_contact_id": other.id}
        return Placed({"number": 999_999}, nowhere | {"in_two_days": in_two_days()})
    line = line_of(person)
    stranger = a_team(1, answers_client=True)
    team = {"own_team": the_team(line), "own_line": a_team(line)}.get(relation) or a_team(OTHER_LINE[line])
    ticket = a_ticket(f"{CANARY} subject", contact=_canary_contact(), team=team, text=f"{CANARY} text")
    ticket.owner_team_id = the_team(1).id if relation == "owner_team" and line == 1 else stranger.id
    if relation == "own_team" and line == 1:
        ticket.owner_team_id = team.id
    if relation == "assigned" and person is not None:
        ticket.assignee_id = person.id
    if relation in ("participant", "former") and person is not None:
        _takes_part(ticket, person, until=NOON if relation == "former" else None)
    db.session.flush()
    db.session.refresh(ticket)
    return Placed(
        {"number": ticket.id},
        {
            "version": ticket.version,
            "in_two_days": in_two_days(),
            "message": ticket.last_message_id,
            "sister_team_id": a_team(ticket.line).id,
            "other_contact_id": other.id,
        },
    )


def in_two_days() -> str:
    """A moment that every policy lets a ticket wait for, as a form writes it."""
    return (process_time() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


def in_state(state: State) -> Maker:
    """The same ticket after something was done to it."""

    def make(relation: str, person: Person | None) -> Placed:
        placed = a_placed_ticket(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is not None:
            by, now = the_system().id, process_time()
            _REACH[state](ticket, by, max(now, ticket.last_event_at))
        return placed

    return make


_REACH: dict[State, Callable[[Ticket, int, datetime], object]] = {
    State.WAITING_CLIENT: lambda ticket, by, now: tickets.wait(
        ticket, State.WAITING_CLIENT, reason="the model", wake_at=None, by=by, now=now
    ),
    State.RESOLVED: lambda ticket, by, now: tickets.resolve(ticket, "Restarted", by=by, now=now),
}


def a_discarded_ticket(relation: str, person: Person | None) -> Placed:
    """The same ticket thrown away as spam."""
    placed = a_placed_ticket(relation, person)
    ticket = db.session.get(Ticket, placed.url["number"])
    if ticket is not None:
        now = max(process_time(), ticket.last_event_at)
        tickets.discard(ticket, DiscardReason.SPAM, by=the_system().id, now=now)
    return placed


def an_html_mail(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation, opened by a mail with HTML."""
    placed = a_placed_ticket(relation, person)
    message = db.session.get(Message, placed.values["message"])
    if message is not None:
        message.has_html, message.html = True, f"<p>{CANARY}</p>"
        db.session.flush()
    return Placed({**placed.url, "message_id": placed.values["message"]})


def an_answer(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation with an answer that has not left: the person's own where he may answer at
    all, else a stranger's.
    """
    placed = a_placed_ticket(relation, person)
    ticket = db.session.get(Ticket, placed.url["number"])
    if ticket is None:
        return Placed({**placed.url, "message_id": 0})
    answers = select(Team.id).join(Membership).where(Team.answers_client, Membership.person_id == _id(person))
    author = person if person is not None and db.session.scalar(answers) else an_agent()
    now = max(process_time(), ticket.last_event_at)
    answer = tickets.Reply(text=CANARY, to=("hanna.bell@brightwater.example",))
    message = tickets.reply(ticket, answer, by=author.id, now=now)
    ticket.owner_id = None  # answering makes an owner, who would see the ticket for that
    db.session.flush()
    return Placed({**placed.url, "message_id": message.id})


def an_article(relation: str, person: Person | None) -> Placed:
    """An instruction that is a draft or published; version 1 of its English text."""
    if relation == "missing":
        return Placed({"article_id": 999_999})
    writing = Writing(language="en", title=f"{CANARY} title", body=f"{CANARY} body")
    article = articles.create(
        writing, audience=Audience.STAFF, section="Scanning", by=an_agent().id, now=NOON
    )
    if relation == "published":
        articles.publish(article, now=NOON)
    return Placed({"article_id": article.id})


def a_ticket_and_an_article(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation, and an instruction that anybody inside may read."""
    placed, article = a_placed_ticket(relation, person), an_article("published", person)
    return Placed({**placed.url, **article.url}, {**placed.values, **article.url})


def an_attachment(relation: str, person: Person | None) -> Placed:
    """A file of the ticket that stands in the relation."""
    if relation == "missing":
        return Placed({"public_id": uuid.uuid4()})
    ticket = a_placed_ticket(relation, person)
    content = f"{CANARY} file".encode()
    file = Attachment(
        public_id=uuid.uuid4(),
        message_id=ticket.values["message"],
        name=f"{CANARY}.txt",
        content_type="text/plain",
        size=len(content),
        sha256=blobs.store(content),
    )
    db.session.add(file)
    db.session.flush()
    return Placed({"public_id": file.public_id})


def _canary_contact() -> Contact:
    company = a_company(f"{CANARY} {next(_count)} Ltd")
    return a_contact(CANARY, company=company, email=f"{CANARY}-{company.id}@halden.example")


def line_of(person: Person | None) -> int:
    seat = select(Team.line).join(Membership).where(Membership.person_id == _id(person))
    return db.session.scalar(seat) or 1


def _id(person: Person | None) -> int:
    return person.id if person else 0


def _takes_part(ticket: Ticket, person: Person, *, until: datetime | None) -> None:
    db.session.add(
        Participant(
            ticket_id=ticket.id, person_id=person.id, because="mentioned", since=LONG_AGO, until=until
        )
    )
