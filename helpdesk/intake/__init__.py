"""One way in: whatever a person sends, by whatever channel, becomes a ticket or joins one."""

from helpdesk.intake.incoming import (
    Body,
    Incoming,
    IncomingFile,
    Outcome,
    Pointer,
    Receipt,
    Sender,
    Wishes,
)
from helpdesk.intake.receiving import receive

__all__ = [
    "Body",
    "Incoming",
    "IncomingFile",
    "Outcome",
    "Pointer",
    "Receipt",
    "Sender",
    "Wishes",
    "receive",
]
