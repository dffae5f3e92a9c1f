"""The one gate for outgoing mail: which addresses must not be written to, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select

from helpdesk.clients.models import ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db


class Barrier(StrEnum):
    """Why nothing is sent: mail comes back for good, or the person called our mail unwanted."""

    UNDELIVERABLE = "undeliverable"
    COMPLAINED = "complained"


@dataclass(frozen=True, kw_only=True)
class Closure:
    """An address that must not be written to; `words` are the other server's own, empty when it gave none."""

    email: str
    barrier: Barrier
    since: datetime
    words: str = ""


def closed(emails: Iterable[str], *, by_machine: bool) -> dict[str, Closure]:
    """Which of these addresses must not be written to, by address in lower case.

    Whatever sends asks here, right before it sends. Who complained may still be answered by a person; what
    comes back for good comes back for everybody. With `by_machine` the mail is one that nobody wrote.
    """
    wanted = {email.strip().lower() for email in emails}
    if not wanted:
        return {}
    return {one.email: one for one in (*_returned(wanted), *_kept_shut(wanted, by_machine=by_machine))}


def _kept_shut(wanted: set[str], *, by_machine: bool) -> list[Closure]:
    rows = db.session.scalars(
        select(ContactAddress).where(
            ContactAddress.email.in_(wanted),
            or_(ContactAddress.undeliverable_at.isnot(None), ContactAddress.complained_at.isnot(None)),
        )
    )
    return [one for row in rows if (one := _closure(row, by_machine=by_machine))]


def _closure(row: ContactAddress, *, by_machine: bool) -> Closure | None:
    if row.undeliverable_at is not None:
        words = row.undeliverable_reason or ""
        return Closure(
            email=row.email, barrier=Barrier.UNDELIVERABLE, since=row.undeliverable_at, words=words
        )
    if row.complained_at is not None and by_machine:
        return Closure(email=row.email, barrier=Barrier.COMPLAINED, since=row.complained_at)
    return None


def _returned(wanted: set[str]) -> list[Closure]:
    """Addresses that are nobody's: of watchers and of whoever else was put into copy."""
    rows = db.session.execute(
        select(AddressReturn.email, AddressReturn.at, AddressReturn.status, AddressReturn.words)
        .where(AddressReturn.email.in_(wanted), AddressReturn.shuts, AddressReturn.cleared_at.is_(None))
        .order_by(AddressReturn.id)
    )
    return [
        Closure(email=email, barrier=Barrier.UNDELIVERABLE, since=at, words=f"{status} {words}".strip())
        for email, at, status, words in rows
    ]
