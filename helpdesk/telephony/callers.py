"""Who rang from a number before."""

from collections.abc import Sequence

from sqlalchemy import select, update

from helpdesk.db import db
from helpdesk.telephony.models import Call

MOST = 10


def rang_from(numbers: Sequence[str]) -> list[int]:
    """The contacts whose logged calls came from one of these numbers (E.164)."""
    if not numbers:
        return []
    query = select(Call.contact_id).where(Call.number_e164.in_(numbers)).distinct().limit(MOST)
    return list(db.session.scalars(query))


def pass_on(contact_ids: Sequence[int], to: int) -> None:
    """Calls of a caller whom nobody knew are calls of the contact he turned out to be."""
    others = [one for one in contact_ids if one != to]
    if others:
        db.session.execute(update(Call).where(Call.contact_id.in_(others)).values(contact_id=to))
