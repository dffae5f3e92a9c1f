"""Whether the list before one's eyes may be kept as a view, for whom, and over which view."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext

from helpdesk.accounts.actor import Actor
from helpdesk.accounts.permissions import Permission, may
from helpdesk.errors import BadInput, NotPermitted
from helpdesk.tickets.actions.saved import Audience
from helpdesk.tickets.filters import Filters, written
from helpdesk.tickets.queries.saved import relations
from helpdesk.tickets.saved import SavedView
from helpdesk.tickets.views.chosen import Names
from helpdesk.tickets.views.places import Place, as_filters

ME, EVERYBODY, TEAM = "me", "everybody", "team-"


@dataclass(frozen=True)
class Keeping:
    """`query` is what would be kept; `is_worth_it`: the list is narrowed at all, and not as the view already
    says. `update_url` None: there is no view to change, or it is not for this person.
    """

    query: str
    audiences: list[tuple[str, str]]
    is_worth_it: bool
    update_url: str | None = None


def keeping(
    place: Place, filters: Filters, actor: Actor, names: Names, saved: SavedView | None = None
) -> Keeping:
    """What the buttons above a list offer."""
    differs = filters != (place.saved or Filters())
    may_update = saved is not None and may(relations(actor, saved) | actor.relations, Permission.VIEW_CHANGE)
    update = url_for("tickets.view_filters", view_id=saved.id) if saved and may_update and differs else None
    query = urlencode(written(as_filters(place, filters)))
    return Keeping(query, audiences(actor, names.teams), differs, update)


def audiences(actor: Actor, teams: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """For whom the person may keep a view: himself, the teams he leads, and as administrator anybody."""
    seats = {seat.team_id: seat.name for seat in actor.teams if seat.team_id in actor.led_team_ids}
    known = dict(teams) if actor.is_administrator else seats
    return [
        (ME, gettext("Only I")),
        *(
            (f"{TEAM}{team_id}", gettext("Everybody in “%(team)s”", team=name))
            for team_id, name in known.items()
        ),
        *([(EVERYBODY, gettext("Everybody here"))] if actor.is_administrator else []),
    ]


def audience_of(actor: Actor, word: str) -> Audience:
    """The audience that a form names. Raises NotPermitted for one that is not the person's to choose."""
    if word in ("", ME):
        return Audience(person_id=actor.person_id)
    if word == EVERYBODY:
        _check(actor.is_administrator)
        return Audience()
    number = word.removeprefix(TEAM)
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise BadInput(gettext("Choose who shall have this view."), "audience")
    _check(actor.is_administrator or int(number) in actor.led_team_ids)
    return Audience(team_id=int(number))


def word_of(view: SavedView) -> str:
    """The audience of a view as a form names it."""
    if view.person_id is not None:
        return ME
    return f"{TEAM}{view.team_id}" if view.team_id is not None else EVERYBODY


def _check(may_do: bool) -> None:
    if not may_do:
        raise NotPermitted(gettext("Only the lead of a team keeps views for it."))
