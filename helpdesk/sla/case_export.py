"""A ticket of the desk as a file of cases that anybody can replay: no names, no texts, only what counts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.calendars.hours import hours_of
from helpdesk.calendars.models import Calendar, CalendarVersion
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.sla.calendar import WorkingHours
from helpdesk.sla.case_results import shown
from helpdesk.sla.case_writing import ASKED, document_of
from helpdesk.sla.casefile import differences
from helpdesk.sla.cases import results
from helpdesk.sla.ledger import calendars_in, choices_in, facts_of, ledger_of
from helpdesk.sla.models import SlaPolicy, SlaPolicyVersion
from helpdesk.sla.policies import Choice, policy_of
from helpdesk.sla.rules import Key, PolicyVersion, replay
from helpdesk.sla.rules.replay import in_force


def export(ticket_id: int, as_of: datetime) -> dict[str, Any]:
    """The file, with what its one case gives by the desk's log; RuleViolation for a ticket without clocks."""
    facts, at = facts_of(ticket_id), int(as_of.timestamp())
    choices = {choice.key: choice for choice in choices_in(facts)}
    if not choices:
        raise RuleViolation("Ticket %(number)s has no clocks: nothing was promised.", number=ticket_id)
    policies: dict[Key, PolicyVersion] = {key: policy_of(choice) for key, choice in choices.items()}
    calendars: dict[Key, WorkingHours] = dict(hours_of(calendars_in(facts)).items())
    names = {**_calendar_names(calendars), **_policy_names(choices)}
    ledger = in_force(ledger_of(facts), at)
    document = document_of(f"TICKET-{ticket_id}", ledger, policies, calendars, names, at)
    (found,) = results(document).values()
    clocks = replay(ledger, policies, calendars, at)
    expected = shown(clocks, ASKED, thresholds=False, lines=True) | {"missed": clocks.missed}
    if list(differences(expected, found)):
        raise RuleViolation(
            "Ticket %(number)s counts by another tz database than the one installed here.", number=ticket_id
        )
    document["cases"][0]["expected"] = found
    return document


def _calendar_names(keys: Iterable[Key]) -> dict[Key, str]:
    rows = db.session.execute(
        select(CalendarVersion.id, Calendar.name, CalendarVersion.n)
        .join(Calendar, Calendar.id == CalendarVersion.calendar_id)
        .where(CalendarVersion.id.in_([int(key) for key in keys]))
    )
    return {row.id: f"{row.name}, version {row.n}" for row in rows}


def _policy_names(choices: Mapping[str, Choice]) -> dict[Key, str]:
    """A version that counts in other calendars later gets a number of its own."""
    ids = {choice.policy_version_id for choice in choices.values()}
    rows = db.session.execute(
        select(SlaPolicyVersion.id, SlaPolicy.name, SlaPolicyVersion.n)
        .join(SlaPolicy, SlaPolicy.id == SlaPolicyVersion.policy_id)
        .where(SlaPolicyVersion.id.in_(ids))
    )
    titles = {row.id: f"{row.name}, version {row.n}" for row in rows}
    named: dict[Key, str] = {}
    for key, choice in choices.items():
        title = titles[choice.policy_version_id]
        taken = sum(name.partition(" (")[0] == title for name in named.values())
        named[key] = f"{title} ({taken + 1})" if taken else title
    return named
