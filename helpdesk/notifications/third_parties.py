"""Mail to somebody who is not the client, and mail that goes out once more."""

from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.db import db, notify
from helpdesk.errors import RuleViolation
from helpdesk.events import EventRow, publish
from helpdesk.mail.headers import Address
from helpdesk.mail.linking import text_to_html
from helpdesk.notifications.actions import TAKEN_BACK, Mailing, queue_mail
from helpdesk.notifications.letters import signature_of, write
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.notifications.repeating import again
from helpdesk.notifications.wording import Occasion
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.events import MailSentAgain, TicketForwarded
from helpdesk.tickets.models import Message, Ticket

UNDO = timedelta(seconds=10)


def queue_forward(event: TicketForwarded, row: EventRow) -> None:
    """Send the words to the third party in ten seconds; his answer finds the ticket, and stays inside."""
    ticket = db.session.get_one(Ticket, event.ticket_id)
    message = db.session.get_one(Message, event.message_id)
    signature = signature_of(message.author_id, ticket.mailbox_id)
    mailing = Mailing(
        key=f"forward:{message.id}",
        kind=OutboxKind.REPLY,
        letter=write(
            Occasion.FORWARD, ticket, form=_form_of(message), answer=message.text, signature=signature
        ),
        to=tuple(Address("", email) for email in message.recipients["to"]),
        message_id=message.id,
        due_at=event.at + UNDO,
    )
    queue_mail(ticket, mailing, now=event.at)


def _form_of(message: Message) -> str | None:
    """The words with their form, and below them what they quote."""
    if message.html is None or message.reply_until is None:
        return message.html
    return f"{message.html}<br>{text_to_html(message.text[message.reply_until :])}"


def send_again(ticket: Ticket, message: Message, *, by: int, now: datetime) -> None:
    """Let the very same mail go once more to whom it did not reach. Raises RuleViolation when it reached
    everybody.
    """
    mail = db.session.scalar(
        select(Outbox)
        .where(Outbox.message_id == message.id, Outbox.kind == OutboxKind.REPLY)
        .with_for_update(key_share=True)
        .limit(1)
    )
    if mail is None or mail.finished_at is None or mail.error == TAKEN_BACK:
        raise RuleViolation("There is nothing to send again.")
    count = again(mail, now=now)
    if not count:
        raise RuleViolation("It has reached everybody.")
    publish(
        MailSentAgain(**stamp(ticket, by, now), message_id=message.id, outbox_id=mail.id, recipients=count)
    )
    notify("outbox")
