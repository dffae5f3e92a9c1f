"""The steps in their order, how far somebody came, and what each one does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask_babel import lazy_gettext
from sqlalchemy import Select, select

from helpdesk import firm
from helpdesk.accounts import rights, teams
from helpdesk.accounts.models import Membership, Person, Team, TeamRole
from helpdesk.accounts.rights import Rights
from helpdesk.accounts.teams import TeamSheet
from helpdesk.calendars.actions import create_calendar, starter_sheet
from helpdesk.calendars.models import Calendar
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.firm import Firm
from helpdesk.i18n import gettext
from helpdesk.mail.models import Mailbox
from helpdesk.sla.actions.policies import create_policy, default_policy, starter_policy
from helpdesk.sla.models import SlaPolicy
from helpdesk.sla.policy_facts import day_lengths
from helpdesk.sla.sheets import PRIORITIES
from helpdesk.sla.typed import seconds_in

STEPS = ("firm", "mailbox", "lines", "hours", "policy", "ready")
NAMES: Mapping[str, object] = {
    "firm": lazy_gettext("You and your firm"),
    "mailbox": lazy_gettext("First mailbox"),
    "lines": lazy_gettext("Three lines"),
    "hours": lazy_gettext("Working hours"),
    "policy": lazy_gettext("First policy"),
    "ready": lazy_gettext("Ready"),
}


@dataclass(frozen=True)
class LineChoice:
    """What was typed about a line: its first team's name, and whether the founder works there."""

    line: int
    name: str
    is_mine: bool


def after(step: str) -> str:
    """The step that follows; the last one follows itself."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def reached() -> str:
    """Where to go on; "firm" is done as soon as anybody can sign in."""
    known = firm.chosen().get("assistant_step")
    return known if known in STEPS else "mailbox"


def is_over() -> bool:
    """Whether the assistant was walked to its end."""
    return firm.chosen().get("assistant_done_at") is not None


def note(step: str, *, now: datetime) -> None:
    """Remember how far somebody came; arriving at the last step ends the assistant."""
    row: Firm = firm.the_firm()
    row.assistant_step = step
    if step == STEPS[-1] and row.assistant_done_at is None:
        row.assistant_done_at = now
    firm.touched(row)


def done() -> dict[str, bool]:
    """Which things exist already, by step."""
    staffed = select(Membership.id).where(Membership.until.is_(None)).limit(1)
    return {
        "firm": True,
        "mailbox": db.session.scalar(select(Mailbox.id).where(Mailbox.active).limit(1)) is not None,
        "lines": db.session.scalar(staffed) is not None,
        "hours": db.session.scalar(_calendar()) is not None,
        "policy": db.session.scalar(select(SlaPolicy.id).limit(1)) is not None,
        "ready": is_over(),
    }


def line_teams() -> dict[int, Team]:
    """The first team of each line."""
    return {team.line: team for team in db.session.scalars(select(Team).where(Team.is_default))}


def set_lines(choices: Sequence[LineChoice], person: Person, *, by: int, now: datetime) -> None:
    """Name the first teams and seat the founder where he works. Raises BadInput(field "line_N")."""
    known = line_teams()
    for choice in choices:
        team = known[choice.line]
        sheet = TeamSheet(
            name=" ".join(choice.name.split()),
            line=team.line,
            answers_client=team.answers_client,
            assignment=team.assignment,
            is_default=True,
        )
        try:
            teams.change(team, sheet, by=by, now=now)
        except BadInput as problem:
            raise BadInput(problem.sentence, f"line_{choice.line}", **problem.values) from problem
    rights.change_rights(person, _seated(person, choices, known), by=by, now=now)


def _seated(person: Person, choices: Sequence[LineChoice], known: Mapping[int, Team]) -> Rights:
    """The founder's rights with a lead's seat on each line that is his."""
    had = rights.rights_of(person.id)
    mine = {known[choice.line].id: TeamRole.LEAD for choice in choices if choice.is_mine}
    others = {team_id: role for team_id, role in had.teams.items() if team_id not in _ids(known)}
    return Rights(teams={**others, **mine}, manager=had.manager, is_administrator=had.is_administrator)


def _ids(known: Mapping[int, Team]) -> set[int]:
    return {team.id for team in known.values()}


def set_hours(
    name: str, zone: str, hours: str, country: str, region: str, *, language: str, by: int, now: datetime
) -> None:
    """The firm's first calendar, closed on this and next year's holidays. Raises BadInput at the field."""
    sheet = starter_sheet(
        name,
        zone,
        hours=hours,
        country=country,
        region=region,
        years=(now.year, now.year + 1),
        language=language,
    )
    create_calendar(sheet, by=by, now=now)


def first_calendar() -> Calendar | None:
    """The calendar that the first policy counts in."""
    return db.session.scalars(_calendar()).first()


def set_policy(
    calendar: Calendar,
    name: str,
    first_answers: Sequence[str],
    solutions: Sequence[str],
    *,
    by: int,
    now: datetime,
) -> None:
    """The policy that catches everything, from what was typed for P1 to P4. Raises BadInput at the field."""
    day_s = day_lengths([calendar.id], now)[calendar.id]
    answer_s = [
        _seconds(text, day_s, f"answer_{p}") for p, text in zip(PRIORITIES, first_answers, strict=True)
    ]
    solution_s = [
        _seconds(text, day_s, f"solution_{p}") for p, text in zip(PRIORITIES, solutions, strict=True)
    ]
    sheet = starter_policy(calendar, name=name, first_answer_s=answer_s, solution_s=solution_s)
    create_policy(sheet, by=by, now=now)


def usual_targets() -> tuple[list[str], list[str]]:
    """First answers and solutions for P1 to P4 as people write them; a day is a working day."""
    minutes, hours = partial(gettext, "%(minutes)s min"), partial(gettext, "%(hours)s h")
    days = partial(gettext, "%(days)s d")
    answers = [minutes(minutes=30), hours(hours=1), hours(hours=4), days(days=1)]
    return answers, [hours(hours=4), hours(hours=8), days(days=3), days(days=5)]


def has_policy() -> bool:
    """Whether a default policy catches what has no contract."""
    return default_policy() is not None


def _seconds(text: str, day_s: int, field: str) -> int:
    found = seconds_in(text, day_s, field)
    if found is None:
        raise BadInput("Say how long this may take, for example 4 h.", field)
    return found


def _calendar() -> Select[Calendar]:
    return select(Calendar).where(Calendar.retired_at.is_(None)).order_by(Calendar.id).limit(1)
