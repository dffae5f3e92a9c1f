"""The desk at work: rules that lead somewhere, a worker that lives, mail that goes and mail that is held."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from helpdesk.doctor.finding import Fault, Finding, Patient, judged

HEARTBEAT_SECONDS = 120
UNSENT_SECONDS = 300
RULES = """
select name, conditions, placement from routing_rule where active and retired_at is null order by position
"""
SETTINGS_PAGE = "Under Settings, Routing rules, open"


def rules(patient: Patient) -> list[Finding]:
    """Each rule leads to a team at work, and something can match it."""
    teams = {row.id for row in patient.rows("select id from team where retired_at is null")}
    boxes = {row.id for row in patient.rows("select id from mailbox where active")}
    faults: list[Fault] = []
    takes_all: str | None = None
    for row in patient.rows(RULES):
        faults.extend(_faults_of(row, teams, boxes, takes_all))
        takes_all = takes_all or (None if _asked(row.conditions) else row.name)
    return judged("Every routing rule can match and leads to a team at work.", faults)


def _faults_of(row: Row[Any], teams: set[int], boxes: set[int], takes_all: str | None) -> Iterator[Fault]:
    if (team := row.placement.get("team_id")) is not None and team not in teams:
        yield Fault(
            f"The rule {row.name} sends to a team that was retired.",
            f"{SETTINGS_PAGE} {row.name} and choose another team, or switch the rule off.",
        )
    if takes_all is not None:
        yield Fault(
            f"The rule {row.name} is never reached: {takes_all} above it asks nothing and takes all.",
            f"Under Settings, Routing rules, move {takes_all} to the end.",
        )
    wanted = row.conditions.get("mailbox_ids") or ()
    if wanted and not boxes & set(wanted):
        yield Fault(
            f"The rule {row.name} can never match: it asks for a mailbox that is switched off.",
            f"{SETTINGS_PAGE} {row.name} and choose a mailbox in use.",
        )


def standstill(patient: Patient) -> list[Finding]:
    row = patient.rows("select mail_stopped_at, moved_to from firm where mail_stopped_at is not null")
    faults = []
    if row and row[0].moved_to:
        what = f"This desk has moved to {row[0].moved_to}; mail stands still in this copy."
        faults = [
            Fault(what, "Set DATABASE_URL to work there; or, to come back for good: helpdesk start-mail")
        ]
    elif row:
        what = (
            f"This is a restored copy: mail stands still since {row[0].mail_stopped_at:%Y-%m-%d %H:%M} UTC."
        )
        faults = [Fault(what, "When the original is switched off: helpdesk start-mail")]
    return judged("Mail goes.", faults)


def worker(patient: Patient) -> list[Finding]:
    seconds = patient.value("select extract(epoch from clock_timestamp() - max(beat_at)) from heartbeat")
    alive = seconds is not None and seconds < HEARTBEAT_SECONDS
    faults = [] if alive else [Fault("No worker has shown itself lately.", "Start one: helpdesk worker")]
    return judged("The worker is alive.", faults)


def jobs(patient: Patient) -> list[Finding]:
    faults = [
        Fault(
            f"The job {row.job} failed in its last run ({row.error}).",
            "Look into the worker's log at that time; it is tried again by itself.",
        )
        for row in patient.rows("select job, error from heartbeat where error is not null order by job")
    ]
    return judged("No job of the worker failed.", faults)


def unsent(patient: Patient) -> list[Finding]:
    question = (
        "select extract(epoch from clock_timestamp() - min(due_at)) from outbox where finished_at is null"
    )
    seconds = 0 if patient.value("select mail_stopped_at from firm") else patient.value(question) or 0
    cure = "Look at the mailbox's relay or HELPDESK_SMTP_URL, and at the worker's log."
    late = (
        [Fault(f"A mail has waited {seconds / 60:.0f} minutes.", cure)] if seconds >= UNSENT_SECONDS else []
    )
    return judged("No mail has been waiting to go out.", late)


def held(patient: Patient) -> list[Finding]:
    count = patient.value("select count(*) from inbound_mail where state = 'quarantined'")
    what = f"Mails held because they could not be read: {count}."
    cure = "Look at them under Held mail: retry or discard each."
    return judged("No mail is held.", [Fault(what, cure)] if count else [])


def _asked(conditions: dict[str, Any]) -> bool:
    return any(value not in (None, [], "") for value in conditions.values())
