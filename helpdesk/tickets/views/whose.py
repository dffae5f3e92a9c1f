"""The question "who is it" about a sender: what points to whom, and the answer when it was refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from helpdesk import clock, web
from helpdesk.accounts import faces, guard
from helpdesk.clients import actions as clients
from helpdesk.clients import phones, queries
from helpdesk.clients.forms import WhoSheet, who_sheet
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.clients.suggestions import Suggestion, Traces, suggest
from helpdesk.clients.words import OWN_NAMES, REASONS, known_as
from helpdesk.config import settings
from helpdesk.db import db, end_read, transaction
from helpdesk.errors import BadInput, DomainError, RuleViolation
from helpdesk.i18n import ngettext, told
from helpdesk.telephony.callers import pass_on, rang_from
from helpdesk.tickets.actions.client import open_tickets_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries.strangers import said_by

CERTAIN = 5
Put = Callable[[Contact, datetime], list[Ticket]]


@dataclass(frozen=True)
class Option:
    """A suggestion as the form shows it."""

    value: str
    name: str
    initials: str
    tint: int
    place: str
    because: str
    is_new: bool


@dataclass(frozen=True)
class Question:
    """Where the answer is sent, where "not now" leads, and the ticket it is asked on (None: none)."""

    action: str
    back: str
    number: int | None = None


def ask(
    sender_id: int, question: Question, sheet: WhoSheet | None = None, refused: DomainError | None = None
) -> str:
    """The form, as a dialog for a script and as a page without one."""
    sender = _sender(sender_id)
    ids = queries.same_sender(sender)
    options = [_option(one) for one in _suggestions(sender, ids)]
    others = [number for number in open_tickets_of(ids) if number != question.number]
    return web.render(
        "clients/_say_who.html" if web.is_htmx() else "clients/say_who.html",
        sender=sender,
        question=question,
        options=options,
        others=len(others),
        sheet=sheet or _begun(sender, options),
        sentence=told(refused) if refused else "",
        field=refused.field if isinstance(refused, BadInput) else None,
    )


def answer(sender_id: int, question: Question, put: Put) -> ResponseReturnValue:
    """Take the answer; what cannot be comes back with all that was typed."""
    actor, sheet = guard.current_actor(), who_sheet(request.form)
    try:
        with transaction():
            if (answered := guard.once(actor)) is not None:
                return web.see_other(answered)
            now = clock.now(db.session)
            sender = _sender(sender_id)
            same = queries.same_sender(sender)
            known = clients.contact_meant(sheet, sender, by=actor.person_id, now=now)
            words = _done(put(known, now), known, question)
            pass_on(same, known.id)
            guard.remember(actor, question.back)
    except (BadInput, RuleViolation) as error:
        end_read()
        status = 422 if isinstance(error, BadInput) else 409
        return make_response(ask(sender_id, question, sheet, error), status)
    flash(words, "good")
    return web.see_other(question.back)


def _sender(contact_id: int) -> Contact:
    sender = queries.contact(contact_id)
    if sender is None:
        raise BadInput(gettext("This contact is no longer there. Choose once more."))
    return sender


def _suggestions(sender: Contact, ids: list[int]) -> list[Suggestion]:
    if sender.verified_at is not None or sender.company.kind is not CompanyKind.UNKNOWN:
        return []
    numbers = [phone.e164 for phone in sender.phones if phone.e164]
    traces = Traces(
        name=sender.person.name,
        emails=[address.email for address in sender.addresses],
        numbers=numbers,
        text=said_by(ids or [sender.id]),
        rang=rang_from(numbers),
        region=settings().phone_region,
    )
    return suggest(traces)


def _option(one: Suggestion) -> Option:
    is_new = one.contact_id is None
    return Option(
        value=f"company:{one.company_id}" if is_new else f"contact:{one.contact_id}",
        name=one.name,
        initials=faces.initials(one.name),
        tint=faces.tint(one.person_id or one.company_id),
        place=", ".join(filter(None, (one.position, one.company))),
        because=", ".join(str(REASONS[reason]) for reason in one.reasons),
        is_new=is_new,
    )


def _begun(sender: Contact, options: list[Option]) -> WhoSheet:
    """The best suggestion is ticked; the name is what he calls himself, not a number or address."""
    name = sender.person.name
    said = "" if name in OWN_NAMES or "@" in name or phones.looks_like_number(name) else name
    return replace(WhoSheet(choice=options[0].value if options else "other"), name=said)


def _done(moved: list[Ticket], known: Contact, question: Question) -> str:
    name, company = known.person.name, known_as(known.company.name)
    more = len([ticket for ticket in moved if ticket.id != question.number])
    first = gettext("This is %(name)s of %(company)s.", name=name, company=company)
    went = ngettext("%(num)d more ticket went along.", "%(num)d more tickets went along.", more)
    wrong = gettext("If that is wrong, say once more who it is.")
    return " ".join(filter(None, (first, went if more else "", wrong)))
