"""Finding tickets by number, by words in subjects and messages, and by the client's name; only visible
ones.
"""

import re
from functools import reduce

from sqlalchemy import ColumnElement, CompoundSelect, func, literal, or_, select, union_all

from helpdesk.accounts.actor import Actor
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.visibility import visible_to

LIMIT = 50
CANDIDATES = 400
LONG_WORD = 5
NUMBER = re.compile(r"(?:[A-Za-z]{1,8})?#?(\d{1,12})")
WORD = re.compile(r"[\w@.+-]+", re.UNICODE)


def number_in(typed: str) -> int | None:
    """The ticket number, when that is all that was typed: 1042, #1042, HD#1042."""
    found = NUMBER.fullmatch(typed.strip().strip("[]"))
    return int(found[1]) if found else None


def visible_number(actor: Actor, number: int) -> bool:
    """Whether there is such a ticket for this person."""
    return db.session.scalar(select(Ticket.id).where(Ticket.id == number, visible_to(actor))) is not None


def search(actor: Actor, typed: str) -> list[int]:
    """Numbers of visible tickets that fit, the best first, at most LIMIT; one statement.

    Each word counts by its stem and as the beginning of a word. A subject weighs more than a name, a name
    more than
    what was said.
    """
    words = WORD.findall(typed.casefold())[:8]
    if not words:
        return []
    found = _candidates(words).subquery()
    rank = func.sum(found.c.weight)
    rows = db.session.execute(
        select(found.c.ticket_id, rank)
        .join(Ticket, Ticket.id == found.c.ticket_id)
        .where(visible_to(actor))
        .group_by(found.c.ticket_id)
        .order_by(rank.desc(), found.c.ticket_id.desc())
        .limit(LIMIT)
    )
    return [ticket_id for ticket_id, _ in rows]


def _candidates(words: list[str]) -> CompoundSelect[int, int]:
    """Tickets of each way of being found, the latest first and no more than CANDIDATES of each."""
    query = _query(words)
    by_subject = (
        select(Ticket.id.label("ticket_id"), literal(4).label("weight"))
        .where(Ticket.stems.op("@@")(query))
        .order_by(Ticket.id.desc())
        .limit(CANDIDATES)
    )
    by_text = (
        select(Message.ticket_id, literal(1))
        .where(Message.stems.op("@@")(query))
        .order_by(Message.id.desc())
        .limit(CANDIDATES)
    )
    by_client = (
        select(Ticket.id, literal(2))
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(Company, Company.id == Ticket.company_id)
        .where(*(_named(word) for word in words))
        .order_by(Ticket.id.desc())
        .limit(CANDIDATES)
    )
    parts = (by_subject.subquery(), by_text.subquery(), by_client.subquery())
    return union_all(*(select(part) for part in parts))


def _query(words: list[str]) -> ColumnElement[object]:
    """All words, each by its stem or as a beginning."""
    parts = [
        func.plainto_tsquery("russian", word).op("||")(func.to_tsquery("simple", f"'{_begun(word)}':*"))
        for word in words
    ]
    return reduce(lambda all_, one: all_.op("&&")(one), parts)


def _begun(word: str) -> str:
    """The beginning to look for: stems are shorter than words, so a long half-typed one gives its last
    letter.
    """
    bare = _bare(word)
    return bare[:-1] if len(bare) >= LONG_WORD else bare


def _bare(word: str) -> str:
    """Free of what means something inside a quoted lexeme."""
    return word.replace("'", "").replace("\\", "")


def _named(word: str) -> ColumnElement[bool]:
    pattern = word.replace("ё", "е").replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return or_(Contact.lookup.like(f"%{pattern}%"), Company.sort_key.like(f"%{pattern}%"))
