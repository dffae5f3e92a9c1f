"""Things of the permission matrix that were brought in: a file whose rows are checked."""

from helpdesk.accounts.models import Person
from helpdesk.carriage import runs
from helpdesk.carriage.cargo import Cargo
from helpdesk.carriage.models import RunState
from helpdesk.clock import process_time
from helpdesk.db import db
from tests.factories import the_system
from tests.permissions.placed import CANARY, Placed


def a_checked_import(relation: str, person: Person | None) -> Placed:
    """A file with one contact, whose row is right, or none."""
    if relation == "missing":
        return Placed({"run_id": 999_999})
    content = f"Name,Company\n{CANARY},{CANARY}\n".encode()
    run = runs.hand_in(Cargo.CONTACTS, f"{CANARY}.csv", content, by=the_system().id, now=process_time())
    run.state, run.counts = RunState.CHECKED, {"new": 1, "changed": 0, "same": 0, "wrong": 0}
    db.session.flush()
    return Placed({"run_id": run.id})
