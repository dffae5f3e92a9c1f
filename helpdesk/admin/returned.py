"""What caps hold back, where mail does not go any more, and reports that nobody could match."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.i18n import gettext as _
from helpdesk.mail.actions import LET_IN, retry
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.held_receipts import release_receipt

SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Held:
    """What one limit holds back of or for one address or domain."""

    cap: Cap
    who: str
    count: int
    since: datetime
    last_at: datetime
    ticket_id: int | None


@dataclass(frozen=True, kw_only=True)
class ShutAddress:
    """An address that is not written to; `contact_id` None: it is no contact's."""

    email: str
    since: datetime
    words: str
    complained: bool
    name: str | None
    contact_id: int | None


def held_by_caps() -> Sequence[Held]:
    """Grouped by limit and address, the latest first; one statement."""
    rows = db.session.execute(
        select(
            CapBite.cap,
            CapBite.who,
            func.count().label("count"),
            func.min(CapBite.at).label("since"),
            func.max(CapBite.at).label("last_at"),
            func.max(CapBite.ticket_id).label("ticket_id"),
        )
        .outerjoin(InboundMail, InboundMail.id == CapBite.inbound_mail_id)
        .where(*_is_held())
        .group_by(CapBite.cap, CapBite.who)
        .order_by(func.max(CapBite.at).desc())
        .limit(SHOWN)
    )
    return [Held(**row._mapping) for row in rows]


def release(cap: str, who: str, *, by: int, now: datetime) -> int:
    """Let go all that this limit holds of that address or domain; how many. Raises BadInput if nothing is."""
    wanted = select(CapBite).outerjoin(InboundMail, InboundMail.id == CapBite.inbound_mail_id)
    found = db.session.scalars(
        wanted.where(*_is_held(), CapBite.cap == cap, CapBite.who == who)
        .order_by(CapBite.id)
        .with_for_update(of=CapBite, key_share=True)
    ).all()
    if not found:
        raise BadInput(_("Nothing is held there any more."), "who")
    for bite in found:
        if bite.inbound_mail_id is None:
            release_receipt(bite, by=by, now=now)
        else:
            bite.released_at, bite.released_by_id = now, by
            mail = db.session.get_one(InboundMail, bite.inbound_mail_id)
            retry(mail, by=by, now=now)
            mail.reason = LET_IN
    return len(found)


def shut_addresses() -> Sequence[ShutAddress]:
    """Addresses of contacts, then of nobody, the latest first; two statements."""
    return [*_of_contacts(), *_of_nobody()]


def unmatched() -> Sequence[InboundMail]:
    """Delivery reports of which nobody can say what mail of ours they mean, newest first."""
    lost = select(InboundMail).where(
        InboundMail.state == InboundState.IGNORED, InboundMail.reason == "bounce_unmatched"
    )
    return db.session.scalars(lost.order_by(InboundMail.id.desc()).limit(SHOWN)).all()


def _is_held() -> tuple[ColumnElement[bool], ...]:
    """What was held in front of the door may have been let in one by one."""
    waits = or_(CapBite.inbound_mail_id.is_(None), InboundMail.state == InboundState.QUARANTINED)
    return CapBite.released_at.is_(None), waits


def _of_contacts() -> list[ShutAddress]:
    since = func.coalesce(ContactAddress.undeliverable_at, ContactAddress.complained_at)
    rows = db.session.execute(
        select(
            ContactAddress.email,
            since.label("since"),
            func.coalesce(ContactAddress.undeliverable_reason, "").label("words"),
            ContactAddress.undeliverable_at.is_(None).label("complained"),
            Person.name,
            Contact.id.label("contact_id"),
        )
        .join(Contact, Contact.id == ContactAddress.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .where(or_(ContactAddress.undeliverable_at.isnot(None), ContactAddress.complained_at.isnot(None)))
        .order_by(since.desc())
        .limit(SHOWN)
    )
    return [ShutAddress(**row._mapping) for row in rows]


def _of_nobody() -> list[ShutAddress]:
    rows = db.session.execute(_last_returns().limit(SHOWN))
    return [
        ShutAddress(
            email=row.email,
            since=row.at,
            words=f"{row.status} {row.words}".strip(),
            complained=False,
            name=None,
            contact_id=None,
        )
        for row in rows
    ]


def _last_returns() -> Select[str, datetime, str, str]:
    own = select(ContactAddress.id).where(ContactAddress.email == AddressReturn.email).exists()
    stands = and_(AddressReturn.shuts, AddressReturn.cleared_at.is_(None))
    last = select(func.max(AddressReturn.id)).where(stands).group_by(AddressReturn.email)
    return (
        select(AddressReturn.email, AddressReturn.at, AddressReturn.status, AddressReturn.words)
        .where(AddressReturn.id.in_(last), ~own)
        .order_by(AddressReturn.id.desc())
    )
