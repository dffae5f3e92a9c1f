"""Doors of the assistant after the desk is claimed: one page and one form a step."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock, web
from helpdesk.accounts import guard
from helpdesk.accounts.guard import policy
from helpdesk.accounts.models import Person
from helpdesk.accounts.permissions import Permission
from helpdesk.accounts.writing import Verb, leading_to, write_once
from helpdesk.admin import inviting
from helpdesk.admin import mailboxes as mailbox_form
from helpdesk.admin.assistant import steps
from helpdesk.admin.assistant.steps import LineChoice
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.inviting import HandedOver
from helpdesk.admin.mailbox_typed import Typed
from helpdesk.admin.views.welcome import walk
from helpdesk.calendars import public
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import gettext, page_language, told
from helpdesk.mail import settings as mail
from helpdesk.mail.models import Mailbox
from helpdesk.mail.routes import can_send
from helpdesk.sla.sheets import PRIORITIES

USUAL_HOURS = "09:00-18:00"


@blueprint.get("/welcome/<step>")
@policy(Permission.SETTINGS_CHANGE)
def welcome_step(step: str) -> ResponseReturnValue:
    """The page of one step as it stands."""
    if step not in PAGES:
        abort(404)
    return PAGES[step]()


@blueprint.post("/welcome/<step>")
@policy(Permission.SETTINGS_CHANGE)
def save_step(step: str) -> ResponseReturnValue:
    """Do what the step's form says and go on to the next."""
    if step not in SAVES:
        abort(404)
    return SAVES[step]()


@blueprint.post("/welcome/<step>/later")
@policy(Permission.SETTINGS_CHANGE)
def skip_step(step: str) -> ResponseReturnValue:
    """Leave it for later and go on."""
    if step not in PAGES:
        abort(404)
    with transaction():
        steps.note(steps.after(step), now=clock.now(db.session))
    return web.see_other(url_for(".welcome_step", step=steps.after(step)))


def _save_mailbox() -> ResponseReturnValue:
    """Connect it, or fill in the servers that belong to the address."""
    typed = mailbox_form.typed(request.form)
    if request.form.get("verb") == "propose":
        mailbox_form.propose(typed)
        return _mailbox_page(typed)
    sheet = mailbox_form.sheet_of(typed, None)
    if sheet is None:
        return _mailbox_page(typed), 422

    def refused(problem: BadInput) -> ResponseReturnValue:
        typed.errors[problem.field or "address"] = told(problem)
        return _mailbox_page(typed), 422

    return _write("mailbox", lambda by, now: mail.connect(sheet, by=by, now=now), refused)


def _save_lines() -> ResponseReturnValue:
    """Name the three first teams, take a seat, and ask colleagues in."""
    form, known = request.form, steps.line_teams()
    choices = [
        LineChoice(line, form.get(f"line_{line}", ""), f"mine_{line}" in form) for line in sorted(known)
    ]
    wanted, faults = [], {}
    for line, team in known.items():
        if not form.get(f"people_{line}", "").strip():
            continue
        found, wrong = inviting.read(inviting.Typed(form[f"people_{line}"], page_language(), team_id=team.id))
        wanted += found
        if wrong:
            faults[f"people_{line}"] = " ".join(wrong)
    if faults:
        return _lines_page(faults), 422
    mailed, sent = can_send(), list[HandedOver]()

    def write(by: int, now: datetime) -> None:
        person = db.session.scalars(select(Person).where(Person.id == by)).one()
        steps.set_lines(choices, person, by=by, now=now)
        sent.extend(inviting.send(wanted, mailed=mailed, by=by, now=now))

    answer = _write(
        "lines", write, lambda problem: (_lines_page({problem.field or "line_1": told(problem)}), 422)
    )
    if sent and not mailed:
        return web.render(
            "welcome/links.html", nav=None, sent=sent, base_url=settings().base_url, **walk("lines")
        )
    return answer


def _save_hours() -> ResponseReturnValue:
    """The first calendar."""
    form = request.form

    def write(by: int, now: datetime) -> None:
        steps.set_hours(
            " ".join(form.get("name", "").split()),
            settings().default_timezone,
            form.get("hours", ""),
            settings().phone_region if form.get("holidays") else "",
            form.get("region", ""),
            language=page_language(),
            by=by,
            now=now,
        )

    def refused(problem: BadInput) -> ResponseReturnValue:
        field = problem.field if problem.field in ("name", "region") else "hours"
        return _hours_page({field: told(problem)}), 422

    return _write("hours", write, refused)


