"""Doors to the routing rules: the list in its order, one rule, and the box that tries a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Team
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Refused, Write, write_once
from helpdesk.admin import queries, rule_choices, trying, words
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.admin.rule_sheet import RuleSheet, doubt_words, told
from helpdesk.admin.trying import MISSES, Sample
from helpdesk.clients.models import Company
from helpdesk.clients.queries import search_companies
from helpdesk.db import db
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext
from helpdesk.i18n import told as sentence_of
from helpdesk.mail.models import Mailbox
from helpdesk.routing import editing
from helpdesk.routing.editing import NeverMatches, mark_of
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.queries import rule_of
from helpdesk.tickets.queries.catalogue import catalogue
from helpdesk.tickets.rules import Channel
from helpdesk.tickets.words import CHANNELS, PRIORITIES, TYPES, options


@blueprint.get("/settings/rules")
@policy(Permission.SETTINGS_READ)
def rules() -> str:
    """All rules in their order, and the box that tries a message."""
    return _list_page()


@blueprint.post("/settings/rules/order")
@policy(Permission.SETTINGS_CHANGE)
def order_rules() -> ResponseReturnValue:
    """Put the rules into the order of the form; `move` is "id:-1" or "id:1" where one step is meant."""
    ids = [int(one) for one in request.form.getlist("order") if one.isascii() and one.isdigit()]
    ids = _stepped(ids, request.form.get("move", ""))

    def write(by: int, now: datetime) -> str:
        editing.order_rules(ids, by=by, now=now)
        return url_for(".rules")

    return _write(write, lambda error: (_list_page(sentence_of(error)), 409))


@blueprint.post("/settings/rules/trial")
@policy(Permission.SETTINGS_READ)
def try_message() -> str:
    """Say which rule would decide. Changes nothing."""
    form = request.form
    sample = Sample(
        channel=next((one for one in Channel if one == form.get("channel")), Channel.MAIL),
        sender=form.get("sender", "")[:200],
        mailbox_id=form.get("mailbox_id", type=int),
        text=form.get("text", "")[:20_000],
    )
    outcome = trying.attempt(sample, editing.in_order(), clock.now(db.session))
    if web.is_htmx():
        return web.render("admin/_trial.html", outcome=outcome, misses=MISSES)
    return _list_page(sample=sample, outcome=outcome)


@blueprint.get("/settings/rules/companies")
@policy(Permission.SETTINGS_READ)
def rule_companies() -> str:
    """Companies that fit what is typed, as options."""
    typed = request.args.get("q", "").strip()
    return web.render("admin/_companies.html", companies=search_companies(typed) if typed else [])


@blueprint.get("/settings/rules/new")
@policy(Permission.SETTINGS_CHANGE)
def new_rule() -> str:
    """An empty sheet."""
    return _sheet_page(RuleSheet({}, {}), None)


@blueprint.post("/settings/rules")
@policy(Permission.SETTINGS_CHANGE)
def add_rule() -> ResponseReturnValue:
    """A new rule at the end of the list."""
    sheet = RuleSheet.typed(request.form)

    def write(by: int, now: datetime) -> str:
        editing.add_rule(
            sheet.texts["name"], rule_choices.asked(sheet), rule_choices.placed(sheet), told, by=by, now=now
        )
        return url_for(".rules")

    return _write(write, lambda error: _refused(sheet, None, error))


@blueprint.get("/settings/rules/<int:rule_id>")
@policy(Permission.SETTINGS_READ)
def rule(rule_id: int) -> str:
    """The rule's sheet as it stands."""
    row = _rule(rule_id)
    return _sheet_page(RuleSheet.of(row), row)


@blueprint.post("/settings/rules/<int:rule_id>")
@policy(Permission.SETTINGS_CHANGE)
def change_rule(rule_id: int) -> ResponseReturnValue:
    """Let the sheet hold from now on."""
    row, sheet, was = _rule(rule_id), RuleSheet.typed(request.form), request.form.get("was", "")

    def write(by: int, now: datetime) -> str:
        values = (sheet.texts["name"], rule_choices.asked(sheet), rule_choices.placed(sheet), told)
        editing.change_rule(row, *values, was=was, by=by, now=now)
        return url_for(".rules")

    return _write(write, lambda error: _refused(sheet, row, error))


@blueprint.post("/settings/rules/<int:rule_id>/use")
@policy(Permission.SETTINGS_CHANGE)
def use_rule(rule_id: int) -> ResponseReturnValue:
    """Use it, pass over it, or put it away for good: the button says which."""
    row, verb = _rule(rule_id), request.form.get("verb", "")

    def write(by: int, now: datetime) -> str:
        if verb == "retire":
            editing.retire_rule(row, told, by=by, now=now)
        else:
            editing.switch_rule(row, told, active=verb == "on", by=by, now=now)
        return url_for(".rules")

    return _write(write, lambda error: (_list_page(sentence_of(error)), 409))


