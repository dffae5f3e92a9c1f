"""The call form, the pieces it asks for while somebody types, and the day's log."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from helpdesk import clock, web
from helpdesk.accounts import guard, rates
from helpdesk.accounts.actor import Actor
from helpdesk.accounts.fields import takes
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.clients import phones
from helpdesk.clients import queries as clients
from helpdesk.clients.models import Contact
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, DomainError
from helpdesk.i18n import page_language, told, viewer_zone
from helpdesk.kb import queries as instructions
from helpdesk.sla import queries as sla
from helpdesk.telephony import actions, queries
from helpdesk.telephony.actions import Desk
from helpdesk.telephony.forms import SENT, CallForm, read
from helpdesk.telephony.models import Call, CallOutcome
from helpdesk.tickets.rules import Impact, Priority, TicketType, Urgency, priority_of

blueprint = Blueprint("telephony", __name__)

LOGGED_MARK = "call_logged"
FIRST_DAY = date(1970, 1, 1)
VERBS = {
    "solve": CallOutcome.SOLVED,
    "keep": CallOutcome.KEPT,
    "hand": CallOutcome.ESCALATED,
    "note": CallOutcome.NOTED,
}
DID = {
    CallOutcome.SOLVED: lazy_gettext("Solved in the call: ticket %(number)s."),
    CallOutcome.KEPT: lazy_gettext("The call is ticket %(number)s, and it is yours."),
    CallOutcome.ESCALATED: lazy_gettext("The call is ticket %(number)s and has gone to the next line."),
    CallOutcome.JOINED: lazy_gettext("The call was added to ticket %(number)s."),
    CallOutcome.NOTED: lazy_gettext("The call is noted, without a ticket."),
}
OUTCOMES = {
    CallOutcome.SOLVED: lazy_gettext("Solved"),
    CallOutcome.KEPT: lazy_gettext("Kept"),
    CallOutcome.ESCALATED: lazy_gettext("Handed on"),
    CallOutcome.JOINED: lazy_gettext("Joined"),
    CallOutcome.NOTED: lazy_gettext("Noted"),
}


@blueprint.get("/calls/new")
@policy(Permission.CALL_LOG)
def new_call() -> ResponseReturnValue:
    """The empty form; `number` and `contact` come from whoever links here."""
    form = CallForm(
        number=request.args.get("number", "").strip(),
        contact=request.args.get("contact", ""),
        token=web.form_token(),
    )
    return _page(form)


@blueprint.post("/calls")
@policy(Permission.CALL_LOG)
@takes(*SENT)
def log() -> ResponseReturnValue:
    """Log it; what cannot be done comes back with every word still there."""
    form = read(request.form)
    if form.verb not in VERBS and form.joins is None:
        return _page(form)
    actor = guard.current_actor()
    try:
        return _marked(web.see_other(_log(actor, form)), form.token)
    except BadInput as error:
        return _page(form, sentence=told(error), field=error.field), 422
    except DomainError as error:
        return _page(form, sentence=told(error)), 409


def _marked(answer: Response, token: str) -> Response:
    """Tell the browser that this form arrived, so that it forgets the copy it kept when sending it."""
    secure = settings().is_https
    answer.set_cookie(LOGGED_MARK, token, max_age=3600, path="/calls", samesite="Strict", secure=secure)
    return answer


def _log(actor: Actor, form: CallForm) -> str:
    """The address to go to next; the same form sent twice leads to the same place and does nothing twice."""
    with transaction():
        answered = guard.once(actor, form.token)
        if answered is not None:
            return answered
        now = clock.now(db.session)
        outcome = VERBS.get(form.verb, CallOutcome.JOINED)
        call = actions.log_call(form, outcome, _desk(actor), by=actor.person_id, now=now, at=_when(form))
        place = url_for("tickets.page", number=call.ticket_id) if call.ticket_id else url_for(".calls")
        guard.remember(actor, place, form.token)
        number = call.ticket_id
    flash(str(DID[outcome]) % {"number": number}, "good")
    return place


def _when(form: CallForm) -> datetime | None:
    """When it took place, if that was earlier; in the operator's zone. Raises BadInput for what is no
    moment.
    """
    if not form.when.strip():
        return None
    try:
        moment = datetime.fromisoformat(form.when.strip())
    except ValueError:
        moment = None
    if moment is None or moment.year < FIRST_DAY.year:
        raise BadInput(gettext("That is no day and time."), "when")
    return moment.replace(tzinfo=viewer_zone(), second=0, microsecond=0).astimezone(UTC)


def _desk(actor: Actor) -> Desk:
    """The operator's team on his lowest line."""
    return Desk(team_id=actor.teams[0].team_id, region=settings().phone_region)


