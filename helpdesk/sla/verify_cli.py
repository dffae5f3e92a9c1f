"""What `helpdesk sla verify` does and says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import click
from sqlalchemy import select

from helpdesk import clock
from helpdesk.db import db, transaction
from helpdesk.sla.differences import Difference
from helpdesk.sla.nightly import every_ticket, keep, last_verified, next_sample
from helpdesk.sla.verifying import rebuild, verify
from helpdesk.tickets.models import Ticket

MOST_SAID = 200


@dataclass(frozen=True)
class Wish:
    """Which tickets: those named, else all, else the next `count` (None: as many as every night)."""

    ticket_ids: Sequence[int] = ()
    all_of_them: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Report:
    """What was found at first, and what is left of it after the cache was rewritten (None: it was not)."""

    tickets: int
    found: Sequence[Difference]
    rebuilt: int | None = None
    left: Sequence[Difference] = ()

    @property
    def is_fine(self) -> bool:
        """Whether the cache now shows what the logs say."""
        return not (self.found if self.rebuilt is None else self.left)


def report(wish: Wish, *, rewrites: bool) -> Report:
    """Verify, rewrite when asked to, verify again; a look at more than named tickets is written down."""
    ticket_ids = _chosen(wish)
    tickets, found = _all(ticket_ids)
    rebuilt = rebuild(ticket_ids) if rewrites else None
    left = _all(ticket_ids)[1] if rewrites else found
    if not wish.ticket_ids:
        _keep(tickets, left, wish, ticket_ids)
    return Report(tickets, found, rebuilt, left)


def say(report: Report, *, as_json: bool) -> None:
    """Print it: sentences for people, one object for machines."""
    if as_json:
        click.echo(json.dumps(_plain(report), ensure_ascii=False))
        return
    for one in report.found[:MOST_SAID]:
        click.echo(str(one))
    if len(report.found) > MOST_SAID:
        click.echo(f"... and {len(report.found) - MOST_SAID} more.")
    click.echo(_summary(report))


def _chosen(wish: Wish) -> Sequence[int]:
    if wish.ticket_ids:
        return _named(wish.ticket_ids)
    with transaction():
        return list(every_ticket()) if wish.all_of_them else next_sample(wish.count)


def _named(ticket_ids: Sequence[int]) -> Sequence[int]:
    """Those tickets; ClickException when one of them is not there, since nothing of it could be wrong."""
    with transaction():
        known = db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ticket_ids))).all()
    missing = sorted(set(ticket_ids) - set(known))
    if missing:
        raise click.ClickException(f"There is no ticket {', '.join(map(str, missing))}.")
    return sorted(known)


def _all(ticket_ids: Sequence[int]) -> tuple[int, list[Difference]]:
    tickets, found = 0, list[Difference]()
    for count, differences in verify(ticket_ids):
        tickets += count
        found += differences
    return tickets, found


def _keep(tickets: int, left: Sequence[Difference], wish: Wish, ticket_ids: Sequence[int]) -> None:
    with transaction():
        last = last_verified()
        follows = bool(ticket_ids) and not wish.all_of_them
        until_id = ticket_ids[-1] if follows else last.until_id if last else 0
        keep(tickets, left, until_id=until_id, now=clock.now(db.session))


def _summary(report: Report) -> str:
    tickets = _counted(report.tickets, "ticket")
    different = _counted(len({one.ticket_id for one in report.found}), "ticket")
    first = (
        f"{tickets} computed from the log: {_counted(len(report.found), 'difference')} on {different}."
        if report.found
        else f"{tickets} computed from the log: no difference."
    )
    if report.rebuilt is None:
        return first
    left = _counted(len(report.left), "difference") if report.left else "no difference"
    return f"{first} {_counted(report.rebuilt, 'ticket')} written anew: {left} left."


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _plain(report: Report) -> dict[str, object]:
    found = [one.plain() for one in report.found]
    answer: dict[str, object] = {"tickets": report.tickets, "differences": found}
    if report.rebuilt is not None:
        answer |= {"rebuilt": report.rebuilt, "left": [one.plain() for one in report.left]}
    return answer
