"""Doors to the calendars: the year at a glance, a form that makes new versions, and putting one away."""

from datetime import date, datetime
from typing import Any

from babel.dates import get_month_names
from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts import guard
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.guard import Loader, policy
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import leading_to, status_of, write_once
from helpdesk.admin import calendar_form as forms
from helpdesk.admin import calendar_words as words
from helpdesk.admin import calendars as queries
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.calendar_form import Typed
from helpdesk.admin.changes import Change
from helpdesk.admin.pages import render_section
from helpdesk.admin.staleness import news_in, refuse_unseen, seen_now
from helpdesk.admin.views.drafts import published_words, put_aside, whom_in
from helpdesk.admin.views.firm import ZONES
from helpdesk.calendars import actions, public
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.calendars.rules import CalendarSheet, weekdays
from helpdesk.calendars.sheets import sheet_of
from helpdesk.calendars.year import year_of
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, page_language, told
from helpdesk.sla.days import day_of
from helpdesk.sla.what_if import following, publishing
from helpdesk.sla.what_if.models import Subject
from helpdesk.sla.what_if.publishing import Publication, Saved

SAVE = "save"
YEARS = (1970, 2200)
OFFICE = "09:00-17:00"


def _lock(calendar: Calendar) -> None:
    db.session.refresh(calendar, with_for_update={"key_share": True})


def _found(_actor: Actor, calendar_id: int, **_more: int) -> Calendar | None:
    return db.session.get(Calendar, calendar_id)


LOADER = Loader(_found, lambda _actor, _calendar: frozenset(), _lock)


@blueprint.get("/settings/calendars")
@policy(Permission.SETTINGS_READ)
def calendars() -> str:
    """All calendars; those put away at the end."""
    now = process_time()
    return render_section(
        "admin/calendars.html", "calendars", lines=queries.lines(now, day_of(now)), words=words
    )


@blueprint.get("/settings/calendars/new")
@policy(Permission.SETTINGS_CHANGE)
def new_calendar() -> str:
    """Office hours to begin with."""
    now = process_time()
    empty = CalendarSheet("", settings().default_timezone, weekdays(OFFICE))
    return _form(forms.of(empty, country=_country(), today=day_of(now)), None)


@blueprint.post("/settings/calendars")
@policy(Permission.SETTINGS_CHANGE)
def create_calendar() -> ResponseReturnValue:
    """A new calendar, or the form again after one of its own buttons."""
    typed = forms.typed(request.form)
    if request.form.get("act", SAVE) != SAVE:
        return _acted(typed, None)
    sheet = forms.sheet_in(typed, clock.now(db.session))
    if sheet is None:
        return _form(typed, None), 422

    def write(by: int, now: datetime) -> str:
        made = actions.create_calendar(sheet, by=by, now=now, why=typed.why)
        return url_for(".calendar", calendar_id=made.id)

    return write_once(
        write,
        refused=lambda refusal: _refused(typed, None, refusal),
        said=gettext("The calendar is there. A policy can count in it from now on."),
    )


@blueprint.get("/settings/calendars/<int:calendar_id>")
@policy(Permission.SETTINGS_READ, load=LOADER)
def calendar(calendar: Calendar, calendar_id: int) -> str:
    """The year day by day, in the version that holds or in another one."""
    return _page(calendar)


def _page(calendar: Calendar, refused: str = "") -> str:
    now, calendar_id = process_time(), calendar.id
    versions = queries.versions(calendar_id, now)
    present = actions.in_force(calendar_id, now)
    shown = _version(calendar_id, request.args.get("version", type=int)) or present
    sheet, year = sheet_of(calendar, shown), request.args.get("year", day_of(now).year, type=int)
    if not YEARS[0] <= year <= YEARS[1]:
        abort(404)
    return render_section(
        "admin/calendar.html",
        "calendars",
        thing=(actions.KIND, calendar_id),
        thing_name=calendar.name,
        calendar=calendar,
        refused=refused,
        sheet=sheet,
        shown=shown,
        present=present,
        versions=versions,
        used_by=queries.used_by(now).get(calendar_id, []),
        left_behind=queries.open_tickets_in(calendar_id, present.id),
        year=year,
        months=year_of(sheet, year),
        month_names=_month_names(),
        today=day_of(now),
        words=words,
        YEARS=YEARS,
    )


@blueprint.get("/settings/calendars/<int:calendar_id>/edit")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def edit_calendar(calendar: Calendar, calendar_id: int) -> str:
    """The form, filled with what holds now."""
    now = process_time()
    sheet = sheet_of(calendar, actions.in_force(calendar_id, now))
    return _form(forms.of(sheet, country=_country(), today=day_of(now)), calendar)


