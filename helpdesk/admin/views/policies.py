"""Doors to the policies: targets by priority as a form that makes new versions, and the default one."""

from datetime import datetime

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
from helpdesk.admin import policy_reading as reading
from helpdesk.admin import policy_words as words
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.admin.policy_form import Typed
from helpdesk.admin.policy_page import new_page, policy_page, tickets_page, version_page
from helpdesk.admin.staleness import news_in, refuse_unseen
from helpdesk.admin.views.drafts import published_words, put_aside, whom_in
from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, told
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policy_facts import day_lengths
from helpdesk.sla.sheets import PolicySheet, sheet_of
from helpdesk.sla.what_if import following, publishing
from helpdesk.sla.what_if.models import Reach, Subject
from helpdesk.sla.what_if.publishing import Publication, Saved


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
    now = process_time()
    book = queries.calendar_book((), now)
    known = book.calendars
    sheet = actions.starter_policy(known[0], name="") if known else PolicySheet("", {}, {})
    return new_page(forms.of(sheet, book.days), now=now)


@blueprint.post("/settings/policies")
@policy(Permission.SETTINGS_CHANGE)
def create_policy() -> ResponseReturnValue:
    """A new policy; the first of all becomes the default one. With `add` only one more row in the form."""
    typed, now = forms.typed(request.form), clock.now(db.session)
    if "add" in request.form:
        return new_page(typed, now=now)
    sheet = reading.sheet_in(typed, None, day_lengths(typed.calendar_ids, now))
    if sheet is None:
        return new_page(typed, now=now), 422

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
    return policy_page(row, now=process_time())


@blueprint.post("/settings/policies/<int:policy_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def change_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """A new version, from now or from a later day. With `add` only one more row in the form."""
    actor, now = guard.current_actor(), clock.now(db.session)
    before = sheet_of(row, actions.in_force(policy_id, now))
    typed = forms.typed(request.form, before)
    if "add" in request.form:
        return policy_page(row, now=now, typed=typed)
    sheet = reading.sheet_in(typed, before, day_lengths(typed.calendar_ids, now))
    since = reading.since_in(typed, now)
    if sheet is None or typed.errors:
        return policy_page(row, now=now, typed=typed), 422
    saved, whom = list[Saved](), whom_in(request.form.get("open_tickets", ""), publishing.usually(sheet))

    def verb(by: int, _: datetime) -> None:
        _lock(row)
        refuse_unseen(actions.KIND, policy_id, request.form.get("version", ""))
        saved.append(publishing.save(row, sheet, Publication(whom, since, typed.why), by=by, now=now))

    return write_once(
        leading_to(url_for(".sla_policy", policy_id=policy_id), verb),
        refused=lambda refusal: _refused(typed, _found(actor, policy_id), refusal),
        said=lambda: published_words(saved[0], whom, since),
    )


@blueprint.post("/settings/policies/<int:policy_id>/drafts")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def draft_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """Keep what was typed as a draft, and see what it would change."""
    now = clock.now(db.session)
    before = sheet_of(row, actions.in_force(policy_id, now))
    typed = forms.typed(request.form, before)
    sheet = reading.sheet_in(typed, before, day_lengths(typed.calendar_ids, now))
    since = reading.since_in(typed, now)
    if sheet is None or typed.errors:
        return policy_page(row, now=now, typed=typed), 422
    return put_aside(sheet, policy_id, seen=request.form.get("version", ""), since=since, why=typed.why)


@blueprint.get("/settings/policies/<int:policy_id>/versions/<int:number>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def policy_version(row: SlaPolicy, policy_id: int, number: int) -> str:
    """One version to read, beside the one before: what held then, or what is to come."""
    return version_page(row, number, now=process_time()) or abort(404)


@blueprint.get("/settings/policies/<int:policy_id>/versions/<int:number>/tickets")
@policy(Permission.SETTINGS_READ, load=LOADER)
def policy_tickets(row: SlaPolicy, policy_id: int, number: int) -> str:
    """How many open tickets run under a version, and those of them that whoever asks may see."""
    actor = guard.current_actor()
    return tickets_page(row, number, actor=actor, now=process_time()) or abort(404)


@blueprint.post("/settings/policies/<int:policy_id>/versions/<int:number>/withdrawal")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def withdraw_policy(row: SlaPolicy, policy_id: int, number: int) -> ResponseReturnValue:
    """Take back a version that is still to come."""

    def verb(by: int, now: datetime) -> None:
        version = _version(policy_id, number)
        actions.withdraw(row, version, by=by, now=now)
        following.take_back(Subject.POLICY, version.id, now=now)

    there = url_for(".sla_policy", policy_id=policy_id)
    return write_once(leading_to(there, verb), said=gettext("The version is taken back."))


@blueprint.post("/settings/policies/<int:policy_id>/default")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def default_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """Let it hold for companies without a contract."""
    return _done(row, lambda by, now: actions.make_default(row, by=by, now=now))


@blueprint.post("/settings/policies/<int:policy_id>/retirement")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def retire_policy(row: SlaPolicy, policy_id: int) -> ResponseReturnValue:
    """Put it away, with its open tickets when asked; or with `back` take it into use again."""
    if request.form.get("back"):
        return _done(row, lambda by, now: actions.restore(row, by=by, now=now))
    reach = Reach.ONWARD if request.form.get("open_tickets") == Reach.ONWARD else None
    return _done(row, lambda by, now: actions.retire(row, by=by, now=now, reach=reach))


def _done(row: SlaPolicy, verb: Verb) -> ResponseReturnValue:
    policy_id = row.id

    def refused(refusal: DomainError) -> ResponseReturnValue:
        row = db.session.get_one(SlaPolicy, policy_id)
        return policy_page(row, now=process_time(), refused=told(refusal)), status_of(refusal)

    return write_once(leading_to(url_for(".sla_policy", policy_id=policy_id), verb), refused=refused)


def _refused(typed: Typed, row: SlaPolicy | None, refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, actions.NameTaken):
        typed.errors["name"] = told(refusal)
    now = process_time()
    page = policy_page(row, now=now, typed=typed, news=news_in(refusal)) if row else new_page(typed, now=now)
    return page, status_of(refusal)


def _version(policy_id: int, number: int) -> SlaPolicyVersion:
    statement = select(SlaPolicyVersion).where(SlaPolicyVersion.policy_id == policy_id)
    return db.session.scalar(statement.where(SlaPolicyVersion.n == number)) or abort(404)
