"""Trying a message against the rules without sending it: what would be decided, and why not by the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext

from helpdesk.clients import rules as client_rules
from helpdesk.clients.models import Company
from helpdesk.clients.queries import company_by_domain, find_contact_by_email
from helpdesk.config import settings
from helpdesk.routing import rules
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.queries import rule_of, team_for
from helpdesk.routing.rules import Facts
from helpdesk.tickets.rules import Channel

MISSES: Mapping[str, Any] = {
    "channel": lazy_gettext("comes another way"),
    "mailbox": lazy_gettext("sent to another mailbox"),
    "company": lazy_gettext("another client"),
    "vip": lazy_gettext("another importance"),
    "type": lazy_gettext("another kind"),
    "language": lazy_gettext("another language"),
    "weekday": lazy_gettext("another day"),
    "hour": lazy_gettext("another hour"),
    "sender": lazy_gettext("another sender"),
    "word": lazy_gettext("does not say it"),
}


@dataclass(frozen=True)
class Sample:
    """A message as typed into the box."""

    channel: Channel = Channel.MAIL
    sender: str = ""
    mailbox_id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Verdict:
    """One rule and what it says to the sample; `why` are the conditions that do not hold."""

    row: RoutingRule
    fits: bool
    is_after: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What would happen: every rule with its verdict, and the team that would get it."""

    verdicts: tuple[Verdict, ...]
    team: str
    line: int
    company: str


@dataclass(frozen=True)
class Client:
    """Who the sender would be taken for."""

    company: Company
    vip: bool
    language: str | None


def attempt(sample: Sample, rows: Sequence[RoutingRule], now: datetime) -> Outcome:
    """Decide it as the real thing would be decided now. Writes nothing."""
    client = _client_of(sample.sender)
    facts = _facts(sample, client, now)
    verdicts, found = [], None
    for row in (row for row in rows if row.active):
        rule = rule_of(row)
        why = rules.misses(rule.conditions, facts)
        verdicts.append(Verdict(row, not why and found is None, found is not None, why))
        found = found or (rule if not why else None)
    place = found.placement if found else rules.Placement()
    team = team_for(place.team_id, place.line)
    return Outcome(tuple(verdicts), team.name, team.line, client.company.name if client else "")


def _client_of(sender: str) -> Client | None:
    """Who would be taken for the sender; None without an address."""
    email = sender.strip().lower()
    if not client_rules.is_address(email):
        return None
    contact = find_contact_by_email(email)
    if contact is None:
        company = company_by_domain(client_rules.domain_of(email))
        return Client(company, company.vip, company.language)
    language = contact.person.language or contact.company.language
    return Client(contact.company, contact.vip or contact.company.vip, language)


def _facts(sample: Sample, client: Client | None, now: datetime) -> Facts:
    here = now.astimezone(ZoneInfo(settings().default_timezone))
    return Facts(
        channel=sample.channel,
        company_id=client.company.id if client else 0,
        vip=client is not None and client.vip,
        words=sample.text.casefold(),
        language=(client and client.language) or settings().default_language,
        hour=here.hour,
        weekday=here.weekday(),
        mailbox_id=sample.mailbox_id if sample.channel is Channel.MAIL else None,
        sender=sample.sender.strip().lower(),
    )
