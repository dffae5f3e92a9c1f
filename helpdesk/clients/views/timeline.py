"""Everything that happened with a client, newest first: tickets, calls, mails and notes in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from flask_babel import lazy_gettext, pgettext
from flask_babel.speaklater import LazyString
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from helpdesk.accounts import faces
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.events import ReplyWithdrawn
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.rules import Channel, MessageKind, State

PAGE_SIZE, SHOWN, GREETING = 40, 900, 40
LATELY = timedelta(days=30)


class Show(StrEnum):
    """What of it is asked for."""

    ALL = "all"
    TICKETS = "tickets"
    CALLS = "calls"
    MAILS = "mails"
    NOTES = "notes"

    @classmethod
    def read(cls, text: str) -> Self:
        """All, unless it names something else."""
        return cls(text) if text in list(cls) else cls("all")


FILTERS: Mapping[Show, Any] = {
    Show.ALL: lazy_gettext("All"),
    Show.TICKETS: lazy_gettext("Tickets"),
    Show.CALLS: LazyString(lambda: pgettext("filter", "Calls")),
    Show.MAILS: lazy_gettext("Mails"),
    Show.NOTES: lazy_gettext("Notes"),
}


class Kind(StrEnum):
    """What an entry is; mails and notes are both messages."""

    MESSAGE = "1"
    CALL = "2"
    TICKET = "3"


@dataclass(frozen=True)
class Cursor:
    """The place of an entry in the order: its moment, its kind, its id."""

    at: datetime
    kind: str
    id: int

    @property
    def written(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for the beginning, and for what is no place at all."""
        at, _, rest = text.partition("~")
        kind, _, number = rest.partition("~")
        if kind not in list(Kind) or not (number.isascii() and number.isdecimal() and len(number) < 16):
            return None
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, kind, int(number)) if moment.tzinfo else None


@dataclass(frozen=True)
class Scope:
    """Of whom: one company or one contact."""

    company_id: int | None = None
    contact_id: int | None = None

    @property
    def tickets(self) -> ColumnElement[bool]:
        if self.contact_id is not None:
            return Ticket.contact_id == self.contact_id
        return Ticket.company_id == self.company_id

    @property
    def calls(self) -> ColumnElement[bool]:
        if self.contact_id is not None:
            return Call.contact_id == self.contact_id
        return Call.contact_id.in_(select(Contact.id).where(Contact.company_id == self.company_id))


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `number` None: a call without a ticket; `seconds` is how long a call took."""

    kind: Kind
    at: datetime
    id: int
    number: int | None
    subject: str
    text: str
    name: str
    person_id: int
    contact: str
    state: State | None
    line: int | None
    message_kind: MessageKind | None
    channel: Channel | None
    outcome: CallOutcome | None
    seconds: int | None
    is_withdrawn: bool

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.kind.value, self.id)

    @property
    def is_note(self) -> bool:
        return self.message_kind is MessageKind.NOTE

    @property
    def is_from_client(self) -> bool:
        return self.kind is Kind.TICKET or self.message_kind is MessageKind.CLIENT

    @property
    def first_line(self) -> str:
        """What it begins with, past a greeting that stands on a line of its own."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        greets = len(lines) > 1 and len(lines[0]) <= GREETING and lines[0][-1] in ",!"
        return lines[greets] if lines else ""

    @property
    def is_long(self) -> bool:
        """Whether there is more to read than the line it stands on."""
        return len(self.text.strip()) > len(self.first_line) or len(self.text) > 90

    @property
    def initials(self) -> str:
        return faces.initials(self.name)

    @property
    def tint(self) -> int:
        return faces.tint(self.person_id)


def read(actor: Actor, scope: Scope, show: Show, before: Cursor | None) -> list[Entry]:
    """One page of what the actor may see, and one entry more when there is a next page. One statement."""
    return [_entry(row) for row in db.session.execute(statement(actor, scope, show, before))]


def statement(actor: Actor, scope: Scope, show: Show, before: Cursor | None) -> Select[Any]:
    """Which entries, by their keys alone; only those of the page are then read in full."""
    branches = [branch.subquery() for branch in _branches(actor, scope, show, before)]
    keys = union_all(*(select(branch) for branch in branches)).subquery("keys")
    page = select(keys).order_by(keys.c.at.desc(), keys.c.kind.desc(), keys.c.id.desc()).limit(PAGE_SIZE + 1)
    return _in_full(page.subquery("page"))