@dataclass(frozen=True)
class Verdict:
    """The priority of the two plain answers, and when the company's policy wants it solved."""

    priority: Priority
    forecast: sla.Forecast | None


def _verdict(impact: Impact, urgency: Urgency, company_id: int, now: datetime) -> Verdict:
    priority = priority_of(impact, urgency)
    return Verdict(priority, sla.forecast(company_id, priority, TicketType.REQUEST, now))


@blueprint.get("/calls/verdict")
@policy(Permission.CALL_LOG)
def verdict() -> ResponseReturnValue:
    """Priority and deadline for what is chosen at the moment."""
    _count_look_up()
    form = read(request.args)
    contact = _contact(form.contact_id)
    company_id = contact.company_id if contact else clients.unknown_company().id
    now = clock.now(db.session)
    return web.render("telephony/_verdict.html", verdict=_verdict(form.impact, form.urgency, company_id, now))


@blueprint.get("/calls/contacts")
@policy(Permission.CONTACT_SEARCH)
def contacts() -> ResponseReturnValue:
    """Contacts by any part, as options under the field; with `new` somebody new is offered at the end."""
    _count_look_up()
    typed = request.args.get("q", "").strip()[:200]
    found = clients.search_contacts(typed, region=settings().phone_region)
    return web.render("telephony/_contacts.html", found=found, typed=typed, may_be_new="new" in request.args)


@blueprint.get("/calls/companies")
@policy(Permission.CONTACT_SEARCH)
def companies() -> ResponseReturnValue:
    """Companies by name, for a new contact."""
    _count_look_up()
    typed = request.args.get("q", "").strip()[:200]
    return web.render("telephony/_companies.html", found=clients.search_companies(typed), typed=typed)


def _count_look_up() -> None:
    guard.limit(rates.LOOK_UP, str(guard.current_actor().person_id))


@blueprint.get("/calls/contacts/<int:contact_id>")
@policy(Permission.CONTACT_SEARCH)
def caller(contact_id: int) -> ResponseReturnValue:
    """What is known about the caller, and the open tickets that the call may be about."""
    contact = _contact(contact_id)
    if contact is None:
        abort(404)
    return web.render("telephony/_caller.html", caller=_caller(contact), form=CallForm())


@dataclass(frozen=True)
class Caller:
    """The left column once somebody is chosen."""

    contact: Contact
    heads: list[queries.Head]
    calls: list[Call]


def _caller(contact: Contact) -> Caller:
    return Caller(contact, queries.open_heads(contact, clock.now(db.session)), queries.last_calls(contact.id))


def _contact(contact_id: int | None) -> Contact | None:
    contact = clients.contact(contact_id) if contact_id else None
    return contact if contact and contact.retired_at is None else None


