"""Who else gets the answers, who was proposed for it, and for whom a passed on mail counts, as shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.clients.words import known_as
from helpdesk.tickets.evidence import passed_on_by, passed_on_from
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.addresses import WRITTEN_FROM
from helpdesk.tickets.rules import MessageKind
from helpdesk.tickets.views.jsonb import listed
from helpdesk.tickets.views.reading import Facts, Said
from helpdesk.tickets.watch_models import TicketWatcher
from helpdesk.tickets.watch_rules import WatchState


@dataclass(frozen=True)
class Watcher:
    """An address with whatever we know of him: his name and his company, "" for nobody we know."""

    id: int
    email: str
    name: str
    company: str


@dataclass(frozen=True)
class Watchers:
    """Those who get the answers, and those about whom nobody has decided."""

    watching: Sequence[Watcher]
    proposed: Sequence[Watcher]


@dataclass(frozen=True)
class PassedOn:
    """A mail that one of us passed on: by whom, whose it seems to be, and for whom it counts now.

    `email` is "" where nobody can tell whose it is. `counts_for_agent`: he who passed it on is the requester.
    `stands_apart`: his own words are a note, and the client's stand as the client's.
    """

    agent: str
    client: str
    email: str
    counts_for_agent: bool
    stands_apart: bool = True


def watchers_of(ticket_id: int) -> ScalarSelect[Any]:
    """The rows, for the one statement around the ticket; those who were turned down are left out."""
    row = func.jsonb_build_object(
        "id", TicketWatcher.id, "email", TicketWatcher.email, "state", TicketWatcher.state
    )
    name = func.coalesce(Person.name, TicketWatcher.name)
    who = func.jsonb_build_object("name", name, "company", Company.name, "shut", _is_shut())
    return (
        select(listed(row.concat(who), TicketWatcher.id))
        .outerjoin(Contact, Contact.id == TicketWatcher.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(TicketWatcher.ticket_id == ticket_id, TicketWatcher.state != WatchState.DECLINED)
        .scalar_subquery()
    )


def _is_shut() -> ColumnElement[bool]:
    """Mail to the watcher comes back for good: what clients.reach says, for the one statement."""
    returned = select(AddressReturn.id).where(
        AddressReturn.email == TicketWatcher.email, AddressReturn.shuts, AddressReturn.cleared_at.is_(None)
    )
    known = select(ContactAddress.id).where(
        ContactAddress.email == TicketWatcher.email, ContactAddress.undeliverable_at.isnot(None)
    )
    return or_(returned.exists(), known.exists())


def watchers_shown(rows: Sequence[Facts]) -> Watchers:
    """The rows by what was decided."""
    found = {state: [_watcher(row) for row in rows if row["state"] == state] for state in WatchState}
    return Watchers(found[WatchState.WATCHING], found[WatchState.PROPOSED])


def watching_emails(rows: Sequence[Facts]) -> list[str]:
    """Whom an answer is copied to unless the writer says otherwise."""
    return [row["email"] for row in rows if row["state"] == WatchState.WATCHING]


def shut_emails(rows: Sequence[Facts]) -> list[str]:
    """Watchers whom no mail reaches."""
    return [row["email"] for row in rows if row["shut"]]


def passed_on_in(ticket: Ticket, said: Mapping[int, Said]) -> PassedOn | None:
    """What is to be said of the first message; None once somebody answered: then it is settled."""
    first = next((one for one in said.values() if one.kind is MessageKind.CLIENT), None)
    if first is None or ticket.first_answered_at is not None or ticket.merged_into_id is not None:
        return None
    agent_id, email = passed_on_by(first.evidence), passed_on_from(first.evidence)
    if agent_id is not None:
        here = ticket.contact_id == agent_id
        agent = next((one.author for one in said.values() if one.kind is MessageKind.NOTE), "")
        return PassedOn(agent, first.author, str(first.recipients.get(WRITTEN_FROM, "")), here)
    if email is None:
        return None
    if ticket.contact.person_id == first.author_id:
        return PassedOn(first.author, email, email, counts_for_agent=True)
    return PassedOn(
        first.author, ticket.contact.person.name, email, counts_for_agent=False, stands_apart=False
    )


def _watcher(row: Facts) -> Watcher:
    company = known_as(row["company"]) if row["company"] else ""
    return Watcher(row["id"], row["email"], known_as(row["name"]) if row["name"] else "", company)