@blueprint.post("/settings/calendars/<int:calendar_id>")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def change_calendar(calendar: Calendar, calendar_id: int) -> ResponseReturnValue:
    """A new version, or the form again after one of its own buttons."""
    actor, typed = guard.current_actor(), forms.typed(request.form)
    if request.form.get("act", SAVE) != SAVE:
        return _acted(typed, calendar)
    now = clock.now(db.session)
    sheet, since = forms.sheet_in(typed, now), forms.since_in(typed, now)
    if sheet is None or typed.errors:
        return _form(typed, calendar), 422
    saved, whom = list[Saved](), whom_in(request.form.get("open_tickets", ""), publishing.usually(sheet))

    def verb(by: int, _: datetime) -> None:
        _lock(calendar)
        refuse_unseen(actions.KIND, calendar_id, request.form.get("version", ""))
        how = Publication(whom, since, typed.why)
        saved.append(publishing.save(calendar, sheet, how, by=by, now=now))

    return write_once(
        leading_to(url_for(".calendar", calendar_id=calendar_id), verb),
        refused=lambda refusal: _refused(typed, _found(actor, calendar_id), refusal),
        said=lambda: published_words(saved[0], whom, since),
    )


@blueprint.post("/settings/calendars/<int:calendar_id>/drafts")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def draft_calendar(calendar: Calendar, calendar_id: int) -> ResponseReturnValue:
    """Keep what was typed as a draft, and see what it would change."""
    typed, now = forms.typed(request.form), clock.now(db.session)
    sheet, since = forms.sheet_in(typed, now), forms.since_in(typed, now)
    if sheet is None or typed.errors:
        return _form(typed, calendar), 422
    return put_aside(sheet, calendar_id, seen=request.form.get("version", ""), since=since, why=typed.why)


@blueprint.post("/settings/calendars/<int:calendar_id>/retirement")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def retire_calendar(calendar: Calendar, calendar_id: int) -> ResponseReturnValue:
    """Put it away, or with `back` take it into use again."""

    def verb(by: int, now: datetime) -> None:
        if request.form.get("back"):
            actions.restore(calendar, by=by, now=now)
        else:
            actions.retire(calendar, queries.used_by(now).get(calendar_id, []), by=by, now=now)

    return write_once(
        leading_to(url_for(".calendar", calendar_id=calendar_id), verb),
        refused=lambda refusal: (_page(calendar, told(refusal)), status_of(refusal)),
    )


@blueprint.post("/settings/calendars/<int:calendar_id>/versions/<int:number>/withdrawal")
@policy(Permission.SETTINGS_CHANGE, load=LOADER)
def withdraw_calendar(calendar: Calendar, calendar_id: int, number: int) -> ResponseReturnValue:
    """Take back a version that is still to come."""

    def verb(by: int, now: datetime) -> None:
        version = _version(calendar_id, number) or abort(404)
        actions.withdraw(calendar, version, by=by, now=now)
        following.take_back(Subject.CALENDAR, version.id, now=now)

    there = url_for(".calendar", calendar_id=calendar_id)
    return write_once(leading_to(there, verb), said=gettext("The version is taken back."))


def _acted(typed: Typed, calendar: Calendar | None) -> str:
    act = request.form.get("act", "")
    found = forms.proposed(typed, page_language()) if act in {"look", "take"} else []
    if act == "take":
        typed = forms.taken(typed, found, day_of(process_time()))
    proposed = found if act == "look" else None
    blanks = 3 if act in {"add-other", "add-closed"} else 1
    return _form(forms.acted(typed, act), calendar, proposed=proposed, blanks=blanks)


def _refused(typed: Typed, calendar: Calendar | None, refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, actions.NameTaken):
        typed.errors["name"] = told(refusal)
    return _form(typed, calendar, news=news_in(refusal)), status_of(refusal)


def _form(
    typed: Typed,
    calendar: Calendar | None,
    *,
    proposed: list[tuple[date, str]] | None = None,
    news: list[Change] | None = None,
    blanks: int = 1,
) -> str:
    here: dict[str, Any] = {"thing": (actions.KIND, calendar.id)} if calendar else {"history": None}
    old = forms.old_rows(typed, day_of(process_time()))
    return render_section(
        "admin/calendar_form.html",
        "calendars",
        thing_name=calendar.name if calendar else gettext("New calendar"),
        calendar=calendar,
        typed=typed,
        errors=typed.errors,
        version=seen_now(actions.KIND, calendar.id) if calendar else None,
        whom=request.form.get("open_tickets") or "onward",
        news=news or [],
        blanks=blanks,
        old_rows=old,
        old_errors=any(f"closed-{place}" in typed.errors for place in range(old)),
        zones=[(name, name) for name in dict.fromkeys((typed.zone or "UTC", "UTC", *ZONES))],
        countries=[("", "–"), *public.countries(page_language())],
        regions=public.regions(typed.country),
        proposed=proposed,
        known=forms.closed_days(typed),
        words=words,
        **here,
    )


def _version(calendar_id: int, number: int | None) -> CalendarVersion | None:
    if number is None:
        return None
    statement = select(CalendarVersion).where(CalendarVersion.calendar_id == calendar_id)
    found = db.session.scalar(statement.where(CalendarVersion.n == number))
    return found or abort(404)


def _country() -> str:
    return settings().phone_region if settings().phone_region in dict(public.countries("en")) else ""


def _month_names() -> dict[int, str]:
    names = get_month_names("wide", context="stand-alone", locale=get_locale() or "en")
    return {number: str(names[number]).capitalize() for number in range(1, 13)}
