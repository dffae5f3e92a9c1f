"""Every door that changes a setting writes down what it changed: asked of the whole table."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.permissions import Role
from helpdesk.db import db
from helpdesk.history import SettingChange
from tests.permissions.asking import ask, prepared
from tests.permissions.matrix import Cell, cells

QUIET: Mapping[str, str] = {
    "POST /settings/imports/<int:run_id>/mapping": "nothing is brought in yet",
    "POST /settings/imports/<int:run_id>/check": "nothing is brought in yet",
    "POST /settings/imports/<int:run_id>/start": "the worker writes it down once the rows are in",
    "POST /settings/imports/<int:run_id>/stop": "nothing was brought in",
    "POST /settings/calendars/<int:calendar_id>/drafts": "a draft is not in force",
    "POST /settings/policies/<int:policy_id>/drafts": "a draft is not in force",
    "POST /settings/drafts/<int:draft_id>/trials": "past tickets are only looked at",
    "POST /settings/drafts/<int:draft_id>/discarding": "a draft was never in force",
    "POST /settings/recomputes/<int:run_id>/retry": "what is followed was written down when it was decided",
    "POST /settings/mailboxes/<int:mailbox_id>/sign-in": "nothing has changed until the person comes back",
    "POST /settings/incoming": "no mail of the table was read by an older version",
    "POST /settings/outbox": "no mail of the table waits",
    # The things of the table have nothing to take away, bring back or move; each has a test of its own.
    "POST /settings/people/<int:person_id>/reactivation": "the person of the table was not shut out",
    "POST /settings/mailboxes/<int:mailbox_id>/return": "the mailbox of the table is in use",
    "POST /settings/mail-texts/<int:number>/original": "the mail of the table has its original words",
    "POST /settings/branding/colour/removal": "no colour was chosen",
    "POST /settings/branding/logo/removal": "no logo was chosen",
    "POST /settings/rules/order": "the list of the table has one order",
}
CHANGING = [
    cell
    for cell in cells()
    if cell.door.rule.startswith("/settings")
    and cell.door.method == "POST"
    and cell.role is Role.ADMINISTRATOR
    and cell.expected == 303
]


@pytest.mark.parametrize("cell", CHANGING, ids=str)
def test_a_changed_setting_stands_in_the_history(
    app: Flask, session: scoped_session[Session], cell: Cell
) -> None:
    question = prepared(app, cell)
    before = _changes()
    assert ask(question).status_code == 303
    assert (_changes() == before) is (cell.door.route in QUIET)


def _changes() -> int:
    return db.session.scalars(select(func.count()).select_from(SettingChange)).one()
