"""Doors to the policies: targets by priority as a form that makes new versions, and the default one."""

from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Verb, leading_to, status_of, write_once
from helpdesk.admin import policies as queries
from helpdesk.admin import policy_form as forms
from helpdesk.admin import policy_words as words
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.changes import Change
from helpdesk.admin.pages import render_section
from helpdesk.admin.policy_form import Typed
from helpdesk.admin.staleness import news_in, refuse_unseen, seen_now
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, told
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policy_facts import day_lengths
from helpdesk.sla.sheets import CELLS, LINES, PRIORITIES, PolicySheet, overlaps, sheet_of
from helpdesk.sla.typed import DAY


def _lock(row: SlaPolicy) -> None:
    db.session.refresh(row, with_for_update={"key_share": True})


def _found(_actor: Actor, policy_id: int, **_more: int) -> SlaPolicy | None:
    return db.session.get(SlaPolicy, policy_id)


LOADER = Loader(_found, lambda _actor, _policy: frozenset(), _lock)


@blueprint.get("/settings/policies")
@policy(Permission.SETTINGS_READ)
def policies() -> str:
    """All policies; the default one first, those put away at the end."""
    lines = queries.lines(process_time())
    return render_section("admin/policies.html", "policies", lines=lines, words=words)


@blueprint.get("/settings/policies/new")
@policy(Permission.SETTINGS_CHANGE)
def new_policy() -> str:
    """Sensible targets to begin with, in the first calendar there is."""
    now, known = process_time(), queries.calendars()
    sheet = actions.starter_policy(known[0], name="") if known else PolicySheet("", {}, {})
    return _page(forms.of(sheet, day_lengths([one.id for one in known], now)), None)


@blueprint.post("/settings/policies")
@policy(Permission.SETTINGS_CHANGE)
def create_policy() -> ResponseReturnValue:
    """A new policy; the first of all becomes the default one."""
    typed = forms.typed(request.form)
    sheet = forms.sheet_in(typed, None, _days(typed, clock.now(db.session)))
    if sheet is None:
        return _page(typed, None), 422

    def write(by: int, now: datetime) -> str:
        made = actions.create_policy(sheet, by=by, now=now, why=typed.why)
        return url_for(".sla_policy", policy_id=made.id)

    return write_once(
        write,
        refused=lambda refusal: _refused(typed, None, refusal),
        said=gettext("The policy is there. Give it to companies by contract, or make it the default."),
    )


