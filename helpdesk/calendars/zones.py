"""What the installed tz database says of a zone, kept, so that a calendar version counts alike for ever."""

import hashlib
from datetime import datetime
from importlib import resources
from importlib.metadata import version as release_of

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.calendars.models import ZoneEdition
from helpdesk.db import db
from helpdesk.sla.calendar import CalendarError, zone_named

PACKAGE = "tzdata"


def release() -> str:
    """The installed release of the tz database, such as 2026.1."""
    return release_of(PACKAGE)


def rules_of(zone: str) -> bytes:
    """The zone's compiled file in the installed release; raises CalendarError for a zone it does not know."""
    file = resources.files(PACKAGE).joinpath("zoneinfo", *zone_named(zone).key.split("/"))
    if not file.is_file():
        raise CalendarError("There is no time zone called “%(zone)s”.", zone=zone)
    return file.read_bytes()


def edition_of(zone: str, now: datetime) -> ZoneEdition:
    """The row of the zone's rules in the installed release; written when it is the first to say so."""
    rules = rules_of(zone)
    digest = hashlib.sha256(rules).hexdigest()
    known = select(ZoneEdition).where(ZoneEdition.zone == zone, ZoneEdition.hash == digest)
    found = db.session.scalar(known)
    if found is None:
        row = {"zone": zone, "release": release(), "hash": digest, "rules": rules, "created_at": now}
        db.session.execute(insert(ZoneEdition).values(**row).on_conflict_do_nothing())
        found = db.session.scalars(known).one()
    return found
