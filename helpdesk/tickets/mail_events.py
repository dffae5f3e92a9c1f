"""What people decide about mails of a ticket that could not leave."""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.tickets.events import TicketFact


@dataclass(frozen=True, kw_only=True)
class MailGivenUp(TicketFact):
    """A person said that a mail which could not leave is not tried any more."""

    kind: ClassVar[str] = "ticket.mail_given_up"
    message_id: int
    outbox_id: int
    recipients: int
