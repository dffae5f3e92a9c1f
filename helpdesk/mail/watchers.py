"""Who is told when mail itself is in trouble."""

from sqlalchemy import select

from helpdesk.accounts.models import Grant, GrantKind, Team, TeamRole
from helpdesk.db import db
from helpdesk.notifications.reactions import members_of


def watchers() -> list[int]:
    """Administrators, and the leads of line 1's default team, by person."""
    administrators = select(Grant.person_id).where(
        Grant.kind == GrantKind.ADMINISTRATOR, Grant.until.is_(None)
    )
    team_id = db.session.scalar(select(Team.id).where(Team.line == 1, Team.is_default))
    leads = members_of(team_id, role=TeamRole.LEAD) if team_id else ()
    return [*db.session.scalars(administrators), *leads]