def _page(form: CallForm, *, sentence: str = "", field: str | None = None) -> str:
    actor = guard.current_actor()
    line = actor.teams[0].line
    contact = _contact(form.contact_id)
    now = clock.now(db.session)
    company_id = contact.company_id if contact else clients.unknown_company().id
    return web.render(
        "telephony/new_call.html",
        form=form if form.token else replace(form, token=web.form_token()),
        sentence=sentence,
        field=field,
        line=line,
        next_line=line + 1 if line < 3 else None,
        caller=_caller(contact) if contact else None,
        matches=[] if contact else _matches(form),
        ring=_ring(form.number),
        verdict=_verdict(form.impact, form.urgency, company_id, now),
        suggestions=instructions.suggest(
            form.happened, languages=instructions.languages_for(page_language())
        ),
        impacts=IMPACTS,
        urgencies=URGENCIES,
        logged_mark=LOGGED_MARK,
        now_value=now.astimezone(viewer_zone()).strftime("%Y-%m-%dT%H:%M"),
    )


IMPACTS = (
    (Impact.ONE_PERSON, lazy_gettext("One person"), lazy_gettext("others can work"), "1"),
    (Impact.DEPARTMENT, lazy_gettext("A department"), lazy_gettext("a room, a shift"), "2"),
    (Impact.COMPANY, lazy_gettext("The company"), lazy_gettext("a site or more"), "3"),
)
URGENCIES = (
    (Urgency.NUISANCE, lazy_gettext("Yes"), lazy_gettext("it is only a nuisance"), "4"),
    (Urgency.DETOUR, lazy_gettext("With a detour"), lazy_gettext("slowly or on paper"), "5"),
    (Urgency.STANDSTILL, lazy_gettext("No"), lazy_gettext("work stands still"), "6"),
)


def _matches(form: CallForm) -> list[clients.Found]:
    """Without a script: whoever fits what was typed, to choose from; with a number alone, whoever has it."""
    typed = form.who.strip() or form.number.strip()
    return clients.search_contacts(typed, region=settings().phone_region) if typed else []


@dataclass(frozen=True)
class Ring:
    """The number on the line: how it is read aloud, who has it, and the firm whose main number it is."""

    shown: str
    names: str
    firm: str | None


def _ring(typed: str) -> Ring | None:
    if not typed.strip():
        return None
    number = phones.e164(typed, settings().phone_region)
    people = clients.find_contacts_by_number(number) if number else []
    firm = clients.find_company_by_number(number) if number else None
    names = people[0].person.name if people else ""
    if len(people) > 1:
        names = ngettext("%(num)d person uses this number", "%(num)d people use this number", len(people))
    return Ring(phones.shown(number, typed), names, firm.name if firm else None)


@blueprint.get("/calls")
@policy(Permission.CALL_LOG)
def calls() -> ResponseReturnValue:
    """The calls of a day, today unless told, of the operator and his teams."""
    actor, today = guard.current_actor(), _today()
    day = _day(request.args.get("day", ""), today)
    start = datetime.combine(day, time(), tzinfo=web.viewer_zone())
    found = queries.calls_between(
        start,
        datetime.combine(day + timedelta(days=1), time(), tzinfo=web.viewer_zone()),
        team_ids=sorted(actor.team_ids),
        operator_id=actor.person_id,
        before=request.args.get("before", type=int),
    )
    return web.render("telephony/calls.html", **_log_of(found, day, today))


def _log_of(found: list[Call], day: date, today: date) -> dict[str, Any]:
    shown = found[: queries.PAGE_SIZE]
    older = url_for(".calls", day=day.isoformat(), before=shown[-1].id) if len(found) > len(shown) else None
    tomorrow = day + timedelta(days=1)
    return {
        "calls": shown,
        "day": day,
        "is_today": day == today,
        "older_url": older,
        "day_before_url": url_for(".calls", day=(day - timedelta(days=1)).isoformat()),
        "day_after_url": url_for(".calls", day=tomorrow.isoformat()) if day < today else None,
        "outcomes": OUTCOMES,
        "seconds": sum(call.seconds for call in shown),
    }


def _today() -> date:
    return clock.now(db.session).astimezone(web.viewer_zone()).date()


def _day(text: str, today: date) -> date:
    try:
        return max(FIRST_DAY, min(date.fromisoformat(text), today))
    except ValueError:
        return today
