"""Handing one written mail over at an SMTP door of this machine, as any mail program does."""

import smtplib
from email.message import EmailMessage

from helpdesk.errors import BadInput

TIMEOUT_S = 20


def hand_over(message: EmailMessage, sender: str, recipient: str, door: tuple[str, int]) -> None:
    """Hand it over at (host, port). Raises BadInput with the door's words when it refuses."""
    try:
        with smtplib.SMTP(*door, timeout=TIMEOUT_S) as server:
            server.send_message(message, sender, [recipient])
    except (smtplib.SMTPException, OSError) as refusal:
        raise BadInput("The desk's mail door did not take it: %(refusal)s", refusal=refusal) from refusal
