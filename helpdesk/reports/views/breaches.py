"""Door to the deadlines that were missed."""

from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from flask_babel import gettext

from helpdesk import web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.reports import queries
from helpdesk.reports.breaches import PAGE_SIZE, Wanted, Whose, totals
from helpdesk.reports.breaches import breaches as listed
from helpdesk.reports.line_time import line_time
from helpdesk.reports.periods import Period, window
from helpdesk.reports.scope import scope_of
from helpdesk.reports.views.asking import company_asked, period_asked, period_tabs
from helpdesk.reports.views.blueprint import blueprint
from helpdesk.tickets.rules import Line


@blueprint.get("/reports/breaches")
@policy(Permission.REPORT_READ)
def breaches() -> str:
    """What was missed, newest first, fifty on a page; at most eight statements."""
    actor, now, zone = current_actor(), process_time(), ZoneInfo(settings().default_timezone)
    period, clients = period_asked(Period.MONTH), queries.companies(actor)
    company = company_asked(dict(clients))
    scope = scope_of(actor, company)
    wanted = Wanted(
        since=window(period, now, zone).current.start,
        whose=_whose(),
        line=_line(),
        without_reason=request.args.get("reason") == "wanted",
    )
    rows = listed(actor, scope, wanted, now, before=request.args.get("before", type=int))
    asked = _asked(wanted, company)
    more = len(rows) > PAGE_SIZE
    older = {"period": period.value, "before": rows[PAGE_SIZE - 1].id if more else None, **asked}
    return web.render(
        "reports/breaches.html",
        rows=rows[:PAGE_SIZE],
        totals=totals(actor, scope, wanted),
        line_time=line_time(actor, scope, wanted),
        line_names=queries.line_names(),
        older_url=url_for(".breaches", **older) if more else None,  # type: ignore[arg-type]
        tabs=period_tabs(period, lambda one: url_for(".breaches", period=one.value, **asked)),  # type: ignore[arg-type]
        period=period,
        companies=clients,
        company=company,
        wanted=wanted,
        lines=list(Line),
        whose=_choices(),
        opens_tickets=scope.opens_lists,
        zone=str(zone),
    )


def _asked(wanted: Wanted, company: int | None) -> dict[str, str | int | None]:
    """What the address of another page of the same list carries on."""
    return {
        "company": company,
        "whose": wanted.whose.value,
        "line": wanted.line,
        "reason": "wanted" if wanted.without_reason else None,
    }


def _choices() -> list[tuple[Whose, str]]:
    return [
        (Whose.CLIENT, gettext("Promised to clients")),
        (Whose.LINES, gettext("The lines' own")),
        (Whose.ALL, gettext("All deadlines")),
    ]


def _whose() -> Whose:
    try:
        return Whose(request.args.get("whose") or Whose.CLIENT)
    except ValueError:
        abort(404)


def _line() -> int | None:
    typed = request.args.get("line", "")
    if not typed:
        return None
    if typed not in {str(int(line)) for line in Line}:
        abort(404)
    return int(typed)
