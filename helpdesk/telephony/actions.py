"""Logging a call: who it was, what became of it, and one row for it; all in the open transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk import intake
from helpdesk.clients import actions as clients
from helpdesk.clients import phones
from helpdesk.clients import queries as known
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.telephony import queries, rules
from helpdesk.telephony.forms import CallForm
from helpdesk.telephony.models import Call, CallOutcome, Direction
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.past import check_past
from helpdesk.tickets.rules import Channel, HandoverCard

NOBODY = "Unknown caller"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where the operator sits: the team that keeps what he keeps, and the country he dials from."""

    team_id: int
    region: str


def log_call(
    form: CallForm, outcome: CallOutcome, desk: Desk, *, by: int, now: datetime, at: datetime | None = None
) -> Call:
    """Write the call down and let become of it what the operator decided; `at`: when it took place, None just
    now.

    Raises BadInput without a word of what happened or for a moment that cannot have been, RuleViolation where
    the ticket's rules say no.
    """
    if not form.happened.strip() and outcome is not CallOutcome.JOINED:
        raise BadInput(_("Say in a few words what happened."), "happened")
    _check_moment(at, None, now)
    contact = caller(form, desk, by=by, now=now)
    call = _row(form, outcome, contact, desk, by=by, now=now)
    call.started_at = at or call.started_at
    if outcome is CallOutcome.JOINED:
        _join(call, form, contact, by=by, now=now, at=at)
    elif outcome is not CallOutcome.NOTED:
        ticket = _open(call, form, contact, desk, by=by, now=now, at=at)
        _remember_instructions(ticket, form, solved=outcome is CallOutcome.SOLVED, by=by, now=now)
        _finish(ticket, form, outcome, by=by, now=now, at=at)
    db.session.flush()
    return call


def _check_moment(at: datetime | None, created_at: datetime | None, now: datetime) -> None:
    try:
        if at is not None:
            check_past(at, created_at=created_at, now=now)
    except RuleViolation as error:
        raise BadInput(error.sentence, "when") from None


def caller(form: CallForm, desk: Desk, *, by: int, now: datetime) -> Contact:
    """The chosen contact, the new one, or somebody unknown of whom we keep what was told.

    Raises BadInput when the chosen contact is gone.
    """
    if form.contact_id is not None:
        contact = known.contact(form.contact_id)
        if contact is None or contact.retired_at is not None:
            raise BadInput(_("This contact is no longer there. Choose once more."), "contact")
        if form.number.strip() and form.keeps_number:
            _keep_number(contact, form.number, desk, by=by, now=now)
        return contact
    make = _new_contact if form.is_new else _somebody
    return make(form, desk, by=by, now=now)


def _keep_number(contact: Contact, number: str, desk: Desk, *, by: int, now: datetime) -> None:
    before = clients.contact_facts(contact)
    clients.add_phone(contact, number, region=desk.region)
    clients.note_contact(contact, before, by=by, now=now)


def _new_contact(form: CallForm, desk: Desk, *, by: int, now: datetime) -> Contact:
    name = form.new_name.strip() or form.who.strip()
    if not name:
        raise BadInput(_("Say what the new contact is called."), "new_name")
    company_id, is_known = _company(form, by=by, now=now)
    return clients.make_contact(
        name,
        company_id,
        emails=(form.new_email,),
        phones=(form.number,),
        verified=is_known,
        region=desk.region,
        by=by,
        now=now,
    )


def _company(form: CallForm, *, by: int, now: datetime) -> tuple[int, bool]:
    """The chosen company, one of that very name, or a new one "to be confirmed"; without a word, unknown."""
    if form.new_company_id is not None:
        company = known.company(form.new_company_id)
        if company is None or company.kind is not CompanyKind.CLIENT:
            raise BadInput(_("This company is no longer there. Choose once more."), "new_company")
        return company.id, True
    if not form.new_company.strip():
        return known.unknown_company().id, False
    company = known.find_company(form.new_company)
    company = company or clients.create_company(form.new_company, to_be_confirmed=True, by=by, now=now)
    return company.id, company.kind is CompanyKind.CLIENT


def _somebody(form: CallForm, desk: Desk, *, by: int, now: datetime) -> Contact:
    """Whoever rang from this number before without being known, otherwise a new unverified contact."""
    typed_number = form.who if phones.looks_like_number(form.who) else ""
    number = form.number.strip() or typed_number
    e164 = phones.e164(number, desk.region) if number else None
    for contact in known.find_contacts_by_number(e164) if e164 else ():
        if contact.company.kind is CompanyKind.UNKNOWN:
            return contact
    name = "" if typed_number else form.who
    return clients.make_contact(
        name.strip() or number or NOBODY,
        known.unknown_company().id,
        phones=(number,),
        region=desk.region,
        by=by,
        now=now,
    )


