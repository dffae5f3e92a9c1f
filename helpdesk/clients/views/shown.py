"""What the cards of a company and of a contact have in common: rights, figures, contract, timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, or_, select

from helpdesk.accounts.guard import current_actor
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients.views import timeline
from helpdesk.clients.views.timeline import Scope
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import visible_to
from helpdesk.tickets.queries.counts import is_open
from helpdesk.tickets.queries.lists import count_of, counted
from helpdesk.tickets.words import STATES


def may_change() -> bool:
    """Whether whoever asks may correct clients."""
    return may(current_actor().relations, Permission.CLIENT_CHANGE)


def may_call() -> bool:
    """Whether whoever asks takes calls."""
    return may(current_actor().relations, Permission.CALL_LOG)


@dataclass(frozen=True)
class Figures:
    """How it stands with the tickets that the reader may see; `lately` came in the last thirty days."""

    open: int
    breached: int
    lately: int


def figures(condition: ColumnElement[bool]) -> Figures:
    """One statement."""
    actor, now = current_actor(), process_time()
    seen = (condition, visible_to(actor))
    return Figures(
        *counted(
            count_of(*seen, is_open()),
            count_of(*seen, is_open(), Ticket.sort_due <= now),
            count_of(*seen, Ticket.created_at > now - timeline.LATELY),
        )
    )


@dataclass(frozen=True)
class Agreement:
    """A contract that holds now."""

    name: str
    policy: str
    until: datetime | None


def agreements(company_id: int) -> list[Agreement]:
    """The company's contracts of today."""
    now = process_time()
    query = (
        select(Contract.name, SlaPolicy.name, Contract.valid_until)
        .join(SlaPolicy, SlaPolicy.id == Contract.policy_id)
        .where(Contract.company_id == company_id, Contract.valid_from <= now)
        .where(or_(Contract.valid_until.is_(None), Contract.valid_until > now))
        .order_by(Contract.valid_from.desc(), Contract.id)
    )
    return [Agreement(*row) for row in db.session.execute(query)]


def history_of(scope: Scope, endpoint: str, **place: Any) -> Mapping[str, Any]:
    """The timeline as asked for: its entries, its filters, and where it goes on."""
    wanted = timeline.Show.read(request.args.get("show", ""))
    entries = timeline.read(
        current_actor(), scope, wanted, timeline.Cursor.read(request.args.get("before", ""))
    )
    shown = entries[: timeline.PAGE_SIZE]
    more = len(entries) > len(shown)
    asked = None if wanted is timeline.Show.ALL else wanted.value
    return {
        "entries": shown,
        "older_url": url_for(endpoint, show=asked, before=shown[-1].cursor.written, **place)
        if more
        else None,
        "is_first": not request.args.get("before"),
        "states": STATES,
        "wanted": wanted.value,
        "filters": [
            (
                str(words),
                url_for(endpoint, show=None if one is timeline.Show.ALL else one.value, **place),
                one is wanted,
            )
            for one, words in timeline.FILTERS.items()
        ],
    }
