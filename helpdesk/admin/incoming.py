"""Reading every message that came in, for those who run the desk: by index, and never counted to the end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from helpdesk.db import db
from helpdesk.mail.models import WORDS, InboundMail, InboundState, Mailbox

PAGE, COUNTED = 50, 1000
EVERY, HELD = "all", "held"
STATES = {
    HELD: InboundState.QUARANTINED,
    "received": InboundState.RECEIVED,
    "processed": InboundState.PROCESSED,
    "ignored": InboundState.IGNORED,
    "discarded": InboundState.DISCARDED,
}
SHOWN = (EVERY, *STATES)
WORD = re.compile(r"[\w.@+-]*\w[\w.@+-]*")
WORDS_LOOKED_FOR = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages to show; `since` and `until` are whole days of the viewer, `before` the last id seen."""

    state: str = EVERY
    mailbox_id: int | None = None
    words: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @property
    def is_narrow(self) -> bool:
        return bool(self.mailbox_id or self.words or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Row:
    """One message with the address of the mailbox it came to."""

    mail: InboundMail
    mailbox: str


def page_of(wanted: Wanted, zone: ZoneInfo) -> list[Row]:
    """One page, the last to come first, and one row more when there is a next one; one statement."""
    rows = db.session.execute(
        select(InboundMail, Mailbox.address)
        .join(Mailbox, Mailbox.id == InboundMail.mailbox_id)
        .where(*_conditions(wanted, zone))
        .order_by(InboundMail.received_at.desc(), InboundMail.id.desc())
        .limit(PAGE + 1)
    )
    return [Row(mail, address) for mail, address in rows]


def held_count() -> int:
    """How many messages are held, no further than COUNTED."""
    some = select(InboundMail.id).where(InboundMail.state == InboundState.QUARANTINED).limit(COUNTED)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def mailboxes() -> list[tuple[int, str]]:
    """Every mailbox that mail has come to."""
    rows = db.session.execute(select(Mailbox.id, Mailbox.address).order_by(Mailbox.address))
    return [(row.id, row.address) for row in rows]


def mail_of(mail_id: int) -> InboundMail | None:
    return db.session.get(InboundMail, mail_id)


def copies_of(mail: InboundMail) -> Sequence[InboundMail]:
    """Later copies of the same mail, and the one that was kept."""
    of = InboundMail.copy_of_id == mail.id
    kept = or_(of, InboundMail.id == mail.copy_of_id) if mail.copy_of_id else of
    return db.session.scalars(select(InboundMail).where(kept).order_by(InboundMail.id).limit(PAGE)).all()


def _conditions(wanted: Wanted, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state in STATES:
        found.append(InboundMail.state == STATES[wanted.state])
    if wanted.mailbox_id is not None:
        found.append(InboundMail.mailbox_id == wanted.mailbox_id)
    if wanted.words.strip():
        found.append(_speaks_of(wanted.words))
    if wanted.since is not None:
        found.append(InboundMail.received_at >= _midnight(wanted.since, zone))
    if wanted.until is not None:
        found.append(InboundMail.received_at < _midnight(wanted.until + timedelta(days=1), zone))
    if wanted.before is not None:
        found += _older_than(wanted.before)
    return found


def _older_than(mail_id: int) -> list[ColumnElement[bool]]:
    """Those that came before that one; of the same moment, those with a smaller id."""
    earlier = aliased(InboundMail)
    moment = select(earlier.received_at).where(earlier.id == mail_id).scalar_subquery()
    is_earlier = or_(InboundMail.received_at < moment, InboundMail.id < mail_id)
    return [InboundMail.received_at <= moment, is_earlier]


def _speaks_of(words: str) -> ColumnElement[bool]:
    """Its Message-ID is that, or its sender and subject have all these words, each from its beginning."""
    own_id = words.strip().strip("<>")
    is_that = InboundMail.rfc_message_id.in_((own_id, f"<{own_id}>"))
    asked = " & ".join(f"'{word}':*" for word in WORD.findall(words)[:WORDS_LOOKED_FOR])
    if not asked:
        return is_that
    vector: ColumnElement[object] = literal_column(WORDS)
    return or_(is_that, vector.op("@@")(func.to_tsquery("simple", asked)))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
