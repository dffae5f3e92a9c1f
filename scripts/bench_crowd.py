"""Tickets with a past and running clocks, written straight into the tables of the desk of a benchmark."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import Connection, create_engine, select, text

from helpdesk import clock
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.clients.models import Contact
from helpdesk.config import Settings
from helpdesk.db import db, transaction
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.tickets import actions
from helpdesk.tickets.actions import ClientMessage, Opening, Reply, open_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, Priority, TicketType

MINUTE = timedelta(minutes=1)
SPREAD = timedelta(hours=5)  # of the ages of the crowd
PLACES = 6  # so many different tickets are made due before the first comes again
# So that it matters not when the benchmark runs. A P4 is owed the next answer in twelve hours, so the first
# threshold comes six hours after the client wrote.
POLICY = "Round the clock"
RUNNING_EACH = 3  # clocks that run on a ticket in the midst of its life: answer, solution, line


@dataclass(frozen=True)
class Desk:
    """Who asks and who works."""

    contact: Contact
    team: Team
    person: Person

    @classmethod
    def read(cls) -> "Desk":
        """A client of the demo's firm with a contract round the clock, and somebody of line 1."""
        policy = select(SlaPolicy.id).where(SlaPolicy.name == POLICY)
        company = select(Contract.company_id).where(Contract.policy_id.in_(policy)).limit(1).scalar_subquery()
        contact = db.session.scalars(select(Contact).where(Contact.company_id == company)).first()
        team, person = db.session.execute(
            select(Team, Person)
            .join(Membership, Membership.team_id == Team.id)
            .join(Person, Person.id == Membership.person_id)
            .where(Team.line == 1)
            .order_by(Membership.id)
        ).first() or (None, None)
        if contact is None or team is None or person is None:
            raise SystemExit("The demo's firm has nobody round the clock.")
        return cls(contact, team, person)

    def open(self) -> Ticket:
        """A ticket in the midst of its life: taken, answered at once, and the client has written again."""
        now = clock.now(db.session)
        opening = Opening(
            channel=Channel.MAIL,
            subject="Scanner folder is empty",
            type=TicketType.INCIDENT,
            priority=Priority.P4,
            language="en",
            company_id=self.contact.company_id,
            contact_id=self.contact.id,
            line=1,
            team_id=self.team.id,
            assignee_id=self.person.id,
            message=self._words("I scan and the folder stays empty."),
        )
        with transaction():
            ticket = open_ticket(opening, by=self.contact.person_id, now=now - 9 * MINUTE)
            by, news = self.person.id, self._words("Any news?")
            actions.reply(ticket, Reply(text="We look at it."), by=by, now=now - 8 * MINUTE)
            actions.change_type(ticket, TicketType.REQUEST, by=by, now=now - 7 * MINUTE)
            actions.change_type(ticket, TicketType.INCIDENT, by=by, now=now - 6 * MINUTE)
            actions.add_client_message(ticket, news, by=self.contact.person_id, now=now - 5 * MINUTE)
        return ticket

    def _words(self, words: str) -> ClientMessage:
        return ClientMessage(author_id=self.contact.person_id, text=words, channel=Channel.MAIL)


@dataclass
class Crowd:
    """Many tickets, alike but for their age; they were written straight into the tables."""

    ids: list[int]
    turn: int = 0

    def grow(self, desk: Desk, clocks: int) -> None:
        """So many more running clocks, up to some hours old, so that the next threshold is an hour away."""
        if clocks <= 0:
            return
        with _noted(f"{clocks:,} clocks"):
            self.ids += _cloned(desk.open(), clocks // RUNNING_EACH)
            _tidy()

    def make_due(self, count: int, *, since: timedelta) -> None:
        """So many of them, far apart from each other, had their next threshold that long ago: all of their
        past is moved back by as much as that takes.
        """
        self.turn += 1
        chosen = self.ids[self.turn % PLACES :: len(self.ids) // count][:count]
        with _as_owner() as connection:
            connection.execute(text("alter table event disable trigger event_append_only"))
            for statement in _MOVED_BACK:
                connection.execute(text(statement), {"ids": chosen, "since": since})
            connection.execute(text("alter table event enable trigger event_append_only"))
        _tidy()


_MOVED_BACK = (
    """
    create temporary table moved as
    select ticket_id as id, min(next_fire_at) - date_trunc('second', clock_timestamp()) + :since as by
    from sla_clock where ticket_id = any(:ids) group by ticket_id
    """,
    """
    update event set effective_at = effective_at - moved.by, recorded_at = recorded_at - moved.by
    from moved where event.ticket_id = moved.id
    """,
    """
    update sla_clock set next_fire_at = next_fire_at - moved.by, due_at = due_at - moved.by,
        started_at = started_at - moved.by, stopped_at = stopped_at - moved.by,
        checkpoint_at = checkpoint_at - moved.by
    from moved where sla_clock.ticket_id = moved.id
    """,
    """
    update ticket set sort_due = sort_due - moved.by, last_event_at = last_event_at - moved.by
    from moved where ticket.id = moved.id
    """,
)


def _cloned(ticket: Ticket, count: int) -> list[int]:
    """The same ticket so many times over with its ledger and its clocks, each a little older."""
    with _as_owner() as connection:
        first = connection.execute(text("select nextval('ticket_number')")).scalar_one()
        values = {"ticket": ticket.id, "first": first, "count": count, "step": SPREAD / count}
        for statement in _cloning():
            connection.execute(text(statement), values)
        connection.execute(text("select setval('ticket_number', :last)"), {"last": first + count + 1})
    return list(range(first + 1, first + count + 1))


def _cloning() -> Iterator[str]:
    ticket = {"id": ":first + n", "public_id": "gen_random_uuid()", **_older("sort_due", "last_event_at")}
    of_ticket = {"ticket_id": ":first + n"}
    yield _copied("ticket", "id", ticket)
    yield _copied("event", "ticket_id", of_ticket | _older("effective_at", "recorded_at"))
    moments = _older("next_fire_at", "due_at", "started_at", "stopped_at", "checkpoint_at")
    yield _copied("sla_clock", "ticket_id", of_ticket | moments)
    yield _copied("ticket_sla", "ticket_id", of_ticket)


def _older(*moments: str) -> dict[str, str]:
    return {name: f"{name} - :step * n" for name in moments}


def _copied(name: str, key: str, changed: dict[str, str]) -> str:
    table = db.metadata.tables[name]
    given = [
        column.name
        for column in table.columns
        if column.computed is None and (column.name != "id" or "id" in changed)
    ]
    values = ", ".join(changed.get(column, column) for column in given)
    return f"""
        insert into {name} ({", ".join(given)})
        select {values} from {name}, generate_series(1, :count) n where {name}.{key} = :ticket
    """  # noqa: S608  (names of columns only)


def _tidy() -> None:
    """What autovacuum would do in the middle of a measurement."""
    with _as_owner() as connection:
        connection.execute(text("vacuum analyze ticket, event, sla_clock, ticket_sla, sla_firing, notice"))


@contextmanager
def _as_owner() -> Iterator[Connection]:
    """The program itself may neither change the log nor set a sequence nor tidy a table."""
    settings: Settings = current_app.extensions["settings"]
    engine = create_engine(settings.database_owner_url or "", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def _noted(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"{what}: written in {time.perf_counter() - begun:.1f} s", file=sys.stderr)
