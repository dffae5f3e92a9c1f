"""What returned mail, complaints and signs of life change about an address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update

from helpdesk import history
from helpdesk.beforehand import Asked, surely_not
from helpdesk.clients.facts import CONTACT
from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db

WINDOW = timedelta(days=30)
MOST = {ReturnKind.HARD: 1, ReturnKind.SOFT: 3, ReturnKind.POLICY: 3}
WORDS_KEPT = 500


@dataclass(frozen=True, kw_only=True)
class Returned:
    """One recipient that a delivery report says was not reached; `words` are the other server's own."""

    email: str
    kind: ReturnKind
    status: str
    words: str
    outbox_recipient_id: int | None
    inbound_mail_id: int | None


def note_returned(returned: Returned, *, now: datetime) -> bool:
    """Keep it, and shut the address when there is no such one, or when it has come back too often in thirty
    days; whether it is shut now. A report read twice counts once.
    """
    email = returned.email.strip().lower()
    if _is_known(email, returned.inbound_mail_id):
        return False
    many = _since(email, returned.kind, now - WINDOW) + 1
    shuts = returned.kind in MOST and many >= MOST[returned.kind]
    row = AddressReturn(
        email=email,
        kind=returned.kind,
        status=returned.status,
        words=returned.words[:WORDS_KEPT],
        shuts=shuts,
        at=now,
        outbox_recipient_id=returned.outbox_recipient_id,
        inbound_mail_id=returned.inbound_mail_id,
    )
    db.session.add(row)
    db.session.flush()
    if shuts:
        _shut(email, f"{returned.status} {returned.words}".strip()[:WORDS_KEPT], now)
    return shuts


def note_complaint(email: str, *, now: datetime) -> bool:
    """Nothing automatic goes to whoever reported our mail as unwanted; False if nobody has that address."""
    return _change(email, ContactAddress.complained_at.is_(None), complained_at=now)


def note_alive(email: str, *, now: datetime) -> None:
    """Somebody wrote from that address: whatever came back from it counts no longer."""
    email = email.strip().lower()
    if surely_not(Asked.CAME_BACK, email):
        return
    came_back = (AddressReturn.email == email, AddressReturn.cleared_at.is_(None))
    is_shut = ContactAddress.undeliverable_at.isnot(None)
    shut = exists().where(ContactAddress.email == email, is_shut)
    if not db.session.scalar(select(or_(exists().where(*came_back), shut))):
        return
    db.session.execute(update(AddressReturn).where(*came_back).values(cleared_at=now))
    _change(email, is_shut, undeliverable_at=None, undeliverable_reason=None)


def open_address(email: str, *, by: int, now: datetime) -> None:
    """A person says that the address may be written to again, whatever spoke against it; kept in the history
    of the contact whose address it is.
    """
    email = email.strip().lower()
    held = db.session.scalar(select(ContactAddress).where(ContactAddress.email == email))
    before = _facts(held) if held else {}
    note_alive(email, now=now)
    _change(email, ContactAddress.complained_at.isnot(None), complained_at=None)
    if held is not None:
        db.session.refresh(held)
        contact = db.session.get_one(Contact, held.contact_id)
        thing = (CONTACT, contact.id, contact.person.name)
        history.changed(thing, before, _facts(held), by=by, now=now)


def _facts(held: ContactAddress) -> history.Facts:
    is_shut = held.undeliverable_at is not None
    return {
        "undeliverable": held.email if is_shut else None,
        "undeliverable_reason": held.undeliverable_reason or None,
        "complained": held.email if held.complained_at else None,
    }


def _is_known(email: str, inbound_mail_id: int | None) -> bool:
    if inbound_mail_id is None:
        return False
    same = select(AddressReturn.id).where(
        AddressReturn.inbound_mail_id == inbound_mail_id, AddressReturn.email == email
    )
    return db.session.scalar(same) is not None


def _since(email: str, kind: ReturnKind, start: datetime) -> int:
    counted = select(func.count()).where(
        AddressReturn.email == email,
        AddressReturn.kind == kind,
        AddressReturn.at > start,
        AddressReturn.cleared_at.is_(None),
    )
    return db.session.scalar(counted) or 0


def _shut(email: str, words: str, now: datetime) -> None:
    is_open = ContactAddress.undeliverable_at.is_(None)
    _change(email, is_open, undeliverable_at=now, undeliverable_reason=words)


def _change(email: str, only_if: ColumnElement[bool], **values: object) -> bool:
    changed = db.session.execute(
        update(ContactAddress)
        .where(ContactAddress.email == email.strip().lower(), only_if)
        .values(**values)
        .returning(ContactAddress.id)
    )
    return changed.first() is not None
