"""Notices as things of the matrix: one's own, a stranger's, or none."""

from helpdesk.accounts.models import Person
from helpdesk.db import db
from helpdesk.notifications.models import Notice
from tests.conftest import NOON
from tests.factories import an_agent
from tests.permissions.placed import CANARY, Placed


def a_notice(relation: str, person: Person | None) -> Placed:
    """An unread notice of the person, or of somebody else."""
    if relation == "missing":
        return Placed({"notice_id": 999_999})
    owner = person if relation == "own" and person else an_agent(CANARY)
    notice = Notice(person_id=owner.id, kind="ticket.assigned", payload={}, created_at=NOON)
    db.session.add(notice)
    db.session.flush()
    return Placed({"notice_id": notice.id})