def _row(
    form: CallForm, outcome: CallOutcome, contact: Contact, desk: Desk, *, by: int, now: datetime
) -> Call:
    number = form.number.strip()
    call = Call(
        direction=Direction.IN,
        number_typed=number or None,
        number_e164=phones.e164(number, desk.region) if number else None,
        contact_id=contact.id,
        operator_id=by,
        outcome=outcome,
        subject=form.suggested_subject,
        note=form.happened.strip() if outcome is CallOutcome.NOTED else "",
        started_at=now - timedelta(seconds=form.seconds),
        seconds=form.seconds,
    )
    db.session.add(call)
    db.session.flush()
    return call


def _incoming(call: Call, form: CallForm, contact: Contact, desk: Desk | None, *, by: int) -> intake.Incoming:
    wishes = intake.Wishes(
        contact_id=contact.id,
        impact=form.impact,
        urgency=form.urgency,
        team_id=desk.team_id if desk else None,
        assignee_id=by if desk else None,
        live=True,
    )
    return intake.Incoming(
        channel=Channel.PHONE,
        sender=intake.Sender(name=contact.person.name, phone=form.number),
        subject=form.suggested_subject,
        body=intake.Body(text=form.happened.strip()),
        received_at=call.started_at,
        wishes=wishes,
        call_id=call.id,
    )


def _open(
    call: Call,
    form: CallForm,
    contact: Contact,
    desk: Desk,
    *,
    by: int,
    now: datetime,
    at: datetime | None,
) -> Ticket:
    incoming = _incoming(call, form, contact, desk, by=by)
    incoming = replace(incoming, wishes=replace(incoming.wishes, began_at=at))
    receipt = intake.receive(incoming, by=by, now=now)
    call.ticket_id = receipt.ticket_id
    return db.session.get_one(Ticket, receipt.ticket_id)


def _finish(
    ticket: Ticket, form: CallForm, outcome: CallOutcome, *, by: int, now: datetime, at: datetime | None
) -> None:
    run = queries.tried(form.used, form.failed, form.steps)
    done = rules.done_with_steps(form.done, run)
    if outcome is CallOutcome.SOLVED:
        words, found_at = done or _("Solved in the call."), now if at else None
        tickets.resolve(ticket, words, in_call=True, by=by, now=at or now, found_at=found_at)
    elif outcome is CallOutcome.ESCALATED:
        tickets.escalate(ticket, card=_card(form, run), by=by, now=now)
    elif done:
        tickets.add_note(ticket, done, by=by, now=now)


def _card(form: CallForm, run: list[rules.Tried]) -> HandoverCard:
    return HandoverCard(
        symptom=form.happened.strip(),
        asked=form.asked.strip(),
        tried=rules.tried_of(form.done, run, _("“%s” did not help.")),
        configuration=form.configuration.strip(),
    )


def _remember_instructions(ticket: Ticket, form: CallForm, *, solved: bool, by: int, now: datetime) -> None:
    for article_id in form.used:
        if article_id in form.failed:
            continue
        if solved:
            tickets.article_outcome(ticket, article_id, solved=True, by=by, now=now)
        else:
            tickets.link_article(ticket, article_id, by=by, now=now)
    for article_id in sorted(form.failed):
        tickets.article_outcome(ticket, article_id, solved=False, by=by, now=now)


def _join(
    call: Call, form: CallForm, contact: Contact, *, by: int, now: datetime, at: datetime | None
) -> None:
    """The call was about a ticket that is open already: its words go there, and so does the operator."""
    ticket = queries.joinable(form.joins or 0, contact)
    if ticket is None:
        raise RuleViolation(_("This ticket is finished, or it is not this caller's. Choose another."))
    if at is not None:
        _join_past(ticket, call, form, contact, by=by, now=now)
        return
    if form.happened.strip():
        pointer = intake.Pointer(ticket_id=ticket.id, code="call", is_signed=True)
        incoming = replace(_incoming(call, form, contact, None, by=by), answers=(pointer,))
        intake.receive(incoming, by=by, now=now)
    else:
        tickets.lock(ticket)
    call.ticket_id, call.subject = ticket.id, ticket.subject
    latest = max(now, ticket.last_event_at)
    tickets.join_call(ticket, call.id, by=by, now=latest)
    if form.done.strip():
        tickets.add_note(ticket, form.done.strip(), by=by, now=latest)


def _join_past(
    ticket: Ticket, call: Call, form: CallForm, contact: Contact, *, by: int, now: datetime
) -> None:
    """It took place earlier: its words stand there then, and the clocks are judged anew."""
    tickets.lock(ticket)
    _check_moment(call.started_at, ticket.created_at, now)
    latest = max(now, ticket.last_event_at)
    said = form.happened.strip()
    words = tickets.ClientMessage(
        author_id=contact.person_id, text=said, channel=Channel.PHONE, call_id=call.id
    )
    call.ticket_id, call.subject = ticket.id, ticket.subject
    tickets.join_past_call(ticket, call.id, words if said else None, at=call.started_at, by=by, now=latest)
    if form.done.strip():
        tickets.add_note(ticket, form.done.strip(), by=by, now=latest)
