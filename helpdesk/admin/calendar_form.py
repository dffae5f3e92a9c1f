"""The calendar's form: what was typed is kept as it stands, and read into a sheet or told what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from helpdesk.calendars import public
from helpdesk.calendars.rules import (
    LONGEST_RANGE,
    MOST_ROWS,
    WHOLE_DAY,
    WHOLE_DAY_TEXT,
    CalendarSheet,
    ClosedDay,
    OtherHours,
    Span,
    Spans,
    days_between,
    shown,
    spans_in,
)
from helpdesk.calendars.sheets import LONGEST_HOLIDAY, check
from helpdesk.errors import N_, BadInput
from helpdesk.i18n import gettext, told
from helpdesk.sla.days import start_of

ONCE, YEARLY = "once", "yearly"
MOST_YEARS = 5


@dataclass(frozen=True)
class OtherRow:
    """A date with other hours as typed; no hours: closed."""

    day: str = ""
    hours: str = ""


@dataclass(frozen=True)
class ClosedRow:
    """A holiday as typed; no hours: the whole day is closed."""

    name: str = ""
    repeats: str = ONCE
    day: str = ""
    until: str = ""
    hours: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nobody has filled it in."""
        return not (self.name or self.day or self.until or self.hours)


@dataclass
class Typed:
    """Everything in the form; `errors` are sentences by place."""

    name: str = ""
    zone: str = ""
    week: list[str] = field(default_factory=lambda: [""] * 7)
    others: list[OtherRow] = field(default_factory=list)
    closed: list[ClosedRow] = field(default_factory=list)
    since: str = ""
    why: str = ""
    country: str = ""
    region: str = ""
    first_year: str = ""
    last_year: str = ""
    chosen: frozenset[str] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)


def of(sheet: CalendarSheet, *, country: str, today: date) -> Typed:
    """The form as a calendar fills it."""
    return Typed(
        name=sheet.name,
        zone=sheet.zone,
        week=[shown(spans) for spans in sheet.week],
        others=[OtherRow(other.day.isoformat(), shown(other.spans)) for other in sheet.others],
        closed=in_turn([_row(one, today.year) for one in sheet.closed], today),
        country=country,
        first_year=str(today.year),
        last_year=str(today.year + 1),
    )


def typed(form: "MultiDict[str, str]") -> Typed:
    """What was sent, one row for each that was shown; blank ones are dropped."""
    others = zip(form.getlist("other_day"), form.getlist("other_hours"), strict=False)
    columns = ("closed_name", "closed_repeats", "closed_day", "closed_until", "closed_hours")
    closed = zip(*(form.getlist(column) for column in columns), strict=False)
    rows = (ClosedRow(name.strip(), *rest) for name, *rest in closed)
    return Typed(
        name=" ".join(form.get("name", "").split()),
        zone=form.get("zone", "").strip(),
        week=[form.get(f"week-{day}", "").strip() for day in range(7)],
        others=[
            OtherRow(day.strip(), hours.strip()) for day, hours in others if day.strip() or hours.strip()
        ],
        closed=[row for row in rows if not row.is_blank],
        since=form.get("since", "").strip(),
        why=" ".join(form.get("why", "").split())[:300],
        country=form.get("country", ""),
        region=form.get("region", ""),
        first_year=form.get("first_year", "").strip(),
        last_year=form.get("last_year", "").strip(),
        chosen=frozenset(form.getlist("public")),
    )


def sheet_in(form: Typed, now: datetime) -> CalendarSheet | None:
    """The sheet that was typed; None when something cannot be, with `errors` saying what and where."""
    week = tuple(_spans(form, text, f"week-{day}") for day, text in enumerate(form.week))
    others = [_other(form, row, place) for place, row in enumerate(form.others)]
    dated = [(place, one) for place, row in enumerate(form.closed) for one in _closed(form, row, place)]
    if len(others) + len(dated) > MOST_ROWS:
        form.errors["closed"] = gettext("A calendar takes at most %(count)s dates.", count=MOST_ROWS)
    if form.errors:
        return None
    closed = tuple(one for _, one in dated)
    sheet = CalendarSheet(form.name, form.zone, week, tuple(o for o in others if o), closed)
    try:
        check(sheet, now)
    except BadInput as problem:
        form.errors[_place(problem.field or "name", [place for place, _ in dated])] = told(problem)
        return None
    return sheet


def since_in(form: Typed, now: datetime) -> datetime | None:
    """From when it is to hold; None: from now on. A day that has passed is refused in `errors`."""
    if not form.since:
        return None
    day = _date(form.since)
    if day is None or day.year > now.year + 10:
        form.errors["since"] = gettext("Write the day as 2026-12-01, or leave it empty for now.")
        return None
    since = start_of(day)
    if since <= now:
        form.errors["since"] = gettext("That day has begun. Choose a later one, or leave it empty for now.")
        return None
    return since


