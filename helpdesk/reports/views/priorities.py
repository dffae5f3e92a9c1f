"""Door to the priorities that were lowered or raised."""

from zoneinfo import ZoneInfo

from flask import request, url_for

from helpdesk import web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.reports import queries
from helpdesk.reports.periods import Period, window
from helpdesk.reports.priorities import PAGE_SIZE, Wanted, changes, totals
from helpdesk.reports.scope import scope_of
from helpdesk.reports.views.asking import company_asked, period_asked, period_tabs
from helpdesk.reports.views.blueprint import blueprint

RAISED, PRESSED = "raised", "pressed"


@blueprint.get("/reports/priorities")
@policy(Permission.REPORT_READ)
def priorities() -> str:
    """Who lowered a priority, when, how far its clock was and why; at most eight statements."""
    actor, now, zone = current_actor(), process_time(), ZoneInfo(settings().default_timezone)
    period, clients = period_asked(Period.MONTH), queries.companies(actor)
    company = company_asked(dict(clients))
    scope = scope_of(actor, company)
    wanted = Wanted(
        since=window(period, now, zone).current.start,
        raised=request.args.get("way") == RAISED,
        pressed_only=request.args.get("only") == PRESSED,
    )
    rows = changes(scope, wanted, before=request.args.get("before", type=int))
    asked = {
        "company": company,
        "way": RAISED if wanted.raised else None,
        "only": PRESSED if wanted.pressed_only else None,
    }
    more = len(rows) > PAGE_SIZE
    older = {"period": period.value, "before": rows[PAGE_SIZE - 1].id if more else None, **asked}
    return web.render(
        "reports/priorities.html",
        rows=rows[:PAGE_SIZE],
        totals=totals(scope, wanted),
        older_url=url_for(".priorities", **older) if more else None,  # type: ignore[arg-type]
        tabs=period_tabs(period, lambda one: url_for(".priorities", period=one.value, **asked)),  # type: ignore[arg-type]
        period=period,
        companies=clients,
        company=company,
        wanted=wanted,
        opens_tickets=scope.opens_lists,
        zone=str(zone),
    )
