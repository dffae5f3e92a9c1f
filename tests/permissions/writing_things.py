"""What belongs to writing on a ticket: answers that did not arrive, waiting files, canned answers."""

import itertools
import uuid

from sqlalchemy import select

from helpdesk import blobs
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.canned import actions as canned
from helpdesk.db import db
from helpdesk.notifications.actions import hold_back
from helpdesk.notifications.models import Outbox
from helpdesk.tickets.actions import NewFile, drafts
from tests.conftest import NOON
from tests.factories import an_agent, the_system, the_team
from tests.permissions.placed import CANARY, Maker, Placed

_count = itertools.count(1)


def lost(make: Maker) -> Maker:
    """The ticket with an answer that reached nobody."""

    def both(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        mail = db.session.scalar(select(Outbox).where(Outbox.message_id == placed.url["message_id"]))
        if mail is not None:
            hold_back(mail, "550 no such user", now=NOON)
            db.session.flush()
        return placed

    return both


def with_file(make: Maker, *, inline: bool = False) -> Maker:
    """The ticket, and a file that waits in the person's own composer, or a picture between the words."""

    def both(relation: str, person: Person | None) -> Placed:
        placed, content = make(relation, person), CANARY.encode()
        if relation == "missing":
            return Placed({**placed.url, "public_id": uuid.uuid4()})
        file = NewFile(
            sha256=blobs.store(content),
            name=CANARY,
            content_type="image/png" if inline else "text/plain",
            size=len(content),
            inline=inline,
        )
        desk = drafts.Desk(placed.url["number"], person.id if person else an_agent().id)
        return Placed({**placed.url, "public_id": drafts.stage(desk, file, now=NOON).public_id})

    return both


def with_canned_answer(make: Maker) -> Maker:
    """The ticket, and a canned answer of every team."""

    def both(relation: str, person: Person | None) -> Placed:
        placed, answer = make(relation, person), a_canned_answer("every_team", person)
        return Placed(placed.url, {**placed.values, **answer.values})

    return both


def a_canned_answer(relation: str, person: Person | None) -> Placed:
    """A canned answer of every team, or of the person's own."""
    if relation == "missing":
        return Placed({"answer_id": 999_999}, {"team_id": ""})
    seat = select(Team.line).join(Membership).where(Membership.person_id == (person.id if person else 0))
    team_id = the_team(db.session.scalar(seat) or 1).id if relation == "own_team" else None
    wording = canned.Wording(
        name=CANARY, shortcut=f"c{next(_count)}", language="en", text=CANARY, team_id=team_id
    )
    answer = canned.create(wording, by=the_system().id, now=NOON)
    return Placed({"answer_id": answer.id}, {"answer_id": answer.id, "team_id": team_id or ""})
