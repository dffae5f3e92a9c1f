"""Who else gets what we answer on a ticket: added, accepted, declined and removed, by people and by mail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.clients.queries import find_contact_by_email
from helpdesk.clients.rules import address, is_address
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.tickets.actions.ledger import keep_words, stamp
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.watching import known_on
from helpdesk.tickets.rules import check_not_merged
from helpdesk.tickets.watch_events import WatcherChanged, WatchersNamed
from helpdesk.tickets.watch_models import TicketWatcher
from helpdesk.tickets.watch_rules import NEW_PER_MAIL, Named, Naming, WatchState, state_for

NAME_LENGTH = 200


def watch(ticket: Ticket, email: str, *, by: int, now: datetime, name: str = "") -> TicketWatcher:
    """Let the address get what we answer from now on, whatever was decided before. Raises BadInput."""
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    email = address(email)
    if not is_address(email):
        raise BadInput(N_("“%(email)s” is no mail address."), "email", email=email)
    watcher = known_on(ticket.id, (email,)).get(email)
    if watcher is not None and watcher.state is WatchState.WATCHING:
        raise BadInput(N_("%(email)s gets the answers already."), "email", email=email)
    if watcher is None:
        contact = find_contact_by_email(email)
        named = Named(email=email, name=name, contact_id=contact.id if contact else None)
        watcher = _row(ticket, named, by=by, now=now)
        db.session.add(watcher)
        db.session.flush()
        _changed(ticket, watcher, None, by=by, now=now)
    else:
        _turn(ticket, watcher, WatchState.WATCHING, by=by, now=now)
    return watcher


def accept_watcher(ticket: Ticket, watcher: TicketWatcher, *, by: int, now: datetime) -> None:
    """The one whom a mail proposed gets what we answer from now on. Raises RuleViolation."""
    check_not_merged(is_merged=ticket.merged_into_id is not None)
    if watcher.state is not WatchState.PROPOSED:
        raise RuleViolation("Somebody has decided about this address already.")
    _turn(ticket, watcher, WatchState.WATCHING, by=by, now=now)


def decline_watcher(ticket: Ticket, watcher: TicketWatcher, *, by: int, now: datetime) -> None:
    """The proposal is turned down; a later mail proposes that address no more. Raises RuleViolation."""
    if watcher.state is not WatchState.PROPOSED:
        raise RuleViolation("Somebody has decided about this address already.")
    _turn(ticket, watcher, WatchState.DECLINED, by=by, now=now)


def remove_watcher(ticket: Ticket, watcher: TicketWatcher, *, by: int, now: datetime) -> None:
    """The address gets nothing more; a later mail does not bring it back by itself. Raises RuleViolation."""
    if watcher.state is not WatchState.WATCHING:
        raise RuleViolation("This address does not get the answers any more.")
    _turn(ticket, watcher, WatchState.DECLINED, by=by, now=now)


def name_watchers(
    ticket: Ticket, named: Sequence[Named], naming: Naming, message_id: int, *, by: int, now: datetime
) -> EventRow | None:
    """Take whom a mail named, at most twenty new ones; what was decided about somebody stands.

    Somebody proposed becomes a watcher once he is named by whom we trust. None: nothing new.
    """
    known = known_on(ticket.id, [one.email for one in named])
    new = [one for one in named if _is_new(known.get(one.email), state_for(one, naming))]
    rows = list[TicketWatcher]()
    for one in new[:NEW_PER_MAIL]:
        row = known.get(one.email) or _row(ticket, one, by=by, now=now)
        row.state, row.message_id = state_for(one, naming), message_id
        rows.append(row)
    return _tell_named(ticket, rows, len(new) - len(rows), message_id, by=by, now=now) if rows else None


def _is_new(known: TicketWatcher | None, state: WatchState) -> bool:
    return known is None or (known.state is WatchState.PROPOSED and state is WatchState.WATCHING)


def _tell_named(
    ticket: Ticket, rows: Sequence[TicketWatcher], left_out: int, message_id: int, *, by: int, now: datetime
) -> EventRow:
    db.session.add_all(rows)
    count = len([row for row in rows if row.state is WatchState.WATCHING])
    facts = {"watching": count, "proposed": len(rows) - count, "left_out": left_out}
    row = publish(WatchersNamed(**stamp(ticket, by, now), source_id=message_id, **facts))
    keep_words(row, ", ".join(one.email for one in rows))
    return row


def hand_over_watchers(double: Ticket, into: Ticket) -> None:
    """Whom the double was answered to, or who was proposed there, stands on the other ticket as well.

    What was decided there stands. Part of a verb, so without an event.
    """
    columns = [column for column in TicketWatcher.__table__.columns if column.name not in ("id", "ticket_id")]
    theirs = select(literal(into.id, TicketWatcher.__table__.c.ticket_id.type), *columns).where(
        TicketWatcher.ticket_id == double.id
    )
    names = ["ticket_id", *(column.name for column in columns)]
    db.session.execute(insert(TicketWatcher).from_select(names, theirs).on_conflict_do_nothing())


def _row(ticket: Ticket, named: Named, *, by: int, now: datetime) -> TicketWatcher:
    return TicketWatcher(
        ticket_id=ticket.id,
        email=named.email,
        name=" ".join(named.name.split())[:NAME_LENGTH],
        contact_id=named.contact_id,
        state=WatchState.WATCHING,
        added_by_id=by,
        created_at=now,
    )


def _turn(ticket: Ticket, watcher: TicketWatcher, state: WatchState, *, by: int, now: datetime) -> None:
    old, watcher.state = watcher.state, state
    _changed(ticket, watcher, old, by=by, now=now)


def _changed(
    ticket: Ticket, watcher: TicketWatcher, old: WatchState | None, *, by: int, now: datetime
) -> None:
    event = WatcherChanged(**stamp(ticket, by, now), watcher_id=watcher.id, old=old, new=watcher.state)
    keep_words(publish(event), watcher.email)
