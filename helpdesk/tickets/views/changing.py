"""What the properties form does with what it was sent: each difference by its own verb."""

from collections.abc import Callable, Mapping
from datetime import datetime

from helpdesk.accounts.actor import Actor
from helpdesk.sla.pressure import use_of
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Impact, Priority, TicketType, Urgency
from helpdesk.tickets.views.forms import number_of, text_of, word_of

Form = Mapping[str, str]
URGENCY = ("priority", "impact", "urgency", "reason")
Verb = Callable[[Actor, datetime], None]


def properties_verb(ticket: Ticket, form: Form) -> Verb:
    """Everything of the properties form that differs from the ticket, each by its own verb."""
    kind = word_of(form, "type", TicketType)
    subject = text_of(form, "subject") or ticket.subject
    category_id = number_of(form, "category_id") if "category_id" in form else ticket.category_id
    tags = tuple(tag.strip() for tag in form.get("tags", ",".join(ticket.tags)).split(","))
    urgent = priority_verb(ticket, form)

    def verb(actor: Actor, now: datetime) -> None:
        by = actor.person_id
        actions.change_properties(ticket, subject=subject, tags=tags, by=by, now=now)
        actions.change_category(ticket, category_id, by=by, now=now)
        if kind is not None and kind != ticket.type:
            actions.change_type(ticket, kind, by=by, now=now)
        urgent(actor, now)

    return verb


def priority_verb(ticket: Ticket, form: Form) -> Verb:
    """The priority by itself, or by impact and urgency; does nothing where neither differs."""
    priority = word_of(form, "priority", Priority)
    impact, urgency = word_of(form, "impact", Impact), word_of(form, "urgency", Urgency)
    reason = text_of(form, "reason")
    by_words = bool(impact and urgency) and (impact, urgency) != (ticket.impact, ticket.urgency)

    def verb(actor: Actor, now: datetime) -> None:
        wanted = None if by_words else priority
        if not by_words and (priority is None or priority == ticket.priority):
            return
        actions.change_priority(
            ticket,
            wanted,
            impact=impact,
            urgency=urgency,
            reason=reason,
            by=actor.person_id,
            now=now,
            use=use_of(ticket.id, now),
        )

    return verb
