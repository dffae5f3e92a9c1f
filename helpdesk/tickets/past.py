"""How far back a conversation may lie that is entered only now. Pure."""

from datetime import datetime, timedelta

from helpdesk.errors import RuleViolation

LATEST_ENTRY = timedelta(days=7)  # how long after it took place a conversation may be entered


def check_past(at: datetime, *, created_at: datetime | None, now: datetime) -> None:
    """Refuse a conversation that is yet to come, older than its ticket (None: opens one), or long past."""
    if at > now:
        raise RuleViolation("That moment is still to come.")
    if now - at > LATEST_ENTRY:
        raise RuleViolation("That is more than seven days ago: write a note about it instead.")
    if created_at is not None and at < created_at:
        raise RuleViolation("That was before this ticket began: choose a later moment, or another ticket.")
