"""Two tickets of the matrix: the one in the relation, and another to link it with or to merge it into."""

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.tickets import actions
from helpdesk.tickets.models import Participant, Ticket
from helpdesk.tickets.rules import LinkKind
from tests.conftest import NOON
from tests.factories import LONG_AGO, a_ticket, the_system, the_team
from tests.permissions.placed import CANARY, Maker, Placed


def paired(make: Maker) -> Maker:
    """The placed ticket, and an open one of the same contact in the first line's default team."""

    def both(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        other = _another(ticket, person)
        return Placed(placed.url, {**placed.values, "other": other.id, "other_version": other.version})

    return both


def linked(make: Maker) -> Maker:
    """The same two, tied together."""

    def both(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is None:
            return Placed({**placed.url, "link_id": 1}, placed.values)
        now = max(NOON, ticket.last_event_at)
        other = _another(ticket, person)
        row = actions.link(ticket, other, LinkKind.RELATES, by=the_system().id, now=now)
        return Placed({**placed.url, "link_id": row.id}, placed.values)

    return both


def _another(ticket: Ticket | None, person: Person | None) -> Ticket:
    """Somebody in the first line works on it, and the person reads along and works on it himself."""
    other = a_ticket(f"{CANARY} other", team=the_team(1), text=CANARY)
    if ticket is not None:
        other.contact_id, other.company_id = ticket.contact_id, ticket.company_id
    if person is not None:
        other.assignee_id = person.id
        db.session.add(
            Participant(ticket_id=other.id, person_id=person.id, because="mentioned", since=LONG_AGO)
        )
    db.session.flush()
    db.session.refresh(other)
    return other
