"""What each person wishes to hear, where and when: read with the defaults filled in, and changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.dialects.postgresql import insert

from helpdesk.accounts.models import Person
from helpdesk.config import settings
from helpdesk.db import asked_once, db
from helpdesk.notifications.models import Notice, NotificationHours, NotificationPreference
from helpdesk.notifications.rules import DEFAULTS, Hours, MailWhen, Topic, Ways

COLUMNS = (
    NotificationHours.mail_when,
    NotificationHours.away_minutes,
    NotificationHours.quiet_from,
    NotificationHours.quiet_until,
    NotificationHours.quiet_days,
    NotificationHours.breach_passes,
    NotificationHours.muted_until,
    NotificationHours.quiet_outside,
    NotificationHours.p1_passes,
)


@dataclass(frozen=True)
class Rest:
    """A person's hours in his own zone."""

    hours: Hours
    zone: str


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """All that a person has chosen, with the defaults where he has chosen nothing."""

    ways: Mapping[Topic, Ways]
    hours: Hours


@asked_once
def ways_of(people: frozenset[int], topic: Topic) -> dict[int, Ways]:
    """Where each of these people hears of the topic; one statement. Who wants no mail at all gets none."""
    wanted = sorted(people)
    if not wanted:
        return {}
    own = and_(NotificationPreference.person_id == Person.id, NotificationPreference.topic == topic)
    rows = db.session.execute(
        select(Person.id, NotificationPreference.in_desk, NotificationPreference.by_mail)
        .add_columns(NotificationHours.mail_when)
        .outerjoin(NotificationPreference, own)
        .outerjoin(NotificationHours, NotificationHours.person_id == Person.id)
        .where(Person.id.in_(wanted))
    )
    return {person_id: _ways(topic, desk, mail, when) for person_id, desk, mail, when in rows}


def wishes_of(person_id: int) -> Wishes:
    """What stands on the person's page."""
    rows = db.session.execute(
        select(
            NotificationPreference.topic, NotificationPreference.in_desk, NotificationPreference.by_mail
        ).where(NotificationPreference.person_id == person_id)
    )
    own = {topic: Ways(desk, mail) for topic, desk, mail in rows}
    return Wishes(ways={**DEFAULTS, **own}, hours=hours_of(person_id))


def hours_of(person_id: int) -> Hours:
    """When mail may go to the person."""
    row = db.session.execute(select(*COLUMNS).where(NotificationHours.person_id == person_id)).one_or_none()
    return _usual() if row is None else _hours(row)


def rests_of(people: Iterable[int]) -> dict[int, Rest]:
    """The hours of those of these people who have quiet ones, by choice or by the desk's own; one
    statement.
    """
    wanted = sorted(people)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Person.id, Person.zone, *COLUMNS)
        .outerjoin(NotificationHours, NotificationHours.person_id == Person.id)
        .where(Person.id.in_(wanted))
    )
    rests = {
        row.id: Rest(
            _usual() if row.mail_when is None else _hours(row), row.zone or settings().default_timezone
        )
        for row in rows
    }
    return {person_id: rest for person_id, rest in rests.items() if rest.hours.quiet_from is not None}


def _usual() -> Hours:
    """The hours of whoever chose none."""
    quiet_from, quiet_until = settings().quiet_hours or (None, None)
    return Hours(quiet_from=quiet_from, quiet_until=quiet_until)


def _hours(row: Row[*tuple[Any, ...]]) -> Hours:
    return Hours(
        mail_when=row.mail_when,
        away_minutes=row.away_minutes,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        quiet_days=tuple(row.quiet_days),
        breach_passes=row.breach_passes,
        muted_until=row.muted_until,
        quiet_outside=row.quiet_outside,
        p1_passes=row.p1_passes,
    )


def keep(person_id: int, wishes: Wishes) -> None:
    """Write everything down as it stands on the page; what no longer goes by mail stops waiting for one, and
    whoever changes his hours is awake: what waited for their end shows at once.
    """
    for topic, way in wishes.ways.items():
        row = {"in_desk": way.in_desk, "by_mail": way.by_mail}
        statement = insert(NotificationPreference).values(person_id=person_id, topic=topic, **row)
        keys = [NotificationPreference.person_id, NotificationPreference.topic]
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))
    _keep_hours(person_id, wishes.hours)
    hidden = update(Notice).where(Notice.person_id == person_id, Notice.visible_from.is_not(None))
    db.session.execute(hidden.values(visible_from=None).execution_options(synchronize_session=False))
    if wishes.hours.mail_when is MailWhen.NEVER:
        waiting = update(Notice).where(Notice.person_id == person_id, Notice.mailed_at.is_(None))
        db.session.execute(waiting.values(by_mail=False))


def mute(person_id: int, until: datetime | None) -> None:
    """Send no mail until then; None: mail goes again."""
    _keep_hours(person_id, hours_of(person_id), muted_until=until)


def _keep_hours(person_id: int, hours: Hours, **more: datetime | None) -> None:
    row = {
        "mail_when": hours.mail_when,
        "away_minutes": hours.away_minutes,
        "quiet_from": hours.quiet_from,
        "quiet_until": hours.quiet_until,
        "quiet_days": list(hours.quiet_days),
        "breach_passes": hours.breach_passes,
        "quiet_outside": hours.quiet_outside,
        "p1_passes": hours.p1_passes,
        "muted_until": hours.muted_until,
        **more,
    }
    statement = insert(NotificationHours).values(person_id=person_id, **row)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=[NotificationHours.person_id], set_=row)
    )


def _ways(topic: Topic, in_desk: bool | None, by_mail: bool | None, when: MailWhen | None) -> Ways:
    usual = DEFAULTS[topic]
    mail = usual.by_mail if by_mail is None else by_mail
    return Ways(usual.in_desk if in_desk is None else in_desk, mail and when is not MailWhen.NEVER)
