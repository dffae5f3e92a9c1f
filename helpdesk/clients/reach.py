"""The one gate for outgoing mail: which addresses must not be written to, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Select, case, func, literal, or_, select, union_all

from helpdesk.clients.models import ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db

LAST = 2**62


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
    rows = db.session.execute(union_all(_returned(wanted), _kept_shut(wanted, by_machine=by_machine)))
    return {
        email: Closure(email=email, barrier=Barrier(barrier), since=since, words=words)
        for email, barrier, since, words, _ in sorted(rows, key=lambda row: row.place)
    }


def _returned(wanted: set[str]) -> Select[*tuple[Any, ...]]:
    """Addresses that are nobody's: of watchers and of whoever else was put into copy."""
    said = func.trim(AddressReturn.status + " " + AddressReturn.words)
    return select(
        AddressReturn.email,
        literal(Barrier.UNDELIVERABLE.value).label("barrier"),
        AddressReturn.at.label("since"),
        said.label("words"),
        AddressReturn.id.label("place"),
    ).where(AddressReturn.email.in_(wanted), AddressReturn.shuts, AddressReturn.cleared_at.is_(None))


def _kept_shut(wanted: set[str], *, by_machine: bool) -> Select[*tuple[Any, ...]]:
    """Addresses of contacts, which say more than any single return and so come last."""
    is_dead = ContactAddress.undeliverable_at.isnot(None)
    is_shut = or_(is_dead, ContactAddress.complained_at.isnot(None)) if by_machine else is_dead
    return select(
        ContactAddress.email,
        case((is_dead, Barrier.UNDELIVERABLE.value), else_=Barrier.COMPLAINED.value).label("barrier"),
        func.coalesce(ContactAddress.undeliverable_at, ContactAddress.complained_at).label("since"),
        case((is_dead, func.coalesce(ContactAddress.undeliverable_reason, "")), else_="").label("words"),
        literal(LAST, BigInteger).label("place"),
    ).where(ContactAddress.email.in_(wanted), is_shut)
