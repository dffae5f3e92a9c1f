"""Every other page of the desk, looked at by axe in both themes, the main ones also as on a phone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from helpdesk.accounts.models import Team
from helpdesk.calendars.models import Calendar
from helpdesk.clients.models import Contact
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.kb.models import Article
from helpdesk.mail.models import Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.sheets import sheet_of
from helpdesk.sla.what_if import drafts
from helpdesk.sla.what_if.models import TrialBasis, TrialState
from tests.browser.cast import Cast
from tests.browser.desk import Desk
from tests.browser.visits import Visits, faults
from tests.factories import LONG_AGO, a_contract, a_ticket

OPERATOR = (
    "/tickets/mine",
    "/tickets/followed",
    "/views",
    "/tickets/{ticket}/clocks/resolution",
    "/tickets/asked",
    "/tickets/{double}/merging",
    "/tickets/{double}/merging?into={ticket}",
    "/tickets/{ticket}/canned-answers",
    "/notices",
    "/calls",
    "/search?q=printer",
    "/instructions",
    "/instructions/{article}",
    "/instructions/new",
    "/clients",
    "/clients/companies/{company}",
    "/clients/companies/{company}/facts/domains",
    "/clients/contacts/{contact}",
    "/clients/contacts/{contact}/facts/emails",
    "/clients/contacts/{contact}/tickets/new",
    "/clients/senders",
    "/profile",
    "/profile/notices",
    "/sessions",
    "/help",
    "/help/operator/calls",
    "/about",
)
ADMINISTRATOR = (
    "/settings",
    "/settings?q=mail",
    "/settings?q=zzzz",
    "/settings/policies",
    "/settings/policies/new",
    "/settings/policies/{policy}",
    "/settings/policies/{policy}/versions/1",
    "/settings/policies/{policy}/versions/1/tickets",
    "/settings/calendars",
    "/settings/calendars/new",
    "/settings/calendars/{calendar}",
    "/settings/calendars/{calendar}/edit",
    "/settings/drafts",
    "/settings/drafts/{draft}",
    "/settings/contracts",
    "/settings/contracts/new",
    "/settings/contracts/{contract}",
    "/settings/rules",
    "/settings/rules/new",
    "/settings/rules/{rule}",
    "/settings/categories",
    "/settings/canned-answers",
    "/settings/canned-answers/new",
    "/settings/mailboxes",
    "/settings/mailboxes/new",
    "/settings/mailboxes/{mailbox}",
    "/settings/mail-texts",
    "/settings/mail-texts/1",
    "/settings/people",
    "/settings/people?standing=invited",
    "/settings/people/new",
    "/settings/people/{person}",
    "/settings/people/{person}/deactivation",
    "/settings/teams",
    "/settings/teams/new",
    "/settings/teams/{team}",
    "/settings/firm",
    "/settings/branding",
    "/settings/imports",
    "/settings/history",
    "/settings/in-force",
    "/settings/standstill",
    "/clients/companies/new",
    "/clients/contacts/new?company={company}",
    "/welcome/mailbox",
    "/welcome/lines",
    "/welcome/hours",
    "/welcome/policy",
    "/welcome/ready",
    "/mail/held",
    "/mail/held?state=discarded",
)
OLDEST = {"article": Article.id, "calendar": Calendar.id, "mailbox": Mailbox.id, "team": Team.id}
MANAGER = ("/reports/breaches", "/reports/priorities?way=raised")
STRANGER = ("/sign-in", "/forgotten", "/invitations/nobody-sent-this", "/passwords/nobody-sent-this")
ON_A_PHONE = (
    "/lines/1",
    "/tickets/{ticket}",
    "/tickets/{ticket}/clocks/resolution",
    "/calls/new",
    "/notices",
    "/search?q=printer",
    "/profile/notices",
)
SETTINGS_ON_A_PHONE = (
    "/settings",
    "/settings/policies/{policy}",
    "/settings/calendars/{calendar}",
    "/settings/calendars/{calendar}/edit",
    "/settings/drafts/{draft}",
    "/settings/contracts",
    "/settings/rules",
    "/settings/rules/{rule}",
    "/settings/categories",
    "/settings/mailboxes/{mailbox}",
    "/settings/mail-texts/1",
    "/settings/people",
    "/settings/people/{person}/deactivation",
    "/settings/teams",
    "/settings/branding",
    "/settings/imports",
    "/welcome/mailbox",
    "/welcome/policy",
)
REFUSED = (
    ("/settings/policies/new", {"name": ""}),
    ("/settings/calendars/new", {"name": ""}),
    ("/settings/contracts/new", {"name": ""}),
    ("/settings/rules/new", {"name": ""}),
    ("/settings/canned-answers/new", {"name": ""}),
    ("/settings/mailboxes/new", {"address": "nobody"}),
    ("/settings/people/new", {"addresses": "nobody"}),
    ("/settings/teams/new", {"name": ""}),
    ("/settings/firm", {"name": ""}),
)


@pytest.fixture(scope="module")
def places(desk: Desk, cast: Cast) -> dict[str, int]:
    """Numbers by which the pages are found."""
    with desk.rows():
        contact = db.session.get_one(Contact, cast.crews["en"].colleague.contact_id)
        ticket = a_ticket("The printer again", contact=contact, at=time_of(db.session))
        double = a_ticket("The printer once more", contact=contact, at=time_of(db.session))
        version = db.session.scalars(select(SlaPolicyVersion).order_by(SlaPolicyVersion.id).limit(1)).one()
        asked, placed = {"words": ["abracadabra"]}, {"line": 2}
        rule = RoutingRule(
            position=990, name="Never", conditions=asked, placement=placed, active=False, created_at=LONG_AGO
        )
        db.session.add(rule)
        db.session.flush()
        return {
            "ticket": ticket.id,
            "double": double.id,
            "contact": contact.id,
            "company": contact.company_id,
            "contract": a_contract(contact.company, version).id,
            "policy": version.policy_id,
            "draft": _a_draft(version, by=cast.administrator.person_id),
            "rule": rule.id,
            "person": cast.crews["en"].first.person_id,
            **{name: db.session.scalars(select(func.min(column))).one() for name, column in OLDEST.items()},
        }


def _a_draft(version: SlaPolicyVersion, *, by: int) -> int:
    """The policy with a shorter waiting, looked at past tickets already."""
    policy = db.session.get_one(SlaPolicy, version.policy_id)
    sheet, now = replace(sheet_of(policy, version), longest_wait_s=3600), time_of(db.session)
    draft = drafts.keep(sheet, policy.id, seen_event_id=2**31, since=None, why="", by=by, now=now)
    trial = drafts.try_on(draft, TrialBasis.WAS_OPEN, LONG_AGO, now, by=by, now=now)
    trial.state, trial.done, trial.total = TrialState.DONE, 40, 40
    trial.counts = {"clocks": 90, "changed": 12, "later": 12, "tickets": 40}
    return draft.id


@pytest.fixture(scope="module")
def browsers(chromium: Browser, desk: Desk, cast: Cast) -> Iterator[Visits]:
    """Browsers that stay open from page to page, one for each person and width."""
    visits = Visits(chromium, desk)
    yield visits
    visits.close()


@pytest.fixture
def tour(browsers: Visits) -> Iterator[Visits]:
    """The same; a complaint about this page fails its test."""
    yield browsers
    complaints, browsers.complaints = browsers.complaints, []
    assert complaints == []


@pytest.mark.parametrize("path", OPERATOR)
def test_pages_of_an_operator_have_no_grave_fault(
    tour: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = tour.kept(cast.crews["en"].first)
    page.goto(path.format(**places))
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []


@pytest.mark.parametrize("path", ADMINISTRATOR)
def test_pages_of_an_administrator_have_no_grave_fault(
    tour: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = tour.kept(cast.administrator)
    page.goto(path.format(**places))
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", MANAGER)
def test_reports_of_a_manager_have_no_grave_fault_and_no_sideways_scroll(
    tour: Visits, cast: Cast, path: str, width: int
) -> None:
    page = tour.kept(cast.managers["ru"], width=width)
    page.goto(path)
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    assert faults(page) == []


@pytest.mark.parametrize("path", STRANGER)
def test_pages_before_the_door_have_no_grave_fault(visits: Visits, cast: Cast, path: str) -> None:
    visits.expect(404, 410)
    page = visits.stranger()
    page.goto(path)
    expect(page.locator("h1").first).to_be_attached()
    assert faults(page) == []


@pytest.mark.parametrize(("path", "typed"), REFUSED)
def test_a_refused_sheet_begins_at_its_fault_and_has_no_grave_one(
    visits: Visits, cast: Cast, path: str, typed: dict[str, str]
) -> None:
    visits.expect(422, 409)
    page = visits.of(cast.administrator)
    page.goto(path)
    main = page.locator("button.button-main:visible").last
    main.evaluate("(it) => { it.form.noValidate = true }")
    for name, words in typed.items():
        page.locator(f"form:not([role=search]) [name={name}]").first.fill(words)
    main.click()
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.locator("main form [aria-invalid=true]").first).to_be_focused()
    assert faults(page) == []


@pytest.mark.parametrize("path", SETTINGS_ON_A_PHONE)
def test_settings_on_a_phone_have_no_grave_fault_and_no_sideways_scroll(
    tour: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = tour.kept(cast.administrator, width=390)
    page.goto(path.format(**places))
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert faults(page) == []


@pytest.mark.parametrize("path", ON_A_PHONE)
def test_pages_on_a_phone_have_no_grave_fault_and_no_sideways_scroll(
    tour: Visits, cast: Cast, places: dict[str, int], path: str
) -> None:
    page = tour.kept(cast.crews["ru"].first, width=390)
    page.goto(path.format(**places))
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert faults(page) == []


def test_the_reply_unfolds_on_a_phone(visits: Visits, cast: Cast, places: dict[str, int]) -> None:
    page = visits.of(cast.crews["en"].first, width=390)
    page.goto("/tickets/{ticket}".format(**places))
    expect(page.locator("#composer-text")).to_be_hidden()
    page.locator(".switch-public").click()
    expect(page.locator("#composer-text")).to_be_focused()
