"""What a mail of the past answers."""

from collections.abc import Iterable
from datetime import datetime

from helpdesk.demo.chronicle.rows import Row


def talk_until(at: datetime, references: Iterable[Row]) -> tuple[tuple[str, ...], str | None]:
    """The ids of the mails so far, and the one that is answered: the client's last, else our own."""
    known = [one for one in references if one["created_at"] <= at]
    theirs = [one["rfc_message_id"] for one in known if not one["ours"]]
    ids = tuple(one["rfc_message_id"] for one in known)
    return ids, theirs[-1] if theirs else (ids[-1] if ids else None)
