"""No form that leads to mail takes a field that it does not have: asked of the table and of the pages."""

from collections import defaultdict
from datetime import datetime
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.exceptions import HTTPException

from helpdesk.accounts.fields import is_of
from helpdesk.accounts.models import TeamRole
from helpdesk.accounts.permissions import Role
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.history import SettingChange
from helpdesk.notifications.models import Outbox
from helpdesk.tickets.draft_models import Draft
from helpdesk.tickets.models import Message
from tests import factories
from tests.browsing import form, sign_in
from tests.permissions.asking import Situations, ask, prepared
from tests.permissions.matrix import Cell, cells

# What changes neither a mail nor a setting of mail; a new door is not among them until somebody says so here.
NO_MAIL = (
    "/addresses/", "/clients/co", "/demo/", "/instructions", "/invitations/", "/notices", "/passwords/",
    "/profile/notices", "/profile/password", "/sessions/", "/settings/calendars", "/settings/categories",
    "/settings/contracts", "/settings/drafts", "/settings/exports", "/settings/imports", "/settings/policies",
    "/settings/recomputes", "/settings/rules", "/settings/tags", "/sign-", "/views", "/welcome",
)  # fmt: skip
RIGHTS = (
    "/settings/people/<int:person_id>",
    "/settings/people/<int:person_id>/deactivation",
    "/settings/people/<int:person_id>/reactivation",
    "/tickets/<int:number>/breaches/<int:firing_id>/reason",
)
OPENS_A_TICKET = "/clients/contacts/<int:contact_id>/tickets"
FORGED = {"from": "boss@elsewhere.example"}


def fields_of(app: Flask) -> dict[str, tuple[str, ...] | None]:
    """Every door that forms are sent to, with the fields it says it takes."""
    return {
        rule.rule: getattr(app.view_functions[rule.endpoint], "fields", None)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }


def test_every_form_that_leads_to_mail_says_which_fields_it_has(app: Flask) -> None:
    open_doors = [rule for rule, fields in fields_of(app).items() if fields is None]
    other = [one for one in open_doors if not one.startswith(NO_MAIL) and one not in RIGHTS]
    assert [*other, *(one for one in open_doors if one == OPENS_A_TICKET)] == []


ASKED = (
    "/tickets/<int:number>/replies", "/tickets/<int:number>/notes", "/tickets/<int:number>/draft",
    "/tickets/<int:number>/resolution", "/tickets/bulk", "/calls", OPENS_A_TICKET, "/profile",
    "/settings/mailboxes", "/settings/mail-texts/<int:number>", "/settings/canned-answers",
    "/settings/senders",
)  # fmt: skip


def one_allowed_cell_each() -> list[Cell]:
    """For each of these doors one in which the table's form is taken."""
    found = dict[str, Cell]()
    for cell in cells():
        is_taken = cell.expected in (200, 303) and cell.role is not Role.ANONYMOUS
        if cell.door.method == "POST" and cell.door.rule in ASKED and is_taken:
            found.setdefault(cell.door.rule, cell)
    return list(found.values())


def traces() -> list[int]:
    kinds = (EventRow, Message, Outbox, SettingChange)
    return [db.session.scalars(select(func.count()).select_from(kind)).one() for kind in kinds]


def test_a_field_that_a_form_does_not_have_is_refused_and_nothing_is_done(
    app: Flask, session: scoped_session[Session]
) -> None:
    situations, answers = Situations(app), dict[str, int]()
    questions = [prepared(app, cell, situations.of(cell)) for cell in one_allowed_cell_each()]
    before = traces()
    for question in questions:
        question.fields.update(FORGED)
        answer = ask(question)
        is_said = "This form has no field “from”" in answer.text
        answers[question.cell.door.route] = answer.status_code if is_said else 0
    assert {route: status for route, status in answers.items() if status != 422} == {}
    assert len(answers) == len(ASKED)
    assert traces() == before


@pytest.mark.usefixtures("now")
def test_a_refused_answer_is_kept_as_a_draft_with_its_form(client: FlaskClient) -> None:
    ada, ticket = factories.an_agent("Ada Lind"), factories.a_ticket()
    db.session.commit()
    sign_in(client, ada)
    fields = form(text="It prints.", html="<div><strong>It</strong> prints.</div>", **FORGED)
    answer = client.post(f"/tickets/{ticket.id}/replies", data=fields)
    draft = db.session.scalars(select(Draft)).one()
    assert (answer.status_code, draft.text, "<strong>" in (draft.html or "")) == (422, "It prints.", True)
    assert "It prints." in answer.text


class Forms(HTMLParser):
    """The names of fields by the address that their form, or one of its buttons, is sent to."""

    def __init__(self, page: str, place: str) -> None:
        super().__init__()
        self.names, self.place, self._targets, self._own = (
            defaultdict[str, set[str]](set),
            place,
            [""],
            set[str](),
        )
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            is_sent = (found.get("method") or "").lower() == "post"
            self._targets, self._own = [(found.get("action") or self.place) if is_sent else ""], set()
        if found.get("formaction"):
            self._targets.append(found["formaction"] or "")
        if tag in ("input", "select", "textarea", "button") and found.get("name"):
            self._own.add(found["name"] or "")
        for target in self._targets:
            self.names[target] |= self._own

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._targets, self._own = [""], set()


PAGES = (
    "/tickets/{ticket}", "/tickets/{ticket}/client", "/tickets/{ticket}/canned-answers", "/tickets",
    "/clients/contacts/{contact}/tickets/new", "/calls/new", "/settings/mailboxes/new",
    "/settings/mailboxes/{mailbox}", "/settings/mail-texts/3", "/settings/canned-answers/new",
    "/settings/senders", "/settings/firm", "/settings/branding", "/settings/teams/{team}",
    "/settings/people/new", "/profile",
)  # fmt: skip


def unknown_fields(app: Flask, page: str, place: str) -> list[str]:
    known, doors, unknown = fields_of(app), app.url_map.bind("desk.example"), list[str]()
    for target, names in Forms(page, place).names.items():
        try:
            rule, _ = doors.match(target.partition("?")[0], method="POST", return_rule=True)
        except HTTPException:
            continue
        fields = known[rule.rule]
        unknown += [
            f"{rule.rule}: {name}" for name in names if fields is not None and not is_of(name, fields)
        ]
    return unknown


def a_desk(client: FlaskClient) -> dict[str, int]:
    """The ids of what the pages show, with the lead of line 1, who runs the desk too, signed in."""
    factories.three_lines()
    vera, ticket, mailbox = (
        factories.an_administrator("Vera Sand"),
        factories.a_ticket(),
        factories.a_mailbox(),
    )
    factories.a_member(vera, factories.the_team(1), TeamRole.LEAD)
    db.session.commit()
    sign_in(client, vera)
    team = factories.the_team(1)
    return {"ticket": ticket.id, "contact": ticket.contact_id, "mailbox": mailbox.id, "team": team.id}


def test_no_page_has_a_field_that_its_form_would_refuse(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    places = a_desk(client)
    unknown = {page: unknown_fields(app, client.get(page.format(**places)).text, page) for page in PAGES}
    assert {page: found for page, found in unknown.items() if found} == {}
