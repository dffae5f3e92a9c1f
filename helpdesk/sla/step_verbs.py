"""The verbs that the desk itself does at a threshold, with an honest word why."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from sqlalchemy import select

from helpdesk.accounts.models import Person, Team
from helpdesk.accounts.people import system_id
from helpdesk.clients.models import Company, Contact
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.i18n import full_moment, gettext, told
from helpdesk.routing.queries import active_rules
from helpdesk.routing.rules import Facts, decide
from helpdesk.sla.acts import Act
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.sla.words import NAMES
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import HandoverCard, MessageKind, Priority

LONGEST_TRIED = 1500


def raise_priority(ticket: Ticket, one: ThresholdCrossed, now: datetime) -> None:
    """Make it one step more urgent; nothing is more urgent than P1."""
    order = list(Priority)
    more = order[max(0, order.index(ticket.priority) - 1)]
    with force_locale(settings().default_language):
        reason = gettext(
            "as the policy wants it at %(percent)s %% (%(clock)s)", percent=one.percent, clock=_clock(one)
        )
    actions.change_priority(ticket, more, by=system_id(), now=now, reason=reason)


def escalate(ticket: Ticket, one: ThresholdCrossed, now: datetime) -> None:
    """Hand it to the next line, to the team that a rule names for it there, else to that line's own one."""
    team = _next_team(ticket, now)
    with force_locale(settings().default_language):
        card = _card(ticket, one)
    actions.escalate(ticket, card=card, by=system_id(), now=now, to_team_id=team)


VERBS: Mapping[Act, Callable[[Ticket, ThresholdCrossed, datetime], None]] = {
    Act.RAISE_PRIORITY: raise_priority,
    Act.ESCALATE: escalate,
}


def refusal_words(refusal: RuleViolation) -> str:
    """What the rules said, in the language of the installation."""
    with force_locale(settings().default_language):
        return told(refusal)


def _clock(one: ThresholdCrossed) -> str:
    if one.line is not None:
        return gettext("Line %(line)s", line=one.line)
    return str(NAMES[one.metric.value])


def _next_team(ticket: Ticket, now: datetime) -> int:
    """Of the rules only those count that place into the next line; the first that fits wins."""
    wanted = ticket.line + 1
    on_line = select(Team.id).where(Team.line == wanted, Team.retired_at.is_(None))
    there = set(db.session.scalars(on_line))
    fitting = [rule for rule in active_rules() if rule.placement.team_id in there]
    team_id = decide(fitting, _facts(ticket, now)).placement.team_id if fitting else None
    team_id = team_id or db.session.scalar(on_line.where(Team.is_default))
    if team_id is None:
        raise RuleViolation("There is no team on line %(line)s that could take it.", line=wanted)
    return team_id


def _facts(ticket: Ticket, now: datetime) -> Facts:
    """What the rules may ask of a ticket that is here already."""
    here = now.astimezone(ZoneInfo(settings().default_timezone))
    client = select(Company.vip, Contact.vip).join(Contact, Contact.id == ticket.contact_id)
    company_vip, contact_vip = db.session.execute(client.where(Company.id == ticket.company_id)).one()
    first = select(Message.text).where(
        Message.ticket_id == ticket.id, Message.kind == MessageKind.CLIENT, ~Message.is_machine
    )
    text = db.session.scalar(first.order_by(Message.id).limit(1)) or ""
    return Facts(
        channel=ticket.channel,
        company_id=ticket.company_id,
        vip=company_vip or contact_vip,
        words=f"{ticket.subject}\n{text}".casefold(),
        language=ticket.language,
        hour=here.hour,
        weekday=here.weekday(),
        mailbox_id=ticket.mailbox_id,
        type=ticket.type,
    )


def _card(ticket: Ticket, one: ThresholdCrossed) -> HandoverCard:
    """The desk tried nothing itself and says so; it hands on what people wrote down last."""
    asked = gettext(
        "The desk hands this up by itself: %(percent)s %% of the time is used (%(clock)s). Please go on from"
        " here, or give it back and say what is missing.",
        percent=one.percent,
        clock=_clock(one),
    )
    return HandoverCard(symptom=ticket.preview or ticket.subject, asked=asked, tried=_tried(ticket.id))


def _tried(ticket_id: int) -> str:
    last = db.session.execute(
        select(Message.text, Message.reply_until, Message.created_at, Person.name)
        .join(Person, Person.id == Message.author_id)
        .where(Message.ticket_id == ticket_id)
        .where(Message.kind.in_((MessageKind.NOTE, MessageKind.REPLY)))
        .order_by(Message.kind != MessageKind.NOTE, Message.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return gettext("Nobody has written down yet what was tried.")
    words = last.text[: last.reply_until].strip()[:LONGEST_TRIED]
    said = gettext("Written last, by %(name)s, %(when)s:", name=last.name, when=full_moment(last.created_at))
    return f"{said}\n{words}"
