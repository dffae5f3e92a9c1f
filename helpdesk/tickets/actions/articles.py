"""Which instructions were used on a ticket, and whether they helped."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from helpdesk.db import db
from helpdesk.events import EventRow, publish
from helpdesk.kb.models import ArticleUse, Outcome
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.events import ArticleLinked, ArticleSolved
from helpdesk.tickets.models import Ticket


def link_article(ticket: Ticket, article_id: int, *, by: int, now: datetime) -> EventRow:
    """Remember that the instruction was used; an outcome already recorded stays."""
    _use(ticket, article_id, Outcome.LINKED, by=by, now=now)
    return publish(ArticleLinked(**stamp(ticket, by, now), article_id=article_id))


def article_outcome(ticket: Ticket, article_id: int, *, solved: bool, by: int, now: datetime) -> EventRow:
    """Remember whether the instruction solved it."""
    outcome = Outcome.SOLVED if solved else Outcome.DID_NOT_HELP
    _use(ticket, article_id, outcome, by=by, now=now)
    return publish(ArticleSolved(**stamp(ticket, by, now), article_id=article_id, solved=solved))


def _use(ticket: Ticket, article_id: int, outcome: Outcome, *, by: int, now: datetime) -> None:
    row = {
        "article_id": article_id,
        "ticket_id": ticket.id,
        "person_id": by,
        "outcome": outcome,
        "at": now,
    }
    statement = insert(ArticleUse).values(row)
    keys = [ArticleUse.article_id, ArticleUse.ticket_id]
    if outcome is Outcome.LINKED:
        db.session.execute(statement.on_conflict_do_nothing(index_elements=keys))
    else:
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))
