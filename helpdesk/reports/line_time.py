"""Whose time the missed solutions of a period were: what each line used, and what beyond its own budget."""

from dataclasses import dataclass

from flask_babel import gettext, ngettext
from sqlalchemy import BigInteger, cast, func, select, true

from helpdesk.accounts.actor import Actor
from helpdesk.db import db
from helpdesk.i18n import open_hours, percent
from helpdesk.reports.breaches import Wanted, meant
from helpdesk.reports.scope import Scope
from helpdesk.sla.models import SlaFiring
from helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class LineTime:
    """What one line used up to the missed deadlines. `share` is its part of the whole, 0 to 1; `over` is ""
    where it kept to its budget each time; `answers` says how many it answers for.
    """

    line: int
    used: str
    share: float
    share_words: str
    over: str
    answers: str


def line_time(actor: Actor, scope: Scope, wanted: Wanted) -> list[LineTime]:
    """The lines in order; empty when no solution was missed. One statement; withdrawn ones count nowhere."""
    each = func.jsonb_each_text(SlaFiring.shares["lines"]).table_valued("key", "value").lateral()
    over = func.jsonb_extract_path_text(SlaFiring.shares, "over", each.c.key)
    responsible = func.jsonb_extract_path_text(SlaFiring.shares, "responsible")
    statement = (
        select(
            cast(each.c.key, BigInteger).label("line"),
            func.sum(cast(each.c.value, BigInteger)).label("used_s"),
            func.coalesce(func.sum(cast(over, BigInteger)), 0).label("over_s"),
            func.count().filter(responsible == each.c.key).label("answers"),
        )
        .select_from(SlaFiring)
        .join(Ticket, Ticket.id == SlaFiring.ticket_id)
        .join(each, true())
        .where(SlaFiring.withdrawn_at.is_(None), *meant(actor, scope, wanted))
        .group_by(each.c.key)
        .order_by(each.c.key)
    )
    rows = db.session.execute(statement).all()
    whole = sum(int(row.used_s) for row in rows) or 1
    return [_line(row.line, int(row.used_s), int(row.over_s), row.answers, whole) for row in rows]


def _line(line: int, used_s: int, over_s: int, answers: int, whole: int) -> LineTime:
    return LineTime(
        line=line,
        used=open_hours(used_s),
        share=used_s / whole,
        share_words=percent(used_s / whole),
        over=gettext("%(span)s beyond its budgets", span=open_hours(over_s)) if over_s else "",
        answers=ngettext("answers for %(num)s", "answers for %(num)s", answers) if answers else "",
    )