@blueprint.get("/settings/policies/<int:policy_id>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def sla_policy(row: SlaPolicy, policy_id: int) -> str:
    """The version in force as a form."""
    now = process_time()
    sheet = sheet_of(row, actions.in_force(policy_id, now))
    return _page(forms.of(sheet, day_lengths(sheet.calendars.values(), now)), row)


@blueprint.post("/settings/policies/<int:policy_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def change_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """A new version, from now or from a later day."""
    actor, typed, now = guard.current_actor(), forms.typed(request.form), clock.now(db.session)
    before = sheet_of(row, actions.in_force(policy_id, now))
    sheet, since = forms.sheet_in(typed, before, _days(typed, now)), forms.since_in(typed, now)
    if sheet is None or typed.errors:
        return _page(typed, row), 422
    changed = list[bool]()

    def verb(by: int, _: datetime) -> None:
        _lock(row)
        refuse_unseen(actions.KIND, policy_id, request.form.get("version", ""))
        changed.append(actions.change_policy(row, sheet, since=since, by=by, now=now, why=typed.why))

    return write_once(
        leading_to(url_for(".sla_policy", policy_id=policy_id), verb),
        refused=lambda refusal: _refused(typed, _found(actor, policy_id), refusal),
        said=lambda: _saved(changed[0], since),
    )


@blueprint.get("/settings/policies/<int:policy_id>/versions/<int:number>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def policy_version(row: SlaPolicy, policy_id: int, number: int) -> str:
    """One version to read: what held then, or what is to come."""
    now, version = process_time(), _version(policy_id, number)
    sheet = sheet_of(row, version)
    calendars = {one.id: one.name for one in queries.calendars(frozenset(sheet.calendars.values()))}
    return render_section(
        "admin/policy_version.html",
        "policies",
        thing=(actions.KIND, policy_id),
        thing_name=row.name,
        row=row,
        version=version,
        versions=queries.versions(policy_id, now),
        sheet=sheet,
        calendars=calendars,
        days=day_lengths(sheet.calendars.values(), now),
        lines=LINES,
        priorities=PRIORITIES,
        words=words,
    )


@blueprint.post("/settings/policies/<int:policy_id>/versions/<int:number>/withdrawal")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def withdraw_policy(row: SlaPolicy, policy_id: int, number: int) -> ResponseReturnValue:
    """Take back a version that is still to come."""
    there = url_for(".sla_policy", policy_id=policy_id)
    return write_once(
        leading_to(there, lambda by, now: actions.withdraw(row, _version(policy_id, number), by=by, now=now)),
        said=gettext("The version is taken back."),
    )


@blueprint.post("/settings/policies/<int:policy_id>/default")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def default_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """Let it hold for companies without a contract."""
    return _done(row, lambda by, now: actions.make_default(row, by=by, now=now))


@blueprint.post("/settings/policies/<int:policy_id>/retirement")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def retire_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """Put it away, or with `back` take it into use again."""
    verb = actions.restore if request.form.get("back") else actions.retire
    return _done(row, lambda by, now: verb(row, by=by, now=now))


def _done(row: SlaPolicy, verb: Verb) -> ResponseReturnValue:
    policy_id = row.id

    def refused(refusal: DomainError) -> ResponseReturnValue:
        now, row = process_time(), db.session.get_one(SlaPolicy, policy_id)
        sheet = sheet_of(row, actions.in_force(policy_id, now))
        typed = forms.of(sheet, day_lengths(sheet.calendars.values(), now))
        return _page(typed, row, refused=told(refusal)), status_of(refusal)

    return write_once(leading_to(url_for(".sla_policy", policy_id=policy_id), verb), refused=refused)


def _refused(typed: Typed, row: SlaPolicy | None, refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, actions.NameTaken):
        typed.errors["name"] = told(refusal)
    return _page(typed, row, news=news_in(refusal)), status_of(refusal)


def _page(typed: Typed, row: SlaPolicy | None, *, news: list[Change] | None = None, refused: str = "") -> str:
    now = process_time()
    here: dict[str, Any] = {"thing": (actions.KIND, row.id)} if row else {"history": None}
    version = actions.in_force(row.id, now) if row else None
    sheet = sheet_of(row, version) if row and version else None
    known = queries.calendars(frozenset(sheet.calendars.values()) if sheet else frozenset())
    days = day_lengths([one.id for one in known], now)
    return render_section(
        "admin/policy.html",
        "policies",
        thing_name=row.name if row else gettext("New policy"),
        row=row,
        typed=typed,
        errors=typed.errors,
        version=seen_now(actions.KIND, row.id) if row else None,
        present=version,
        versions=queries.versions(row.id, now) if row else [],
        companies=actions.companies_under(row.id, now) if row else [],
        was=forms.of(sheet, days) if sheet else None,
        sheet=sheet,
        overlaps=overlaps(sheet) if sheet else [],
        bar=queries.bar_of(sheet) if sheet else None,
        calendars=known,
        week=queries.week_of(typed, known, now),
        calendar_options=[("", "–"), *((one.id, one.name) for one in known)],
        kept=words.kept(sheet, days) if sheet else [],
        days=days,
        DAY=DAY,
        cells={cell.code: cell for cell in CELLS},
        lines=LINES,
        priorities=PRIORITIES,
        news=news or [],
        refused=refused,
        words=words,
        **here,
    )


def _days(typed: Typed, now: datetime) -> dict[int, int]:
    return day_lengths({typed.calendar_of(priority) for priority in PRIORITIES}, now)


def _version(policy_id: int, number: int) -> SlaPolicyVersion:
    statement = select(SlaPolicyVersion).where(SlaPolicyVersion.policy_id == policy_id)
    return db.session.scalar(statement.where(SlaPolicyVersion.n == number)) or abort(404)


def _saved(changed: bool, since: datetime | None) -> str:
    if not changed:
        return gettext("Nothing was different.")
    if since is not None:
        return gettext("Saved. Tickets are opened under it from that day on.")
    return gettext("Saved. The next ticket is opened under it.")
