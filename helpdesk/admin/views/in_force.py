"""Door to all settings in force on one page, to read or to print."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.accounts.guard import policy
from helpdesk.accounts.permissions import Permission
from helpdesk.admin import policy_words, queries, words
from helpdesk.admin.blueprint import blueprint
from helpdesk.admin.pages import render_section
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.mail.queries import MailboxState, mailbox_states
from helpdesk.routing.queries import rule_of
from helpdesk.sla.sheets import LINES, PRIORITIES


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


@blueprint.get("/settings/in-force")
@policy(Permission.SETTINGS_READ)
def in_force() -> str:
    """Mailboxes, teams, rules, calendars and policies."""
    now = process_time()
    today = now.astimezone(ZoneInfo(settings().default_timezone)).date()
    calendars = queries.calendars(now, today)
    return render_section(
        "admin/in_force.html",
        "in_force",
        history=(),
        now=now,
        words=words,
        mailboxes=_mailboxes(now),
        teams=queries.teams(),
        rules=_rules(),
        calendars=calendars,
        calendar_names={calendar_id: one.name for calendar_id, one in calendars.items()},
        days={calendar_id: one.day_s for calendar_id, one in calendars.items()},
        policies=queries.policies(now),
        policy_words=policy_words,
        priorities=PRIORITIES,
        lines=LINES,
    )


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
