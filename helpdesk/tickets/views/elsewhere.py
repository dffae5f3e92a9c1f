"""Other mailboxes of the desk that the same mail came to, as rows of the page."""

from typing import Any

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.orm import aliased

from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.views.jsonb import listed


def elsewhere_of_message() -> ScalarSelect[Any]:
    """Each copy of the mail behind the message at hand that lay in a mailbox other than the ticket's."""
    copy, kept = aliased(InboundMail), aliased(InboundMail)
    other_id = case((copy.mailbox_id != Ticket.mailbox_id, copy.mailbox_id), else_=kept.mailbox_id)
    row = func.jsonb_build_object(
        "id", copy.id,
        "mailbox_id", Mailbox.id,
        "address", Mailbox.address,
        "is_opened", copy.state == InboundState.PROCESSED,
    )  # fmt: skip
    return (
        select(listed(row, copy.id))
        .select_from(copy)
        .join(kept, kept.id == copy.copy_of_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Mailbox, Mailbox.id == other_id)
        .where(copy.copy_of_id == Message.inbound_mail_id, Mailbox.id != Ticket.mailbox_id)
        .correlate(Message)
        .scalar_subquery()
    )
