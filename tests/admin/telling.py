"""What the history of settings says, for tests."""

from flask import current_app

from helpdesk.admin import changes
from helpdesk.admin.changes import Change


def history_of(kind: str, thing_id: int) -> list[Change]:
    """The changes of one thing, newest first, in English."""
    with current_app.test_request_context():
        return changes.changes_of(kind, thing_id)


def before_and_after(change: Change) -> dict[str, tuple[str, str]]:
    """Its lines by the name of the field."""
    return {line.field: (line.before, line.after) for line in change.lines}
