"""Doors to doing one thing to many tickets: what would happen, and then each by its own verb."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.db import db, savepoint, transaction
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.i18n import told
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.catalogue import catalogue
from helpdesk.tickets.queries.visibility import fetch_several
from helpdesk.tickets.rules import State
from helpdesk.tickets.views import hands, wishes
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.wishes import Wish
from helpdesk.tickets.words import DISCARD_REASONS, PRIORITIES, options

MOST = 200


@dataclass(frozen=True)
class Skipped:
    """Tickets that one sentence keeps from being changed."""

    why: str
    numbers: tuple[int, ...]

    @property
    def links(self) -> list[tuple[str, str]]:
        return [(url_for("tickets.page", number=number), str(number)) for number in self.numbers]


@dataclass(frozen=True)
class Outlook:
    """What would happen, or did: how many go through, and which are passed over for which reason."""

    done: tuple[int, ...]
    skipped: tuple[Skipped, ...]

    @property
    def skipped_count(self) -> int:
        return sum(len(one.numbers) for one in self.skipped)


@blueprint.get("/tickets/bulk", endpoint="bulk")
@policy(Permission.SIGNED_IN)
def outlook() -> ResponseReturnValue:
    """What the verb would do to the chosen tickets, and the fields that it needs."""
    numbers = _numbers(request.args.getlist("ticket"))
    back = web.safe_path(request.args.get("back"), url_for("tickets.all"))
    if not request.args.get("verb"):
        return web.render(
            "tickets/bulk.html", numbers=numbers, back=back, kinds=wishes.KINDS, wish=None, outlook=None
        )
    wish = wishes.read(request.args, current_actor())
    return _drawn(wish, numbers, back)


@blueprint.post("/tickets/bulk", endpoint="do_bulk")
@policy(Permission.SIGNED_IN)
@takes("ticket", "back", "verb", "person_id", "team_id", "priority", "reason_code", "tag", "words")
def do() -> ResponseReturnValue:
    """Do it to each ticket that it can be done to; the others are named with the reason."""
    actor, form = current_actor(), request.form
    numbers = _numbers(form.getlist("ticket"))
    back = web.safe_path(form.get("back"), url_for("tickets.all"))
    wish = wishes.read(form, actor)
    if wanted := wishes.missing(wish):
        return web.render("tickets/bulk.html", **_values(wish, numbers, back, sentence=wanted)), 422
    with transaction():
        if (answered := guard.once(actor)) is not None:
            return web.see_other(answered)
        found = _each(wish, numbers)
        guard.remember(actor, back)
    _tell(wish, found, back)
    return web.see_other(back)


def _each(wish: Wish, numbers: Sequence[int]) -> Outlook:
    """Every ticket in a savepoint of its own, by ascending number, so that two people never wait for each
    other in a circle.
    """
    done: list[int] = []
    why = {number: _gone() for number in numbers}
    for ticket in fetch_several(wish.actor, numbers):
        number = ticket.id
        why[number] = wishes.obstacle(ticket, wish) or _one(wish, ticket)
        if not why[number]:
            done.append(number)
    return Outlook(tuple(done), _by_reason(why))


def _one(wish: Wish, ticket: Ticket) -> str:
    """Do it; the sentence of whoever was quicker, "" when it is done."""
    try:
        with savepoint():
            actions.lock(ticket)
            wishes.fulfil(ticket, wish, clock.now(db.session, not_before=ticket.last_event_at))
    except RuleViolation as error:
        return told(error)
    return ""


def _foreseen(wish: Wish, numbers: Sequence[int]) -> Outlook:
    why = {number: _gone() for number in numbers}
    for ticket in fetch_several(wish.actor, numbers):
        why[ticket.id] = wishes.obstacle(ticket, wish)
    return Outlook(tuple(number for number, reason in why.items() if not reason), _by_reason(why))


def _by_reason(why: dict[int, str]) -> tuple[Skipped, ...]:
    reasons = dict.fromkeys(reason for reason in why.values() if reason)
    return tuple(
        Skipped(reason, tuple(sorted(number for number, one in why.items() if one == reason)))
        for reason in reasons
    )


def _gone() -> str:
    return gettext("There is no such ticket for you.")


def _drawn(wish: Wish, numbers: Sequence[int], back: str) -> str:
    """The whole page, or for the page's script the dialog, or only what would happen."""
    part = request.args.get("part", "") if web.is_htmx() else "page"
    template = {"page": "bulk.html", "outlook": "_bulk_outlook.html"}.get(part, "_bulk_dialog.html")
    return web.render(f"tickets/{template}", **_values(wish, numbers, back))


def _values(wish: Wish, numbers: Sequence[int], back: str, *, sentence: str = "") -> dict[str, Any]:
    tickets = fetch_several(wish.actor, numbers)
    return {
        "wish": wish,
        "numbers": numbers,
        "back": back,
        "kinds": wishes.KINDS,
        "outlook": _foreseen(wish, numbers),
        "is_complete": not wishes.missing(wish),
        "sentence": sentence,
        "priorities": options(PRIORITIES),
        "reasons": options(DISCARD_REASONS),
        "people": hands.people_for(tickets) if wish.verb == "assign" else [],
        "tags": catalogue().tags if wish.verb == "tag" else _tags_of(tickets),
        "teams": hands.teams() if wish.verb == "move" else [],
        "are_open": any(ticket.state is not State.RESOLVED for ticket in tickets),
    }


def _tags_of(tickets: Iterable[Ticket]) -> list[str]:
    return sorted({tag for ticket in tickets for tag in ticket.tags})


def _tell(wish: Wish, found: Outlook, back: str) -> None:
    """One line for what is done, with its undo, and one for each reason why something is not."""
    if found.done:
        words = wishes.done(wish.verb, len(found.done))
        flash({"words": words, "links": [], "more": "", "undo": _undo(wish, found.done, back)}, "good")  # type: ignore[arg-type]
    for one in found.skipped:
        words = ngettext("%(num)s skipped:", "%(num)s skipped:", len(one.numbers))
        flash({"words": words, "links": one.links, "more": f". {one.why}", "undo": None}, "risk")  # type: ignore[arg-type]


def _undo(wish: Wish, numbers: Iterable[int], back: str) -> dict[str, Any] | None:
    """The form that takes it back; only throwing away has one."""
    if wish.verb != "discard":
        return None
    fields = [("verb", "restore"), ("back", back), *(("ticket", str(number)) for number in numbers)]
    return {"url": url_for("tickets.do_bulk"), "fields": fields}


def _numbers(texts: Iterable[str]) -> list[int]:
    """The chosen numbers, each once. Raises BadInput for none, for too many, and for what is no number."""
    texts = list(dict.fromkeys(text.strip() for text in texts))
    if not texts:
        raise BadInput(gettext("Choose some tickets first."), "ticket")
    if len(texts) > MOST:
        raise BadInput(gettext("At most %(most)s tickets at once: choose fewer.", most=MOST), "ticket")
    if not all(text.isascii() and text.isdecimal() and len(text) < 16 for text in texts):
        raise BadInput(gettext("Choose some tickets first."), "ticket")
    return sorted(int(text) for text in texts)
