"""Door to the settings: everything in one page, to read."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint

from helpdesk import __version__, readiness, web
from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.admin import queries, words
from helpdesk.admin.queries import Health
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.mail.queries import MailboxState, mailbox_states
from helpdesk.routing.queries import rule_of
from helpdesk.tickets.rules import Priority

blueprint = Blueprint("admin", __name__)


@dataclass(frozen=True)
class RuleLine:
    """A routing rule in words."""

    name: str
    asked: str
    placed: str
    is_active: bool


@dataclass(frozen=True)
class MailboxLine:
    """A mailbox with how it fares in words."""

    state: MailboxState
    badge: str
    words: str
    next_try: datetime | None


@blueprint.get("/settings")
@policy(Permission.SETTINGS_READ)
def overview() -> str:
    """Mailboxes, teams, rules, calendars, policies and signs of life."""
    now, health = process_time(), queries.health()
    today = now.astimezone(ZoneInfo(settings().default_timezone)).date()
    return web.render(
        "admin/overview.html",
        now=now,
        words=words,
        mailboxes=_mailboxes(now),
        teams=queries.teams(now),
        rules=_rules(),
        calendars=queries.calendars(now, today),
        policies=queries.policies(now),
        priorities=list(Priority),
        health=health,
        signs=signs_of(health, now),
        zone=settings().default_timezone,
        version=__version__,
    )


def signs_of(health: Health, now: datetime) -> dict[str, bool]:
    """Which signs of life are well, by the very bounds of /readyz."""
    worker, mail = health.last_beat, health.oldest_unsent
    return {
        "worker": worker is not None and now - worker <= readiness.WORKER_SILENT,
        "mail": mail is None or now - mail <= readiness.MAIL_LATE,
        "jobs": not health.failing_jobs,
        "migrations": readiness.migrations(now).is_ok,
    }


def _mailboxes(now: datetime) -> list[MailboxLine]:
    polls = queries.next_polls()
    return [
        MailboxLine(state, *words.CONDITIONS[state.condition], polls[state.id])
        for state in mailbox_states(now)
    ]


def _rules() -> list[RuleLine]:
    rows = queries.rules()
    names = queries.names_in(rows)
    rules = [(rule_of(row), row.active) for row in rows]
    return [
        RuleLine(
            rule.name, words.asked(rule.conditions, names), words.placed(rule.placement, names), is_active
        )
        for rule, is_active in rules
    ]
