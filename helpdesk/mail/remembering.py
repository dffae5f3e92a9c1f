"""What is kept so that later answers find their ticket: ids of both sides, numbers of others, our marks."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from helpdesk.db import db
from helpdesk.intake import Receipt
from helpdesk.intake.incoming import FOLLOWS
from helpdesk.mail.models import MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.pointing import externals_of
from helpdesk.mail.thread_models import ExternalTicket, SubjectPrefix
from helpdesk.mail.threading import prefix_of
from helpdesk.notifications.models import Outbox

ID_LENGTH = 998


def remember_mail(parsed: ParsedMail, receipt: Receipt, *, now: datetime) -> None:
    """From now on an answer to this mail belongs to the same ticket; a reused id stays where it was."""
    if receipt.ticket_id is None:
        return
    _remember(parsed.message_id, receipt.ticket_id, receipt.message_id, ours=False, now=now)
    _remember_numbers(parsed, receipt, now=now)


def remember_sent(mail: Outbox) -> None:
    """Our own id stands for this ticket from now on, and so do the letters in the subject."""
    if mail.ticket_id is None:
        return
    _remember(mail.rfc_message_id, mail.ticket_id, mail.message_id, ours=True, now=mail.created_at)
    prefix = prefix_of(mail.subject)
    if prefix:
        row = insert(SubjectPrefix).values(prefix=prefix, since=mail.created_at)
        db.session.execute(row.on_conflict_do_nothing())


def remember_alias(mail: Outbox, rfc_message_id: str, *, now: datetime) -> None:
    """A relay gave our mail another id: answers to that one belong to the same ticket.

    It is no proof, as we did not sign it: whoever answers must be on the ticket.
    """
    alias = f"<{rfc_message_id.strip().strip('<>')}>"
    if mail.ticket_id is not None and 2 < len(alias) <= ID_LENGTH and alias != mail.rfc_message_id:
        _remember(alias, mail.ticket_id, mail.message_id, ours=True, now=now)


def _remember(
    rfc_message_id: str, ticket_id: int, message_id: int | None, *, ours: bool, now: datetime
) -> None:
    row = insert(MailReference).values(
        rfc_message_id=rfc_message_id, ticket_id=ticket_id, message_id=message_id, ours=ours, created_at=now
    )
    db.session.execute(row.on_conflict_do_nothing())


def _remember_numbers(parsed: ParsedMail, receipt: Receipt, *, now: datetime) -> None:
    """The first ticket that a number came with keeps it, until one follows it."""
    for one in externals_of(parsed):
        row = insert(ExternalTicket).values(
            sender=one.sender, external_id=one.number, ticket_id=receipt.ticket_id, created_at=now
        )
        moves = {"ticket_id": row.excluded.ticket_id, "created_at": row.excluded.created_at}
        key = [ExternalTicket.sender, ExternalTicket.external_id]
        if receipt.because == FOLLOWS:
            row = row.on_conflict_do_update(index_elements=key, set_=moves)
        else:
            row = row.on_conflict_do_nothing()
        db.session.execute(row)
