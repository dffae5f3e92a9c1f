"""The worker's look at the tz database: open tickets follow the calendars that a new release moved."""

from helpdesk import clock
from helpdesk.accounts.people import system_id
from helpdesk.calendars.renewing import renew_zones
from helpdesk.db import db, transaction
from helpdesk.sla.what_if.following import zone_rules


def renew() -> None:
    """Renew the calendars whose hours the installed release moves, and let open tickets follow."""
    with transaction():
        now = clock.now(db.session)
        for calendar, _, version in renew_zones(by=system_id(), now=now):
            zone_rules(calendar.id, version.id, by=system_id(), now=now)
