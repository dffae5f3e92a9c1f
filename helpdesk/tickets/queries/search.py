"""Finding tickets by number, by words in subjects and messages, and by the client's name; only visible
ones.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, func, literal, or_, select, union_all

from helpdesk.accounts.actor import Actor
from helpdesk.clients.models import Company, Contact
from helpdesk.db import db
from helpdesk.kb.marks import HEADLINE, START, STOP, without_marks
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.visibility import visible_to

LIMIT = 50
CANDIDATES = 400
LONG_WORD = 5
VERY_LONG_WORD = 8
LEAD = 24
EXCERPT_FROM = 20_000
MARKS = f"StartSel={START}, StopSel={STOP}"
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
    words = _words(typed)
    if not words:
        return []
    found = _candidates(words, visible_to(actor)).subquery()
    rank = func.sum(found.c.weight)
    rows = db.session.execute(
        select(found.c.ticket_id, rank)
        .group_by(found.c.ticket_id)
        .order_by(rank.desc(), found.c.ticket_id.desc())
        .limit(LIMIT)
    )
    return [ticket_id for ticket_id, _ in rows]


@dataclass(frozen=True)
class Excerpt:
    """A found ticket's subject and the words that fit best, with the found ones between START and STOP."""

    subject: str
    said: str


def excerpts(numbers: Sequence[int], typed: str) -> dict[int, Excerpt]:
    """Subjects and words of these tickets with what was looked for marked; one statement."""
    words = _words(typed)
    if not (numbers and words):
        return {}
    query = _query(words)
    fitting = (
        select(func.ts_headline("russian", _clean(func.left(Message.text, EXCERPT_FROM)), query, HEADLINE))
        .where(Message.ticket_id == Ticket.id, Message.stems.op("@@")(query))
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(Ticket)
        .scalar_subquery()
    )
    whole = func.ts_headline("russian", _clean(Ticket.subject), query, f"HighlightAll=true, {MARKS}")
    said = func.coalesce(fitting, _clean(Ticket.preview))
    rows = db.session.execute(select(Ticket.id, whole, said).where(Ticket.id.in_(numbers)))
    return {number: Excerpt(subject, _near(words_)) for number, subject, words_ in rows}


def _near(text: str) -> str:
    """One line that begins shortly before the first found word."""
    line = " ".join(text.split())
    first = line.find(START)
    if first <= LEAD:
        return line
    return "… " + line[line.find(" ", first - LEAD) + 1 :]


def marked_name(name: str, typed: str) -> str:
    """A name with the found parts between START and STOP; ё counts as е."""
    parts = [re.escape(word).replace("е", "[её]") for word in _words(typed.replace("ё", "е"))]
    clean = without_marks(name)
    return re.sub("|".join(parts), rf"{START}\g<0>{STOP}", clean, flags=re.IGNORECASE) if parts else clean


def _clean(value: Any) -> Any:
    """Free of characters that would pass for our marks."""
    return func.translate(value, START + STOP, "")


def _words(typed: str) -> list[str]:
    return WORD.findall(typed.casefold())[:8]


def _candidates(words: list[str], seen: ColumnElement[bool]) -> CompoundSelect[int, int]:
    """Seen tickets of each way of being found, the latest first and no more than CANDIDATES of each."""
    query = _query(words)
    by_subject = (
        select(Ticket.id.label("ticket_id"), literal(4).label("weight"))
        .where(Ticket.stems.op("@@")(query), seen)
        .order_by(Ticket.id.desc())
        .limit(CANDIDATES)
    )
    by_text = (
        select(Message.ticket_id, literal(1))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.stems.op("@@")(query), seen)
        .order_by(Message.id.desc())
        .limit(CANDIDATES)
    )
    by_client = (
        select(Ticket.id, literal(2))
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(Company, Company.id == Ticket.company_id)
        .where(*(_named(word) for word in words), seen)
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
    letter, a very long one its last three ("prescriptio" finds "prescript").
    """
    bare = _bare(word)
    less = 3 if len(bare) >= VERY_LONG_WORD else 1 if len(bare) >= LONG_WORD else 0
    return bare[: len(bare) - less]


def _bare(word: str) -> str:
    """Free of what means something inside a quoted lexeme."""
    return word.replace("'", "").replace("\\", "")


def _named(word: str) -> ColumnElement[bool]:
    pattern = word.replace("ё", "е").replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return or_(Contact.lookup.like(f"%{pattern}%"), Company.sort_key.like(f"%{pattern}%"))