def _branches(actor: Actor, scope: Scope, show: Show, before: Cursor | None) -> list[Select[Any]]:
    found = []
    if show in (Show.ALL, Show.TICKETS):
        seen = select(*_key(Ticket.created_at, Kind.TICKET, Ticket.id)).where(
            scope.tickets, visible_to(actor)
        )
        found.append(_latest(seen, Ticket.created_at, Kind.TICKET, Ticket.id, before))
    if show in (Show.ALL, Show.CALLS):
        rang = select(*_key(Call.started_at, Kind.CALL, Call.id)).outerjoin(
            Ticket, Ticket.id == Call.ticket_id
        )
        heard = rang.where(scope.calls, _may_hear(actor))
        found.append(_latest(heard, Call.started_at, Kind.CALL, Call.id, before))
    if show in (Show.ALL, Show.MAILS, Show.NOTES):
        said = select(*_key(Message.created_at, Kind.MESSAGE, Message.id)).join(Ticket)
        said = said.where(scope.tickets, visible_to(actor), _asked(show))
        found.append(_latest(said, Message.created_at, Kind.MESSAGE, Message.id, before))
    return found


def _key(at: Any, kind: Kind, id_: Any) -> tuple[Any, ...]:
    return at.label("at"), literal(kind.value).label("kind"), id_.label("id")


def _latest(query: Select[Any], at: Any, kind: Kind, id_: Any, before: Cursor | None) -> Select[Any]:
    if before is not None:
        query = query.where(tuple_(at, literal(kind.value), id_) < tuple_(before.at, before.kind, before.id))
    return query.order_by(at.desc(), id_.desc()).limit(PAGE_SIZE + 1)


def _may_hear(actor: Actor) -> ColumnElement[bool]:
    """Calls about tickets as the tickets; one that was only noted is for those who take calls."""
    noted = Call.ticket_id.is_(None) if actor.is_agent else literal(False)
    return or_(Call.operator_id == actor.person_id, noted, and_(Ticket.id.is_not(None), visible_to(actor)))


def _asked(show: Show) -> ColumnElement[bool]:
    """Which messages; among all things the first words of a ticket stand for themselves in its entry."""
    note = Message.kind == MessageKind.NOTE
    if show is Show.NOTES:
        return note
    mail = and_(Message.kind != MessageKind.NOTE, Message.call_id.is_(None))
    if show is Show.MAILS:
        return and_(mail, Message.channel == Channel.MAIL)
    return or_(note, and_(mail, Message.created_at > Ticket.created_at))


def _in_full(page: Any) -> Select[Any]:
    person, client = aliased(Person), aliased(Person)
    author = func.coalesce(Message.author_id, Call.operator_id, Contact.person_id)
    contact_id = func.coalesce(Call.contact_id, Ticket.contact_id)
    withdrawn = (
        select(EventRow.id)
        .where(EventRow.ticket_id == Message.ticket_id, EventRow.kind == ReplyWithdrawn.kind)
        .where(cast(EventRow.payload["message_id"].astext, BigInteger) == Message.id)
        .exists()
    )
    ticket_id = func.coalesce(Message.ticket_id, Call.ticket_id)
    is_ticket = page.c.kind == Kind.TICKET.value
    return (
        select(page.c.kind, page.c.at, page.c.id, Ticket.id.label("number"))
        .add_columns(
            func.coalesce(func.nullif(Call.subject, ""), Ticket.subject, "").label("subject"),
            func.coalesce(_text(page, is_ticket), "").label("text"),
            person.name,
            person.id.label("person_id"),
            client.name.label("contact"),
            Ticket.state,
            Ticket.line,
            Message.kind.label("message_kind"),
            func.coalesce(Message.channel, Ticket.channel).label("channel"),
            Call.outcome,
            Call.seconds,
            withdrawn.label("is_withdrawn"),
        )
        .select_from(page)
        .outerjoin(Message, and_(page.c.kind == Kind.MESSAGE.value, Message.id == page.c.id))
        .outerjoin(Call, and_(page.c.kind == Kind.CALL.value, Call.id == page.c.id))
        .outerjoin(Ticket, Ticket.id == case((is_ticket, page.c.id), else_=ticket_id))
        .outerjoin(Contact, Contact.id == contact_id)
        .outerjoin(client, client.id == Contact.person_id)
        .outerjoin(person, person.id == author)
        .order_by(page.c.at.desc(), page.c.kind.desc(), page.c.id.desc())
    )


def _text(page: Any, is_ticket: ColumnElement[bool]) -> Any:
    """The new words of a message without what it quotes, what a call was about, or how a ticket began."""
    first, words = aliased(Message), func.left(Message.text, _until(Message.reply_until))
    began = (
        select(func.left(first.text, _until(first.reply_until)))
        .where(is_ticket, first.ticket_id == page.c.id)
        .order_by(first.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(words, func.nullif(func.left(Call.note, SHOWN), ""), began)


def _until(reply_until: Any) -> Any:
    return cast(func.least(func.coalesce(reply_until, SHOWN), SHOWN), Integer)


def _entry(row: Row[Any]) -> Entry:
    values = dict(row._mapping)
    return Entry(
        **{
            **values,
            "kind": Kind(values["kind"]),
            "channel": values["channel"] and Channel(values["channel"]),
        }
    )
