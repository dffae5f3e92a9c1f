"""Finding tickets by words in subjects and messages, by client and by phone; only visible ones.

Who may read a ticket reads its internal notes too, so a word of a note is found by exactly those people.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from helpdesk.accounts.actor import Actor
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.tickets.models import Message, ReadMark, Ticket
from helpdesk.tickets.queries.visibility import visible_to
from helpdesk.tickets.typed import Typed

LIMIT = 50
CANDIDATES = 400
OPEN_WEIGHT = 3
SHORT = 1  # one letter alone is no beginning of a word: too many begin with it


def visible_number(actor: Actor, number: int) -> bool:
    """Whether there is such a ticket for this person."""
    return db.session.scalar(select(Ticket.id).where(Ticket.id == number, visible_to(actor))) is not None


def search(actor: Actor, typed: Typed, *, contact_ids: Sequence[int] = (), limit: int = LIMIT) -> list[int]:
    """Numbers of visible tickets that fit, the best first; one statement.

    Each word counts by its stem and as the beginning of a word, a phrase by the stems in their order. A
    subject weighs more than a client, a client more than what was said, and what is open more than what is
    over; how often it stands there counts for nothing. `contact_ids` are clients found by
    a telephone number.
    """
    seen = and_(visible_to(actor), *_narrowed(typed))
    if contact_ids or typed.has_words:
        found = _candidates(typed, seen, contact_ids).subquery()
    elif typed.is_narrowed:
        found = select(Ticket.id.label("ticket_id"), literal(1).label("weight")).where(seen).subquery()
    else:
        return []
    rank = func.sum(found.c.weight.distinct()) + case((Ticket.resolved_at.is_(None), OPEN_WEIGHT), else_=0)
    rows = db.session.execute(
        select(found.c.ticket_id, rank)
        .join(Ticket, Ticket.id == found.c.ticket_id)
        .group_by(found.c.ticket_id, Ticket.resolved_at)
        .order_by(rank.desc(), found.c.ticket_id.desc())
        .limit(limit)
    )
    return [ticket_id for ticket_id, _ in rows]


def begun(actor: Actor, typed: Typed, *, limit: int) -> list[tuple[int, str]]:
    """Numbers and subjects while somebody types: the latest visible ones whose subject fits, or that have
    the number.
    """
    fits = [_in(Ticket.stems, Ticket.words, typed)] if typed.has_words else []
    exact = [Ticket.id == typed.number] if typed.number is not None else []
    if not (fits or exact):
        return []
    statement = select(Ticket.id, Ticket.subject).where(
        or_(*exact, *fits), visible_to(actor), *_narrowed(typed)
    )
    first = (Ticket.id == (typed.number or 0)).desc()
    rows = db.session.execute(statement.order_by(first, Ticket.id.desc()).limit(limit))
    return [(number, subject) for number, subject in rows]


def lately_read(actor: Actor, *, limit: int) -> list[tuple[int, str]]:
    """Numbers and subjects of what the person has read up to the latest messages, as far as he still may."""
    marks = select(ReadMark.ticket_id, ReadMark.last_message_id).where(ReadMark.person_id == actor.person_id)
    latest = marks.order_by(ReadMark.last_message_id.desc()).limit(LIMIT).subquery()
    statement = (
        select(Ticket.id, Ticket.subject)
        .join(latest, latest.c.ticket_id == Ticket.id)
        .where(visible_to(actor))
        .order_by(latest.c.last_message_id.desc())
        .limit(limit)
    )
    return [(number, subject) for number, subject in db.session.execute(statement)]


def _narrowed(typed: Typed) -> list[ColumnElement[bool]]:
    """What the words with a prefix ask for."""
    return [
        *([Ticket.state.in_(typed.states)] if typed.states else []),
        *([Ticket.line.in_(typed.lines)] if typed.lines else []),
        *(_tagged(tag) for tag in typed.tags),
        *(_of_client((client,)) for client in typed.clients),
    ]


def _tagged(tag: str) -> ColumnElement[bool]:
    """Tags are compared without regard to case, whole."""
    lowered = func.lower(func.array_to_string(Ticket.tags, "\x01"))
    return or_(Ticket.tags.contains([tag]), literal(tag) == func.any(func.string_to_array(lowered, "\x01")))


def _candidates(
    typed: Typed, seen: ColumnElement[bool], contact_ids: Sequence[int]
) -> CompoundSelect[int, int]:
    """Seen tickets of each way of being found, the latest first and no more than CANDIDATES of each."""
    ways = [_by_client(_of_contacts(contact_ids), seen)] if contact_ids else []
    if typed.has_words:
        words = (*typed.words, *typed.phrases)
        ways += [_by_subject(typed, seen), _by_text(typed, seen), _by_client(_of_client(words), seen)]
    return union_all(*(select(way.subquery()) for way in ways))


def _by_subject(typed: Typed, seen: ColumnElement[bool]) -> Select[int, int]:
    found = select(Ticket.id.label("ticket_id"), literal(4).label("weight"))
    fits = _in(Ticket.stems, Ticket.words, typed)
    return found.where(fits, seen).order_by(Ticket.id.desc()).limit(CANDIDATES)


def _by_text(typed: Typed, seen: ColumnElement[bool]) -> Select[int, int]:
    found = select(Message.ticket_id.label("ticket_id"), literal(1).label("weight"))
    found = found.join(Ticket, Ticket.id == Message.ticket_id)
    fits = _in(Message.stems, Message.words, typed)
    return found.where(fits, seen).order_by(Message.id.desc()).limit(CANDIDATES)


def _by_client(theirs: ColumnElement[bool], seen: ColumnElement[bool]) -> Select[int, int]:
    found = select(Ticket.id.label("ticket_id"), literal(2).label("weight"))
    return found.where(theirs, seen).order_by(Ticket.id.desc()).limit(CANDIDATES)


def _of_contacts(contact_ids: Sequence[int]) -> ColumnElement[bool]:
    return Ticket.contact_id.in_(sorted(contact_ids))


def _of_client(words: Sequence[str]) -> ColumnElement[bool]:
    """Every word stands somewhere in the contact's names, addresses or numbers, or in the company's name."""
    contacts = select(Contact.id).where(*(Contact.lookup.contains(word, autoescape=True) for word in words))
    companies = select(Company.id).where(
        *(Company.sort_key.contains(word, autoescape=True) for word in words)
    )
    return or_(Ticket.contact_id.in_(contacts), Ticket.company_id.in_(companies))


def _in(stems: Any, words: Any, typed: Typed) -> ColumnElement[bool]:
    """Every word stands in the text in some form or begins one of its words; phrases stand there whole."""
    each = [
        or_(
            stems.op("@@", is_comparison=True)(func.plainto_tsquery("russian", word)),
            words.op("@@", is_comparison=True)(beginning(word)),
        )
        for word in typed.words
    ]
    whole = [
        stems.op("@@", is_comparison=True)(func.phraseto_tsquery("russian", phrase))
        for phrase in typed.phrases
    ]
    return and_(*each, *whole)


def beginning(word: str) -> ColumnElement[object]:
    """The word as the beginning of one."""
    bare = word.replace("'", "").replace("\\", "")
    return func.to_tsquery("simple", f"'{bare}'" if len(bare) <= SHORT else f"'{bare}':*")


def any_of(typed: Typed) -> ColumnElement[object]:
    """All words and phrases in one query, for marking them in a text."""
    parts = [
        *(func.plainto_tsquery("russian", word).op("||")(_shortened(word)) for word in typed.words),
        *(func.phraseto_tsquery("russian", phrase) for phrase in typed.phrases),
    ]
    return reduce(lambda all_, one: all_.op("||")(one), parts)


LONG_WORD = 5
VERY_LONG_WORD = 8


def _shortened(word: str) -> ColumnElement[object]:
    """Marking compares stems, which are shorter than words: a long half-typed word gives its last letter, a
    very long one its last three ("prescriptio" marks "prescript").
    """
    less = 3 if len(word) >= VERY_LONG_WORD else 1 if len(word) >= LONG_WORD else 0
    return beginning(word[: len(word) - less])
