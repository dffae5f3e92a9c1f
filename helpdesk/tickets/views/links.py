"""Doors to tying tickets together: which ones fit while typing, making a link, taking it away."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import or_, select

from helpdesk import clock, web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import Loader, current_actor, policy
from helpdesk.accounts.permissions import Permission, may
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, NotPermitted
from helpdesk.tickets import actions, words
from helpdesk.tickets import typed as reading
from helpdesk.tickets.models import Ticket, TicketLink
from helpdesk.tickets.queries import visibility
from helpdesk.tickets.queries.search import begun
from helpdesk.tickets.rules import LinkKind
from helpdesk.tickets.views import walk
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.forms import HEAD, text_of
from helpdesk.tickets.views.refused import comes_back

WHILE_TYPING = 8
CHOICES = {
    "relates": (LinkKind.RELATES, True),
    "duplicate_of": (LinkKind.DUPLICATE, True),
    "has_duplicate": (LinkKind.DUPLICATE, False),
    "blocks": (LinkKind.BLOCKS, True),
    "blocked_by": (LinkKind.BLOCKS, False),
}
# Two tickets are locked in the order of their numbers, so neither before the other is known.
pair_loader = Loader(visibility.fetch, visibility.relations)


@blueprint.get("/tickets/<int:number>/links/candidates")
@policy(Permission.TICKET_LINK, load=pair_loader, rate=rates.LOOK_UP)
def candidates(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Other visible tickets by number or words of the subject, as options."""
    found = begun(current_actor(), reading.read(request.args.get("q", "")), limit=WHILE_TYPING + 1)
    return web.render("tickets/_candidates.html", found=heads([one for one, _ in found if one != number]))


@blueprint.post("/tickets/<int:number>/links")
@policy(Permission.TICKET_LINK, load=pair_loader)
@comes_back("link-dialog")
@takes(*HEAD, "kind", "other", "other_text")
def links(ticket: Ticket, number: int) -> ResponseReturnValue:
    """Say what this ticket is to another one."""
    actor, back = current_actor(), place_of(number)
    kind, is_from = CHOICES.get(request.form.get("kind", ""), (None, True))
    if kind is None:
        raise BadInput(gettext("Choose what the tickets are to each other."), "kind")
    other = chosen_ticket(actor, "other", Permission.TICKET_LINK)
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        actions.lock_both(ticket, other)
        now = clock.now(db.session, not_before=max(ticket.last_event_at, other.last_event_at))
        first, second = (ticket, other) if is_from else (other, ticket)
        actions.link(first, second, kind, by=actor.person_id, now=now)
        guard.remember(actor, back)
    return web.see_other(back)


@blueprint.post("/tickets/<int:number>/links/<int:link_id>/removal")
@policy(Permission.TICKET_LINK, load=pair_loader)
@comes_back("")
@takes(*HEAD)
def removal(ticket: Ticket, number: int, link_id: int) -> ResponseReturnValue:
    """Take a link away; one to a ticket that the person may not see is not there."""
    actor, back = current_actor(), place_of(number)
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        row, other = _link_of(actor, number, link_id)
        _check_right(actor, other, Permission.TICKET_LINK)
        actions.lock_both(ticket, other)
        now = clock.now(db.session, not_before=max(ticket.last_event_at, other.last_event_at))
        actions.unlink(row, ticket, other, by=actor.person_id, now=now)
        guard.remember(actor, back)
    return web.see_other(back)


def chosen_ticket(actor: Actor, field: str, permission: Permission) -> Ticket:
    """The other ticket of a form, chosen from the list or typed as a number; the right is needed on both."""
    typed = text_of(request.form, field) or text_of(request.form, f"{field}_text")
    number = reading.read(typed).number
    if number is None:
        raise BadInput(gettext("Choose a ticket, or write its number."), field)
    other = visibility.fetch(actor, number) if number <= guard.BIGGEST_ID else None
    if other is None:
        raise BadInput(gettext("There is no ticket %(number)s.", number=number), field)
    _check_right(actor, other, permission)
    return other


def heads(numbers: list[int]) -> list[dict[str, object]]:
    """Number, subject, state and line of visible tickets, in the given order."""
    rows = db.session.execute(
        select(Ticket.id, Ticket.subject, Ticket.state, Ticket.line).where(Ticket.id.in_(numbers))
    )
    found = {
        row.id: {"number": row.id, "subject": row.subject, "state": words.STATES[row.state], "line": row.line}
        for row in rows
    }
    return [found[number] for number in numbers[:WHILE_TYPING] if number in found]


def place_of(number: int) -> str:
    """The ticket's page, in the walk it was opened from."""
    return url_for("tickets.page", number=number, **walk.kept(request.form))  # type: ignore[arg-type]


def _check_right(actor: Actor, other: Ticket, permission: Permission) -> None:
    if not may(visibility.relations(actor, other) | actor.relations, permission):
        raise NotPermitted(gettext("You may read %(number)s, but not do this with it.", number=other.id))


def _link_of(actor: Actor, number: int, link_id: int) -> tuple[TicketLink, Ticket]:
    mine = select(TicketLink).where(
        TicketLink.id == link_id, or_(TicketLink.from_id == number, TicketLink.to_id == number)
    )
    row = db.session.scalars(mine).one_or_none()
    if row is None:
        abort(404)
    other = visibility.fetch(actor, row.to_id if row.from_id == number else row.from_id)
    if other is None:
        abort(404)
    return row, other
