"""The saved views of the demo's firm: what its people look at every day."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.accounts.people import system_id
from helpdesk.db import db
from helpdesk.tickets.actions.saved import Audience, save_view
from helpdesk.tickets.rules import Line

EVERYBODYS = (("VIP, any line", "vip=yes"), ("Breached or due soon", "risk=pressing"))
OF_THE_DESK = (
    ("Returned to us", "state=new,open&line=1&returned_by=2"),
    ("Older than three days", "line=1&older=3&sort=oldest"),
)


def keep_views(since: datetime) -> None:
    """Two for everybody, two for the service desk."""
    desk = db.session.scalars(select(Team.id).where(Team.line == Line.FIRST, Team.is_default)).one()
    for audience, views in ((Audience(), EVERYBODYS), (Audience(team_id=desk), OF_THE_DESK)):
        for name, filters in views:
            save_view(name, filters, audience, by=system_id(), now=since)