def acted(form: Typed, act: str) -> Typed:
    """The form after one of its own buttons; nothing is saved by them."""
    verb, _, place = act.rpartition("-")
    if act == "same":
        return replace(form, week=[form.week[0]] * 5 + form.week[5:])
    if act == "always":
        return replace(form, week=[WHOLE_DAY_TEXT] * 7)
    if verb == "drop-other" and place.isdigit():
        return replace(form, others=[row for n, row in enumerate(form.others) if n != int(place)])
    if verb == "drop-closed" and place.isdigit():
        return replace(form, closed=[row for n, row in enumerate(form.closed) if n != int(place)])
    return form


def proposed(form: Typed, language: str) -> list[tuple[date, str]]:
    """The public holidays of the chosen place and years; errors say why there are none."""
    try:
        first, last = int(form.first_year), int(form.last_year or form.first_year)
    except ValueError:
        form.errors["first_year"] = gettext("Write years such as 2026 and 2027.")
        return []
    if not 1990 <= first <= last <= 2100 or last - first >= MOST_YEARS:
        form.errors["first_year"] = gettext("One to five years in a row, such as 2026 to 2028.")
        return []
    region = form.region if form.region in public.regions(form.country) else ""
    found = public.days(form.country, region, range(first, last + 1), language)
    if not found:
        form.errors["country"] = gettext("No public holidays are known for this choice. Enter them by hand.")
    return found


def taken(form: Typed, days: Iterable[tuple[date, str]], today: date) -> Typed:
    """The form with the chosen public holidays as rows of their own; days that are there stay as they are."""
    known = closed_days(form)
    rows = [
        ClosedRow(name[:LONGEST_HOLIDAY], ONCE, day.isoformat())
        for day, name in days
        if day.isoformat() in form.chosen and day.isoformat() not in known
    ]
    return replace(form, closed=in_turn([*form.closed, *rows], today))


def closed_days(form: Typed) -> frozenset[str]:
    """Single dates that the form closes already."""
    return frozenset(row.day for row in form.closed if row.repeats == ONCE)


def in_turn(rows: Iterable[ClosedRow], today: date) -> list[ClosedRow]:
    """Rows in the order of the form: days of earlier years, what is every year, then single days."""
    return sorted(rows, key=lambda row: (not is_old(row, today), row.repeats == ONCE, row.day))


def old_rows(form: Typed, today: date) -> int:
    """How many rows at the beginning are days of earlier years."""
    return next((n for n, row in enumerate(form.closed) if not is_old(row, today)), len(form.closed))


def is_old(row: ClosedRow, today: date) -> bool:
    """A single day of an earlier year: it closes nothing any more."""
    return row.repeats == ONCE and "" < row.day < f"{today.year}-01-01"


def _row(one: ClosedDay, year: int) -> ClosedRow:
    hours = "" if one.span == WHOLE_DAY else shown([one.span])
    if one.day is not None:
        return ClosedRow(one.name, ONCE, one.day.isoformat(), "", hours)
    return ClosedRow(one.name, YEARLY, _in_year(one.md, year), _in_year(one.until_md, year), hours)


def _in_year(md: Span | None, year: int) -> str:
    if md is None:
        return ""
    leap = year + -year % 4
    return date(leap if md == (2, 29) else year, *md).isoformat()


def _spans(form: Typed, text: str, place: str) -> Spans:
    try:
        return spans_in(text)
    except BadInput as problem:
        form.errors[place] = told(problem)
        return ()


def _other(form: Typed, row: OtherRow, place: int) -> OtherHours | None:
    spans, day = _spans(form, row.hours, f"other-{place}"), _date(row.day)
    if day is None:
        form.errors[f"other-{place}"] = gettext("Choose the date to which these hours belong.")
        return None
    return OtherHours(day, spans)


def _closed(form: Typed, row: ClosedRow, place: int) -> list[ClosedDay]:
    where = f"closed-{place}"
    first, last = _date(row.day), _date(row.until)
    spans = _spans(form, row.hours, where) or (WHOLE_DAY,)
    sentence = _fault(row, first, last, spans)
    if sentence or first is None:
        form.errors.setdefault(where, gettext(sentence))
        return []
    if row.repeats == YEARLY:
        until = (last.month, last.day) if last else None
        return [ClosedDay(row.name, None, (first.month, first.day), until, spans[0])]
    return [ClosedDay(row.name, day, span=spans[0]) for day in days_between(first, last or first)]


def _fault(row: ClosedRow, first: date | None, last: date | None, spans: Spans) -> str:
    if first is None:
        return N_("Choose the day of this holiday.")
    if row.until and last is None:
        return N_("Choose the last day, or leave it empty.")
    if len(spans) > 1 or spans[0][1] <= spans[0][0]:
        return N_("Give one span of closed hours, such as 12:00-24:00, or leave it empty for the whole day.")
    if row.repeats == ONCE and last is not None and not 0 <= (last - first).days < LONGEST_RANGE:
        return N_("The last day comes after the first one, at most two months later.")
    return ""


def _place(where: str, rows: list[int]) -> str:
    """The row in the form of the holiday in the sheet: a stretch of days is one row and many holidays."""
    kind, _, place = where.rpartition("-")
    return f"closed-{rows[int(place)]}" if kind == "closed" else where


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
