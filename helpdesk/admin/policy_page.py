"""All that the page of a policy shows, read in few statements: the form, what it means, and who has it."""

from datetime import datetime
from typing import Any

from helpdesk.accounts.actor import Actor
from helpdesk.admin import policies as queries
from helpdesk.admin import policy_examples as examples
from helpdesk.admin import policy_form as forms
from helpdesk.admin import policy_words as words
from helpdesk.admin.changes import Change, changes_of, compared
from helpdesk.admin.pages import render_section
from helpdesk.admin.policies import CalendarBook, Edition
from helpdesk.admin.policy_form import BY_CODE, Typed
from helpdesk.i18n import gettext
from helpdesk.sla.actions import policies as actions
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.policy_facts import facts_in
from helpdesk.sla.queries import chips
from helpdesk.sla.sheet_checks import late_updates, overlaps, silent_breach
from helpdesk.sla.sheets import LINES, PRIORITIES, PolicySheet, sheets_of
from helpdesk.sla.typed import DAY


def new_page(typed: Typed, *, now: datetime) -> str:
    """The form of a policy that is not there yet."""
    book = queries.calendar_book((), now)
    values = _form_values(typed, None, book, now)
    return render_section(
        "admin/policy.html",
        "policies",
        thing_name=gettext("New policy"),
        row=None,
        was=None,
        version=None,
        versions=[],
        companies=[],
        history=None,
        news=[],
        refused="",
        **values,
    )


def policy_page(
    row: SlaPolicy,
    *,
    now: datetime,
    typed: Typed | None = None,
    news: list[Change] | None = None,
    refused: str = "",
) -> str:
    """A policy as a form: as it is in force, or as it was `typed`."""
    editions = queries.editions(row.id)
    present = queries.in_force(editions, now)
    sheet = sheets_of([(row, present)])[present.id]
    book = queries.calendar_book(sheet.calendar_ids, now)
    was = forms.of(sheet, book.days)
    changes = changes_of(actions.KIND, row.id)
    return render_section(
        "admin/policy.html",
        "policies",
        thing_name=row.name,
        row=row,
        version=changes[0].event_id if changes else 0,
        present=present,
        was=was,
        versions=queries.version_lines(editions, now),
        authors=_authors(editions),
        under=_under(row.id, editions),
        companies=actions.companies_under(row.id, now),
        history=changes,
        news=news or [],
        refused=refused,
        **_form_values(typed or was, sheet, book, now),
    )


def version_page(row: SlaPolicy, number: int, *, now: datetime) -> str | None:
    """One version to read, beside what the one before it said; None when there is none of that number."""
    editions = queries.editions(row.id)
    numbered = {one.version.n: one for one in editions}
    if number not in numbered:
        return None
    version, before = numbered[number].version, numbered.get(number - 1)
    pair = [version, before.version] if before else [version]
    sheets = sheets_of([(row, one) for one in pair])
    sheet = sheets[version.id]
    wanted = {one for each in sheets.values() for one in each.calendar_ids}
    book = queries.calendar_book(wanted, now)
    return render_section(
        "admin/policy_version.html",
        "policies",
        thing=(actions.KIND, row.id),
        thing_name=row.name,
        row=row,
        version=version,
        author=numbered[number].author,
        before=before,
        differences=_differences(sheets[before.version.id], sheet, book) if before else None,
        versions=queries.version_lines(editions, now),
        authors=_authors(editions),
        under=_under(row.id, editions),
        sheet=sheet,
        typed=forms.of(sheet, book.days),
        **_common(sheet, book),
    )


def tickets_page(row: SlaPolicy, number: int, *, actor: Actor, now: datetime) -> str | None:
    """Which open tickets run under one version, and how they came to it; None when there is no such one."""
    editions = queries.editions(row.id)
    version = next((one.version for one in editions if one.version.n == number), None)
    if version is None:
        return None
    ways = queries.came_by(version.id)
    tickets = queries.tickets_under(version.id, actor)
    return render_section(
        "admin/policy_tickets.html",
        "policies",
        thing_name=row.name,
        row=row,
        version=version,
        ways=ways,
        total=sum(way.many for way in ways),
        tickets=tickets.rows,
        chips=chips([ticket.number for ticket in tickets.rows], now),
        history=None,
    )


def _form_values(
    typed: Typed, sheet: PolicySheet | None, book: CalendarBook, now: datetime
) -> dict[str, Any]:
    options = [(one.id, one.name) for one in book.calendars]
    return {
        "typed": typed,
        "errors": typed.errors,
        "overlaps": overlaps(sheet) if sheet else [],
        "late_updates": late_updates(sheet) if sheet else [],
        "is_silent": silent_breach(sheet) if sheet else False,
        "bar": queries.bar_of(sheet) if sheet else None,
        "week": queries.week_of(typed, book, now),
        "calendar_options": [("", "–"), *options],
        "sheet": sheet,
        **_common(sheet, book),
    }


def _common(sheet: PolicySheet | None, book: CalendarBook) -> dict[str, Any]:
    return {
        "calendars": book.calendars,
        "calendar_names": book.names,
        "days": book.days,
        "DAY": DAY,
        "lines": LINES,
        "priorities": PRIORITIES,
        "cells": BY_CODE,
        "words": words,
        "examples": examples,
        "promises": examples.promises(sheet, book.days, book.names) if sheet else [],
    }


def _authors(editions: list[Edition]) -> dict[int, str]:
    return {one.version.n: one.author for one in editions}


def _under(policy_id: int, editions: list[Edition]) -> dict[int, int]:
    """How many open tickets run under each version, by its number."""
    many = queries.open_tickets(policy_id)
    return {one.version.n: many[one.version.id] for one in editions if one.version.id in many}


def _differences(before: PolicySheet, sheet: PolicySheet, book: CalendarBook) -> tuple[Any, ...]:
    old = facts_in(before, None, book.names, book.days)
    return compared(actions.KIND, old, facts_in(sheet, before, book.names, book.days))
