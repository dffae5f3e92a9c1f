"""How far the writing of the demo's past has come, for whoever is at the sign-in page already."""

from sqlalchemy import func, select

from helpdesk.db import db
from helpdesk.demo.history import KIND
from helpdesk.events import EventRow
from helpdesk.tickets.models import Ticket


def progress() -> tuple[int, int] | None:
    """(written, planned) tickets of the stretch; None before it is planned and once it is whole."""
    numbers = db.session.scalar(
        select(EventRow.payload["numbers"]).where(EventRow.kind == KIND).order_by(EventRow.id.desc()).limit(1)
    )
    if not numbers:
        return None
    written = select(func.count()).select_from(Ticket).where(Ticket.id.between(min(numbers), max(numbers)))
    done = min(db.session.scalar(written) or 0, len(numbers))
    return (done, len(numbers)) if done < len(numbers) else None
