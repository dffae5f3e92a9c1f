"""What can be done to many tickets at once: each verb with its permission, its obstacles, and its act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext, lazy_gettext, ngettext

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.permissions import Permission, may
from helpdesk.clients.models import CompanyKind
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.i18n import told
from helpdesk.sla.pressure import use_of
from helpdesk.tickets import actions, rules
from helpdesk.tickets.actions.holders import seats_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.visibility import firm_relations
from helpdesk.tickets.rules import DiscardReason, Priority, State, Verb
from helpdesk.tickets.views.forms import chosen, number_of, text_of

NOBODY = "nobody"


@dataclass(frozen=True)
class Wish:
    """What a person asks for. `person_id` None with `is_nobody`: give it back to the team; `teams` are those
    of the person named.
    """

    verb: str
    actor: Actor
    person_id: int | None = None
    is_nobody: bool = False
    teams: frozenset[int] = field(default_factory=frozenset)
    team_id: int | None = None
    priority: Priority | None = None
    reason_code: DiscardReason = DiscardReason.SPAM
    tag: str = ""
    words: str = ""


@dataclass(frozen=True)
class Kind:
    """A verb: its name, the permission it needs on each ticket, rule, act, and what must be chosen."""

    name: object
    permission: Permission
    check: Callable[[Ticket, Wish], None]
    act: Callable[[Ticket, Wish, datetime], object]
    missing: Callable[[Wish], str] = lambda wish: ""


def read(form: Mapping[str, str], actor: Actor) -> Wish:
    """The wish of a form, complete or not. Raises BadInput for a value that means nothing."""
    verb = form.get("verb", "")
    if verb not in KINDS:
        raise BadInput(gettext("Choose what to do with them."), "verb")
    is_nobody = form.get("person_id") == NOBODY
    person_id = None if is_nobody else number_of(form, "person_id")
    return Wish(
        verb=verb,
        actor=actor,
        person_id=person_id,
        is_nobody=is_nobody,
        teams=frozenset(seat.team_id for seat in seats_of(person_id)) if person_id else frozenset(),
        team_id=number_of(form, "team_id"),
        priority=chosen(form, "priority", Priority) if form.get("priority") else None,
        reason_code=chosen(form, "reason_code", DiscardReason) if form.get("reason_code") else _SPAM,
        tag=" ".join(text_of(form, "tag").replace(",", " ").split())[:60],
        words=text_of(form, "words"),
    )


def missing(wish: Wish) -> str:
    """What still has to be chosen before anything can be said, "" when nothing is."""
    return KINDS[wish.verb].missing(wish)


def done(verb: str, count: int) -> str:
    """What was done to so many tickets."""
    words = {
        "take": ngettext("%(num)s ticket is yours now.", "%(num)s tickets are yours now.", count),
        "assign": ngettext("%(num)s ticket was given.", "%(num)s tickets were given.", count),
        "move": ngettext("%(num)s ticket was moved.", "%(num)s tickets were moved.", count),
        "close": ngettext("%(num)s ticket was closed.", "%(num)s tickets were closed.", count),
        "discard": ngettext("%(num)s ticket was thrown away.", "%(num)s tickets were thrown away.", count),
        "restore": ngettext("%(num)s ticket is back.", "%(num)s tickets are back.", count),
    }
    changed = ngettext("%(num)s ticket was changed.", "%(num)s tickets were changed.", count)
    return words.get(verb, changed)


def obstacle(ticket: Ticket, wish: Wish) -> str:
    """Why this ticket would be skipped, in a sentence; "" when nothing stands in the way."""
    kind = KINDS[wish.verb]
    if not may(firm_relations(wish.actor, ticket) | wish.actor.relations, kind.permission):
        return gettext("For you to read, not to change in this way.")
    try:
        kind.check(ticket, wish)
    except RuleViolation as error:
        return told(error)
    return ""


def fulfil(ticket: Ticket, wish: Wish, now: datetime) -> None:
    """Do it to one ticket, by the verb that its own page uses. Raises RuleViolation."""
    KINDS[wish.verb].check(ticket, wish)
    KINDS[wish.verb].act(ticket, wish, now)


_SPAM = DiscardReason.SPAM


def _may_take(ticket: Ticket, wish: Wish) -> None:
    if ticket.assignee_id == wish.actor.person_id:
        raise RuleViolation("You work on it already.")
    rules.check_assignment(ticket.state, is_member=ticket.team_id in wish.actor.team_ids)


def _may_assign(ticket: Ticket, wish: Wish) -> None:
    if ticket.assignee_id == wish.person_id and (wish.person_id or wish.is_nobody):
        raise RuleViolation("It is so already.")
    is_member = wish.is_nobody or wish.person_id is None or ticket.team_id in wish.teams
    rules.check_assignment(ticket.state, is_member=is_member)


def _may_prioritise(ticket: Ticket, wish: Wish) -> None:
    rules.check_unfinished(ticket.state)
    if wish.priority:
        rules.check_priority(ticket.state, old=ticket.priority, new=wish.priority, reason=wish.words)


def _may_tag(ticket: Ticket, wish: Wish) -> None:
    rules.check_unfinished(ticket.state)
    if wish.tag and wish.tag in ticket.tags:
        raise RuleViolation("It has that tag already.")


def _may_untag(ticket: Ticket, wish: Wish) -> None:
    rules.check_unfinished(ticket.state)
    if wish.tag and wish.tag not in ticket.tags:
        raise RuleViolation("It does not have that tag.")


def _may_close(ticket: Ticket, wish: Wish) -> None:
    if ticket.state is State.RESOLVED:
        return
    if ticket.state is State.CLOSED:
        raise RuleViolation("It is closed already.")
    known = ticket.company.kind is not CompanyKind.UNKNOWN
    rules.check_resolution(ticket.state, note=wish.words, client_known=known)


def _may_discard(ticket: Ticket, wish: Wish) -> None:
    rules.next_state(ticket.state, Verb.DISCARD)


def _may_move(ticket: Ticket, wish: Wish) -> None:
    reason = wish.words or "."  # a missing sentence is said once, not once a ticket
    rules.check_move(ticket.state, team_id=ticket.team_id, to_team_id=wish.team_id or 0, reason=reason)


def _may_restore(ticket: Ticket, wish: Wish) -> None:
    if ticket.discarded_at is None:
        raise RuleViolation("This ticket was not thrown away.")


def _take(ticket: Ticket, wish: Wish, now: datetime) -> None:
    actions.take(ticket, by=wish.actor.person_id, now=now)


def _assign(ticket: Ticket, wish: Wish, now: datetime) -> None:
    actions.assign(ticket, wish.person_id, by=wish.actor.person_id, now=now)


def _prioritise(ticket: Ticket, wish: Wish, now: datetime) -> None:
    use = use_of(ticket.id, now)
    actions.change_priority(
        ticket, wish.priority, by=wish.actor.person_id, now=now, reason=wish.words, use=use
    )


def _retag(ticket: Ticket, wish: Wish, now: datetime) -> None:
    tags = [tag for tag in ticket.tags if tag != wish.tag]
    tags += [wish.tag] if wish.verb == "tag" else []
    actions.change_properties(
        ticket, subject=ticket.subject, tags=tuple(tags), by=wish.actor.person_id, now=now
    )


def _close(ticket: Ticket, wish: Wish, now: datetime) -> None:
    if ticket.state is not State.RESOLVED:
        actions.resolve(ticket, wish.words, by=wish.actor.person_id, now=now)
    actions.close(ticket, by=wish.actor.person_id, now=now)


def _discard(ticket: Ticket, wish: Wish, now: datetime) -> None:
    actions.discard(ticket, wish.reason_code, words=wish.words, by=wish.actor.person_id, now=now)


def _move(ticket: Ticket, wish: Wish, now: datetime) -> None:
    actions.move(ticket, to_team_id=wish.team_id or 0, reason=wish.words, by=wish.actor.person_id, now=now)


def _restore(ticket: Ticket, wish: Wish, now: datetime) -> None:
    actions.restore(ticket, by=wish.actor.person_id, now=now)


def _no_person(wish: Wish) -> str:
    return "" if wish.person_id or wish.is_nobody else gettext("Choose who shall work on them.")


def _no_priority(wish: Wish) -> str:
    return "" if wish.priority else gettext("Choose a priority.")


def _no_tag(wish: Wish) -> str:
    return "" if wish.tag else gettext("Write the tag.")


def _no_team(wish: Wish) -> str:
    if wish.team_id is None:
        return gettext("Choose a team first.")
    return "" if wish.words else gettext("Say in a sentence why the tickets move.")


_CHANGE, _DISCARD, _HAND_OVER = (
    Permission.TICKET_CHANGE,
    Permission.TICKET_DISCARD,
    Permission.TICKET_HAND_OVER,
)
KINDS: Mapping[str, Kind] = {
    "take": Kind(lazy_gettext("Take"), _CHANGE, _may_take, _take),
    "assign": Kind(lazy_gettext("Assign"), _CHANGE, _may_assign, _assign, _no_person),
    "priority": Kind(lazy_gettext("Priority"), _CHANGE, _may_prioritise, _prioritise, _no_priority),
    "tag": Kind(lazy_gettext("Add a tag"), _CHANGE, _may_tag, _retag, _no_tag),
    "untag": Kind(lazy_gettext("Take a tag away"), _CHANGE, _may_untag, _retag, _no_tag),
    "move": Kind(lazy_gettext("Move to a team"), _HAND_OVER, _may_move, _move, _no_team),
    "close": Kind(lazy_gettext("Close"), _CHANGE, _may_close, _close),
    "discard": Kind(lazy_gettext("Throw away"), _DISCARD, _may_discard, _discard),
    "restore": Kind(lazy_gettext("Bring back"), _DISCARD, _may_restore, _restore),
}
