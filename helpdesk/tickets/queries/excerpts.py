"""What a found ticket says about what was looked for, with the found words between marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from helpdesk.db import db
from helpdesk.kb.marks import HEADLINE, START, STOP, without_marks
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries.search import any_of
from helpdesk.tickets.typed import Typed, folded

LEAD = 24
EXCERPT_FROM = 20_000
MARKS = f"StartSel={START}, StopSel={STOP}"


@dataclass(frozen=True)
class Excerpt:
    """A found ticket's subject and the words that fit best, with the found ones between START and STOP."""

    subject: str
    said: str


def excerpts(numbers: Sequence[int], typed: Typed) -> dict[int, Excerpt]:
    """Subjects and words of these tickets with what was looked for marked; one statement."""
    if not (numbers and typed.has_words):
        return {}
    query = any_of(typed)
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
    return {number: Excerpt(subject, _near(words)) for number, subject, words in rows}


def marked_name(name: str, words: Sequence[str]) -> str:
    """A name with the found parts between START and STOP; ё counts as е."""
    parts = [re.escape(folded(word)).replace("е", "[её]") for word in words if word]
    clean = without_marks(name)
    return re.sub("|".join(parts), rf"{START}\g<0>{STOP}", clean, flags=re.IGNORECASE) if parts else clean


def _near(text: str) -> str:
    """One line that begins shortly before the first found word."""
    line = " ".join(text.split())
    first = line.find(START)
    if first <= LEAD:
        return line
    return "… " + line[line.find(" ", first - LEAD) + 1 :]


def _clean(value: Any) -> Any:
    """Free of characters that would pass for our marks."""
    return func.translate(value, START + STOP, "")
