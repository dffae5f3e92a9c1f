"""How something new finds its place: facts for the rules, wishes that stand, defaults for the rest."""

from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.clients.models import Contact
from helpdesk.config import settings
from helpdesk.intake.incoming import Incoming
from helpdesk.routing.actions import decide, keep_decision
from helpdesk.routing.queries import team_for
from helpdesk.routing.rules import Decision, Facts
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Priority, TicketType, priority_of

USUAL_TYPE = TicketType.REQUEST
USUAL_PRIORITY = Priority.P3
NO_SUBJECT = "(no subject)"
SUBJECT_LENGTH = 250


def open_new(
    incoming: Incoming,
    contact: Contact,
    words: tickets.ClientMessage,
    follows: Ticket | None,
    *,
    by: int,
    now: datetime,
) -> Ticket:
    """Decide the place, open the ticket, keep the reason, and hand it to somebody if the team shares out."""
    facts = _facts(incoming, contact, now)
    decision = decide(facts)
    opening = _opening(incoming, contact, words, decision, follows)
    ticket = tickets.open_ticket(opening, by=by, now=now)
    keep_decision(ticket.id, decision, facts, now=now)
    if opening.assignee_id is None:
        tickets.assign_by_policy(ticket, by=by, now=now)
    return ticket


def _facts(incoming: Incoming, contact: Contact, now: datetime) -> Facts:
    here = now.astimezone(ZoneInfo(settings().default_timezone))
    return Facts(
        channel=incoming.channel,
        company_id=contact.company_id,
        vip=contact.vip or contact.company.vip,
        words=f"{incoming.subject}\n{incoming.body.text[: incoming.body.reply_until]}".casefold(),
        language=_language(incoming, contact),
        hour=here.hour,
        weekday=here.weekday(),
        mailbox_id=incoming.wishes.mailbox_id,
        type=incoming.wishes.type,
        sender=incoming.sender.email.lower(),
    )


def _opening(
    incoming: Incoming,
    contact: Contact,
    words: tickets.ClientMessage,
    decision: Decision,
    follows: Ticket | None,
) -> tickets.Opening:
    wishes, place = incoming.wishes, decision.placement
    line, team_id = _place(incoming, decision)
    return tickets.Opening(
        channel=incoming.channel,
        subject=_subject(incoming),
        type=wishes.type or place.type or USUAL_TYPE,
        priority=_priority(incoming) or place.priority or USUAL_PRIORITY,
        impact=wishes.impact,
        urgency=wishes.urgency,
        language=_language(incoming, contact),
        company_id=contact.company_id,
        contact_id=contact.id,
        line=line,
        team_id=team_id,
        message=words,
        category_id=place.category_id,
        tags=(*place.tags, *wishes.tags),
        mailbox_id=wishes.mailbox_id,
        assignee_id=wishes.assignee_id,
        by_machine=incoming.is_machine,
        live=wishes.live,
        follows_id=follows.id if follows else None,
        began_at=wishes.began_at,
    )


def _place(incoming: Incoming, decision: Decision) -> tuple[int, int]:
    """Line and team: what a person chose, else what a rule says, else the mailbox's team."""
    wishes, rule = incoming.wishes, decision.rule
    ruled = rule is not None and (rule.placement.team_id or rule.placement.line)
    wanted = wishes.team_id or (None if ruled else wishes.default_team_id) or decision.placement.team_id
    team = team_for(wanted, decision.placement.line)
    return team.line, team.id


def _priority(incoming: Incoming) -> Priority | None:
    wishes = incoming.wishes
    if wishes.priority is None and wishes.impact and wishes.urgency:
        return priority_of(wishes.impact, wishes.urgency)
    return wishes.priority


def _language(incoming: Incoming, contact: Contact) -> str:
    """The contact's, else the company's, else the mailbox's, else the installation's."""
    company = contact.company
    wished = incoming.wishes.language
    return contact.person.language or company.language or wished or settings().default_language


def _subject(incoming: Incoming) -> str:
    """The subject in one line, else the first words, so that a list always has something to show."""
    first_words = " ".join(incoming.body.text.split())[:80]
    return (" ".join(incoming.subject.split()) or first_words or NO_SUBJECT)[:SUBJECT_LENGTH]