def _rule(rule_id: int) -> RoutingRule:
    row = db.session.get(RoutingRule, rule_id)
    return row if row is not None and row.retired_at is None else abort(404)


def _write(write: Write, refused: Refused) -> ResponseReturnValue:
    said = gettext("Saved. It holds for the next request that comes in.")
    return write_once(write, refused=refused, said=said)


def _refused(sheet: RuleSheet, row: RoutingRule | None, error: DomainError) -> ResponseReturnValue:
    if isinstance(error, BadInput):
        return _sheet_page(sheet, row, {error.field or "name": sentence_of(error)}), 422
    why = ""
    if isinstance(error, NeverMatches):
        taken = error.doubt.rule
        why = doubt_words(error.doubt.code, taken.name if taken else "")
    return _sheet_page(sheet, row, {"": sentence_of(error), "why": why}), 409


def _stepped(ids: list[int], move: str) -> list[int]:
    """The order with one rule a step up or down."""
    rule_id, _, step = move.partition(":")
    if not rule_id.isdigit() or int(rule_id) not in ids or step not in ("-1", "1"):
        return ids
    at = ids.index(int(rule_id))
    ids.insert(max(0, at + int(step)), ids.pop(at))
    return ids


def _list_page(
    sentence: str = "", sample: Sample | None = None, outcome: trying.Outcome | None = None
) -> str:
    rows = editing.in_order()
    names, doubts = queries.names_in(rows), editing.doubts(rows)
    lines = [
        (
            row,
            words.asked(rule_of(row).conditions, names),
            words.placed(rule_of(row).placement, names),
            _doubt(doubts.get(row.id)),
        )
        for row in rows
    ]
    return render_section(
        "admin/rules.html",
        "rules",
        lines=lines,
        sentence=sentence,
        sample=sample or Sample(),
        outcome=outcome,
        misses=MISSES,
        channels=options(CHANNELS),
        mailboxes=_mailboxes(),
    )


def _doubt(doubt: Any) -> str:
    return doubt_words(doubt.code, doubt.rule.name if doubt.rule else "") if doubt else ""


def _sheet_page(sheet: RuleSheet, row: RoutingRule | None, errors: dict[str, str] | None = None) -> str:
    ids = [int(one) for one in sheet.lists.get("company_ids", ()) if one.isdigit() and len(one) < 10]
    companies = db.session.execute(select(Company.id, Company.name).where(Company.id.in_(ids))).all()
    return render_section(
        "admin/rule.html",
        "rules",
        thing=("rule", row.id) if row else None,
        thing_name=row.name if row else gettext("New rule"),
        row=row,
        was=mark_of(row) if row else "",
        sheet=sheet,
        errors=errors or {},
        companies=[(one.id, one.name) for one in companies],
        **_choices(sheet),
    )


def _choices(sheet: RuleSheet) -> dict[str, Any]:
    hours = [("", "–"), *((str(hour), f"{hour:02d}:00") for hour in range(24))]
    return {
        "channels": options(CHANNELS),
        "mailboxes": _mailboxes(),
        "types": options(TYPES),
        "languages": list(words.LANGUAGES.items()),
        "weekdays": [(str(day), name) for day, name in enumerate(words.DAYS)],
        "hours": hours,
        "places": _places(),
        "priorities": [("", gettext("as usual")), *options(PRIORITIES)],
        "kinds": [("", gettext("as usual")), *options(TYPES)],
        "categories": [("", gettext("none")), *_categories(sheet.texts.get("category", ""))],
        "known_tags": catalogue().tags,
    }


def _categories(chosen: str) -> list[tuple[int, str]]:
    """Those in use, and the chosen one though it was put away meanwhile."""
    known = catalogue()
    offered = dict(known.categories)
    kept = {one: name for one, name in known.names.items() if str(one) == chosen}
    return list((offered | kept).items())


def _mailboxes() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Mailbox.id, Mailbox.address).order_by(Mailbox.address))
    return [(str(row.id), row.address) for row in rows]


def _places() -> Sequence[tuple[str, str]]:
    """Teams by line, and each line as a whole."""
    teams = db.session.scalars(
        select(Team).where(Team.retired_at.is_(None)).order_by(Team.line, Team.position, Team.id)
    )
    lines = [(f"line-{line}", gettext("Line %(number)s, its first team", number=line)) for line in (1, 2, 3)]
    named = [
        (f"team-{team.id}", gettext("Line %(number)s: %(team)s", number=team.line, team=team.name))
        for team in teams
    ]
    return [("", gettext("as usual")), *named, *lines]
