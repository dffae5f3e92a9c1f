"""Door to the dashboard."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import url_for

from helpdesk import web
from helpdesk.accounts.guard import current_actor, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.reports import boxes, findings, queries
from helpdesk.reports.figures import Figures, read
from helpdesk.reports.glossary import DEFINITIONS
from helpdesk.reports.scope import Scope, scope_of
from helpdesk.reports.steps import step_name
from helpdesk.reports.strip import metrics
from helpdesk.reports.views.asking import company_asked, period_asked, period_tabs
from helpdesk.reports.views.blueprint import blueprint
from helpdesk.tickets.rules import Priority


@blueprint.get("/reports")
@policy(Permission.REPORT_READ)
def dashboard() -> str:
    """How the lines work, for a period, and for one client or all; at most twelve statements."""
    actor, now, zone = current_actor(), process_time(), ZoneInfo(settings().default_timezone)
    period, clients = period_asked(), queries.companies(actor)
    company = company_asked(dict(clients))
    scope = scope_of(actor, company)
    figures = read(scope, period, now, zone)
    if figures.is_empty and company is None and not queries.has_tickets(scope):
        return web.render("reports/empty.html")
    return web.render(
        "reports/dashboard.html",
        period=period,
        tabs=period_tabs(period, lambda one: url_for(".dashboard", period=one.value, company=company)),
        companies=clients,
        company=company,
        zone=settings().default_timezone,
        now=now,
        definitions=DEFINITIONS,
        priorities=list(Priority),
        metrics=metrics(figures, scope),
        urgent=boxes.urgent_rows(actor, scope, now),
        flow_names=[step_name(period, start.astimezone(zone)) for start in figures.window.bars[:-1]],
        **_boxes(figures, scope, queries.line_names()),
    )


def _boxes(figures: Figures, scope: Scope, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "names": names,
        "figures": figures,
        "attainment": boxes.attainment(figures, scope, names),
        "flow": boxes.flow(figures, scope),
        "age_rows": [
            (row.line, row.name, row.total, row.url, row.bars) for row in boxes.ages(figures, scope)
        ],
        "pairs": boxes.pairs(figures, scope),
        "answered": boxes.answered(figures, scope),
        "reasons": boxes.reasons(figures, scope),
        "risk_found": findings.of_risk(figures, scope),
        "attainment_found": findings.of_attainment(figures, scope),
        "flow_found": findings.of_flow(figures, scope),
        "ages_found": findings.of_ages(figures, scope),
        "handovers_found": findings.of_handovers(figures, scope),
    }
