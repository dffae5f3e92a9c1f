"""Door to the lists of client companies."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients import lists, queries
from helpdesk.clients.lists import Show
from helpdesk.clients.views.blueprint import blueprint
from helpdesk.clients.views.shown import may_change
from helpdesk.config import settings
from helpdesk.tickets.queries.strangers import strangers_waiting


@blueprint.get("/clients")
@policy(Permission.CLIENT_READ)
def companies() -> ResponseReturnValue:
    """Companies by name, and contacts too when something is typed."""
    typed = request.args.get("q", "").strip()[:200]
    if typed:
        guard.limit(rates.SEARCH, str(guard.current_actor().person_id))
    asked = request.args.get("show", "")
    show = Show(asked) if asked in list(Show) else Show.NOW
    found = lists.companies_page(typed, show=show, after=_after())
    shown = found[: lists.PAGE_SIZE]
    is_all = show is Show.NOW
    return web.render(
        "clients/companies.html",
        rows=shown,
        people=queries.search_contacts(typed, region=settings().phone_region) if typed and is_all else [],
        typed=typed,
        here=show.value,
        figures=lists.list_figures(),
        waiting=strangers_waiting() if may_change() else 0,
        older_url=_older(shown[-1], typed, show) if len(found) > len(shown) else None,
        may_change=may_change(),
    )


def _older(last: lists.CompanyRow, typed: str, show: Show) -> str:
    place = [last.company.sort_key, str(last.company.id)]
    return url_for(
        ".companies", q=typed or None, show=show.value if show is not Show.NOW else None, after=place
    )


def _after() -> tuple[str, int] | None:
    place = request.args.getlist("after")
    return (place[0], int(place[1])) if len(place) == 2 and place[1].isdigit() else None
