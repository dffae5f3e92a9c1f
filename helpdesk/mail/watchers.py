"""Who is told when mail itself is in trouble."""

from sqlalchemy import select

from helpdesk.accounts import seats
from helpdesk.accounts.models import Team, TeamRole
from helpdesk.db import db


def watchers() -> list[int]:
    """Administrators, and the leads of line 1's default team, by person."""
    team_id = db.session.scalar(select(Team.id).where(Team.line == 1, Team.is_default))
    leads = seats.person_ids(team_id, role=TeamRole.LEAD) if team_id else ()
    return [*seats.administrator_ids(), *leads]
