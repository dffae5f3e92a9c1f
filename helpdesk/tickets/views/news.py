"""What happened to a list since it was drawn: rows never move by themselves, so a strip says what would."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.errors import BadInput
from helpdesk.i18n import viewer_zone
from helpdesk.tickets import filters as reading
from helpdesk.tickets.filters import CURSOR, Filters
from helpdesk.tickets.queries.lists import PAGE, first_of
from helpdesk.tickets.views import places
from helpdesk.tickets.views.blueprint import blueprint
from helpdesk.tickets.views.places import Place


@blueprint.get("/tickets/news")
@policy(Permission.SIGNED_IN)
def news() -> ResponseReturnValue:
    """How many rows are new and how many have changed place since the list was drawn (JSON)."""
    actor, now = current_actor(), process_time()
    args = request.args.to_dict(flat=False)
    key, own_id, since, shown, cursor = (_single(args, n) for n in ("place", "id", "since", "shown", CURSOR))
    if key not in places.PLACES:
        raise BadInput(gettext("There is no such list."), "place")
    place = places.PLACES[key](actor, *([_number(own_id)] if own_id else []))
    settled = places.settled(reading.read(args, viewer_zone()))
    found = places.conditions(place, settled, actor, now)
    rows = first_of(*found, order=places.order_of(settled), cursor=cursor or None)
    drawn, drawn_at = _numbers(shown), _moment(since)
    arrived = [number for number, at in rows if number not in set(drawn) and at > drawn_at]
    moved = moved_rows(drawn, [number for number, _ in rows])
    return jsonify(count=len(arrived) + moved, words=_words(len(arrived), moved))


def news_url(place: Place, filters: Filters, numbers: Sequence[int], now: datetime) -> str:
    """Where the strip asks: the list, what it shows, and since when."""
    args: dict[str, list[str]] = {"place": [place.key], "since": [now.isoformat()]}
    args["shown"] = [",".join(str(number) for number in numbers)]
    if place.id:
        args["id"] = [str(place.id)]
    if cursor := request.args.get(CURSOR):
        args[CURSOR] = [cursor]
    for name, value in reading.written(filters):
        args.setdefault(name, []).append(value)
    return f"{url_for('tickets.news')}?{urlencode(args, doseq=True)}"


def moved_rows(before: Sequence[int], after: Sequence[int]) -> int:
    """How many rows that stand in both have changed their place among them: the fewest that had to move."""
    place = {number: at for at, number in enumerate(before)}
    kept = [place[number] for number in after if number in place]
    longest: list[int] = []
    for at in kept:
        where = next((n for n, end in enumerate(longest) if end >= at), len(longest))
        longest[where : where + 1] = [at]
    return len(kept) - len(longest)


def _words(new: int, moved: int) -> str:
    arrived = ngettext("%(num)s new", "%(num)s new", new)
    changed = ngettext("%(num)s row changed place", "%(num)s rows changed place", moved)
    if new and moved:
        return gettext("%(new)s and %(moved)s", new=arrived, moved=changed)
    return changed if moved else arrived


def _single(args: dict[str, list[str]], name: str) -> str:
    return args.pop(name, [""])[-1]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise BadInput(gettext("There is no such list."), "id")
    return int(text)


def _numbers(text: str) -> list[int]:
    parts = [part for part in text.split(",") if part][:PAGE]
    return [_number(part) for part in parts]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise BadInput(gettext("Say since when."), "since") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=viewer_zone())