def _save_policy() -> ResponseReturnValue:
    """The policy that catches every ticket; without a calendar the usual one is made with it."""
    form = request.form

    def write(by: int, now: datetime) -> None:
        calendar = steps.first_calendar()
        if calendar is None:
            zone, country = settings().default_timezone, settings().phone_region
            name, language = gettext("Weekdays"), page_language()
            steps.set_hours(name, zone, USUAL_HOURS, country, "", language=language, by=by, now=now)
            calendar = steps.first_calendar() or abort(500)
        steps.set_policy(
            calendar,
            " ".join(form.get("name", "").split()),
            [form.get(f"answer_{priority}", "") for priority in PRIORITIES],
            [form.get(f"solution_{priority}", "") for priority in PRIORITIES],
            by=by,
            now=now,
        )

    return _write("policy", write, lambda problem: (_policy_page({problem.field or "": told(problem)}), 422))


def _write(step: str, write: Verb, refused: Callable[[BadInput], ResponseReturnValue]) -> ResponseReturnValue:
    """Do the step once and go on to the next; what cannot be is said at its field."""

    def verb(by: int, now: datetime) -> None:
        write(by, now)
        steps.note(steps.after(step), now=now)

    def said_at_its_field(problem: DomainError) -> ResponseReturnValue:
        if isinstance(problem, BadInput):
            return refused(problem)
        return refused(BadInput(problem.sentence, **problem.values))

    there = url_for(".welcome_step", step=steps.after(step))
    return write_once(leading_to(there, verb), refused=said_at_its_field)


def _mailbox_page(typed: Typed | None = None) -> str:
    known = db.session.scalars(select(Mailbox.address).where(Mailbox.active).order_by(Mailbox.id)).all()
    return _page("mailbox", typed=typed or mailbox_form.empty(), known=known)


def _lines_page(errors: dict[str, str] | None = None) -> str:
    form, known = request.form, steps.line_teams()
    seats = guard.current_actor().team_ids
    rows = [
        {
            "line": line,
            "name": form.get(f"line_{line}", team.name),
            "is_mine": f"mine_{line}" in form if form else team.id in seats or (not seats and line == 1),
            "people": form.get(f"people_{line}", ""),
        }
        for line, team in sorted(known.items())
    ]
    return _page("lines", rows=rows, errors=errors or {}, can_send=can_send())


def _hours_page(errors: dict[str, str] | None = None) -> str:
    country, now = settings().phone_region, clock.now(db.session)
    region = request.form.get("region", "")
    return _page(
        "hours",
        errors=errors or {},
        typed=request.form,
        usual=USUAL_HOURS,
        zone=settings().default_timezone,
        country=dict(public.countries(page_language())).get(country, ""),
        regions=_regions(country),
        days=public.days(country, region, (now.year,), page_language()),
        year=now.year,
        calendar=steps.first_calendar(),
    )


def _regions(country: str) -> list[tuple[str, str]]:
    codes = public.regions(country)
    return [("", gettext("the whole country")), *((code, code) for code in codes)] if codes else []


def _policy_page(errors: dict[str, str] | None = None) -> str:
    return _page(
        "policy",
        errors=errors or {},
        typed=request.form,
        rows=list(zip(PRIORITIES, *steps.usual_targets(), strict=True)),
        calendar=steps.first_calendar(),
        has_policy=steps.has_policy(),
    )


def _ready_page() -> str:
    if not steps.is_over():
        with transaction():
            steps.note("ready", now=clock.now(db.session))
    known = db.session.scalars(select(Mailbox.address).where(Mailbox.active).order_by(Mailbox.id)).all()
    return _page("ready", done=steps.done(), address=known[0] if known else "")


def _page(step: str, **values: Any) -> str:
    return web.render(f"welcome/{step}.html", nav=None, **values, **walk(step))


PAGES: dict[str, Callable[[], str]] = {
    "mailbox": _mailbox_page,
    "lines": _lines_page,
    "hours": _hours_page,
    "policy": _policy_page,
    "ready": _ready_page,
}
SAVES: dict[str, Callable[[], ResponseReturnValue]] = {
    "mailbox": _save_mailbox,
    "lines": _save_lines,
    "hours": _save_hours,
    "policy": _save_policy,
}
