"""One way in: whatever a person sends, by whatever channel, becomes a ticket or joins one."""

from helpdesk.intake.incoming import (
    Behalf,
    Body,
    Incoming,
    IncomingFile,
    Outcome,
    Pointer,
    Receipt,
    Sender,
    SenderCheck,
    Wishes,
)
from helpdesk.intake.receiving import receive

__all__ = [
    "Behalf",
    "Body",
    "Incoming",
    "IncomingFile",
    "Outcome",
    "Pointer",
    "Receipt",
    "Sender",
    "SenderCheck",
    "Wishes",
    "receive",
]
