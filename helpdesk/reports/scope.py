"""Whose figures somebody sees, and the filters that make the lists behind them the same."""

from dataclasses import dataclass, replace

from flask import url_for
from sqlalchemy import ColumnElement, and_, true

from helpdesk.accounts.actor import Actor
from helpdesk.config import settings
from helpdesk.tickets.filters import Filters, YesNo, written
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.matching import of_teams


@dataclass(frozen=True)
class Scope:
    """`condition` holds for every ticket that counts; `base` are the filters of the lists that show them.

    `opens_lists` is False for a manager who sees figures but no tickets. `narrowed` is the client alone.
    """

    condition: ColumnElement[bool]
    base: Filters
    opens_lists: bool
    narrowed: tuple[ColumnElement[bool], ...] = ()

    def url(self, **narrowed: object) -> str | None:
        """The list of the tickets behind a figure."""
        if not self.opens_lists:
            return None
        pairs: dict[str, list[str]] = {}
        for name, value in written(replace(self.base, **narrowed)):  # type: ignore[arg-type]
            pairs.setdefault(name, []).append(value)
        return url_for("tickets.all", **pairs)  # type: ignore[arg-type]

    def finished_url(self, **narrowed: object) -> str | None:
        """The same without what was thrown away, which counts nowhere."""
        return self.url(discarded=YesNo.NO, **narrowed)


def scope_of(actor: Actor, company_id: int | None) -> Scope:
    """A manager's lines and companies; of anybody else the teams he leads. `company_id` narrows further."""
    teams = () if actor.is_manager else tuple(sorted(actor.led_team_ids))
    base = Filters(company=company_id, of_team=teams)
    figures_only = actor.is_manager and settings().managers_see_figures_only
    seen = _of_manager(actor) if figures_only else visible_to(actor)
    narrowed = (Ticket.company_id == company_id,) if company_id is not None else ()
    led = [of_teams(teams)] if teams else []
    return Scope(and_(seen, *led, *narrowed), base, opens_lists=not figures_only, narrowed=narrowed)


def _of_manager(actor: Actor) -> ColumnElement[bool]:
    lines, companies = actor.manager_lines, actor.manager_company_ids
    limits = [
        *([Ticket.line.in_(sorted(lines))] if lines is not None else []),
        *([Ticket.company_id.in_(sorted(companies))] if companies is not None else []),
    ]
    return and_(true(), *limits)
