"""A policy's page sent back untouched changes nothing, whatever the policy says."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.acts import Step
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.sheets import CELLS, Cell, PolicySheet, row_of_cells, sheet_of
from tests.browsing import form
from tests.conftest import NOON
from tests.factories import office_hours, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

HOUR = 3600
Fields = dict[str, list[str]]


@dataclass
class Reader(HTMLParser):
    """What a browser would send from the form of that id."""

    form_id: str
    fields: Fields = field(default_factory=dict)
    inside: bool = False
    select: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self.inside = known.get("id") == self.form_id
        name = known.get("name")
        if tag == "select" and name:
            self.select = name
        if self.inside and tag == "option" and "selected" in known and self.select:
            self.fields.setdefault(self.select, []).append(known.get("value") or "")
        ticked = known.get("type") not in {"checkbox", "radio"} or "checked" in known
        if self.inside and tag == "input" and name and ticked:
            self.fields.setdefault(name, []).append(known.get("value") or "")


@pytest.fixture
def berlin(desk: FlaskClient) -> Calendar:
    """Nine to five."""
    return office_hours("Berlin")


@pytest.fixture
def night(desk: FlaskClient) -> Calendar:
    """Around the clock."""
    return office_hours("Night", start=0, end=24)


def sheets(berlin: Calendar, night: Calendar) -> dict[str, PolicySheet]:
    """Policies that say what a page could get wrong."""
    plain = actions.starter_policy(berlin)
    defects = dict.fromkeys(row_of_cells("P3", "defect"), 50 * HOUR)
    full = replace(plain, targets={**dict.fromkeys(CELLS, 9 * HOUR), **defects})
    lines = {cell for cell in full.targets if cell.line == 2}
    odd = {Cell("P1", "resolution"), Cell("P4", "ola", 3), Cell("P3", "update", None, "defect")}
    return {
        "the starter": plain,
        "everything filled": full,
        "a line in its own hours": replace(full, own_calendars=dict.fromkeys(lines, night.id)),
        "a row in its own hours": replace(full, own_calendars=dict.fromkeys(defects, night.id)),
        "odd cells": replace(full, own_calendars=dict.fromkeys(odd, night.id)),
        "a line but for one cell": replace(
            full, own_calendars=dict.fromkeys(lines - {Cell("P1", "ola", 2)}, night.id)
        ),
        "one priority elsewhere": actions.starter_policy(berlin, day_and_night=night),
        "steps of its own": replace(
            plain,
            thresholds=(33, 100),
            steps=frozenset({Step("client", 10, "escalate"), Step("line", 150, "tell_manager")}),
        ),
        "nothing told and no end": replace(plain, steps=frozenset(), longest_wait_s=None, forgive=True),
        "only for one type": replace(plain, targets={Cell("P2", "resolution", None, "request"): HOUR}),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "the starter",
        "everything filled",
        "a line in its own hours",
        "a row in its own hours",
        "odd cells",
        "a line but for one cell",
        "one priority elsewhere",
        "steps of its own",
        "nothing told and no end",
        "only for one type",
    ],
)
def test_a_page_sent_back_untouched_changes_nothing(
    desk: FlaskClient, berlin: Calendar, night: Calendar, kind: str
) -> None:
    made = actions.create_policy(sheets(berlin, night)[kind], by=the_system().id, now=NOON)
    db.session.commit()
    where = f"/settings/policies/{made.id}"
    reader = Reader("policy")
    reader.feed(desk.get(where).text)
    answer = desk.post(where, data={**reader.fields, **form()}, follow_redirects=True)
    assert "Nothing was different." in answer.text


def test_a_page_sent_back_with_one_figure_changed_changes_that_one(
    desk: FlaskClient, berlin: Calendar, night: Calendar
) -> None:
    before = sheets(berlin, night)["a line but for one cell"]
    made = actions.create_policy(before, by=the_system().id, now=NOON)
    db.session.commit()
    where = f"/settings/policies/{made.id}"
    reader = Reader("policy")
    reader.feed(desk.get(where).text)
    sent = {**reader.fields, "P3-resolution-defect": ["60 h"], **form()}
    assert desk.post(where, data=sent).status_code == 303
    policy = db.session.get_one(SlaPolicy, made.id)
    after = sheet_of(policy, actions.in_force(made.id, NOON))
    changed = {cell for cell, seconds in after.targets.items() if before.targets[cell] != seconds}
    assert changed == {Cell("P3", "resolution", None, "defect")}
    assert actions.without_name(replace(after, targets=before.targets)) == actions.without_name(before)
