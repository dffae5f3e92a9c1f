"""What a person does about mails that have not arrived: hurry them, let them go once more, give them up."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select, update

from helpdesk import history
from helpdesk.db import db, notify
from helpdesk.errors import N_
from helpdesk.events import publish
from helpdesk.notifications.actions import TAKEN_BACK
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.actions.ledger import stamp
from helpdesk.tickets.events import MailSentAgain
from helpdesk.tickets.mail_events import MailGivenUp
from helpdesk.tickets.models import Ticket

WAITING = (DeliveryState.QUEUED, DeliveryState.DELAYED, DeliveryState.SENDING)
NOT_ARRIVED = (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.BOUNCED)
GIVEN_UP = N_("Given up by hand.")


def hurry(outbox_ids: Collection[int] | None, *, by: int, now: datetime) -> int:
    """Let mails that wait be tried at once, None: all of them; how many. Those just being sent are left."""
    late = or_(Outbox.waiting_since.is_not(None), Outbox.due_at <= now)  # not what can still be taken back
    waiting = [Outbox.finished_at.is_(None), Outbox.lease_until.is_(None), late]
    if outbox_ids is not None:
        waiting.append(Outbox.id.in_(outbox_ids))
    free = select(Outbox.id).where(*waiting).with_for_update(skip_locked=True, key_share=True)
    sooner = update(Outbox).where(Outbox.id.in_(free)).returning(Outbox.id)
    count = len(
        db.session.execute(sooner.values(due_at=func.least(Outbox.due_at, now), waits_for_relay=False)).all()
    )
    if count:
        history.changed(("outbox", 0, ""), {"hurried": None}, {"hurried": count}, by=by, now=now)
    notify("outbox")
    return count


def repeat(outbox_ids: Collection[int], *, by: int, now: datetime) -> int:
    """Let the very same mails go once more to whom they did not reach; how many.

    What a machine wrote is old news by then, and stays where it is.
    """
    count = 0
    for mail in _locked(outbox_ids):
        recipients = again(mail, now=now) if mail.kind is OutboxKind.REPLY else 0
        count += bool(recipients)
        if recipients and mail.ticket_id is not None:
            ticket = db.session.get_one(Ticket, mail.ticket_id)
            facts = {"message_id": mail.message_id or 0, "outbox_id": mail.id, "recipients": recipients}
            publish(MailSentAgain(**stamp(ticket, by, now), **facts))
    notify("outbox")
    return count


def again(mail: Outbox, *, now: datetime) -> int:
    """Queue the mail for those it did not reach, under the same Message-ID; their number.

    0 when it reached everybody, was taken back, or is on its way.
    """
    if mail.finished_at is None or mail.error == TAKEN_BACK:
        return 0
    lost = (OutboxRecipient.outbox_id == mail.id, OutboxRecipient.state.in_(NOT_ARRIVED))
    queued = update(OutboxRecipient).where(*lost).returning(OutboxRecipient.id)
    rows = db.session.execute(queued.values(state=DeliveryState.QUEUED, answer=None, changed_at=now))
    count = len(rows.all())
    if count:
        mail.finished_at = mail.lease_until = mail.handed_over_at = mail.error = mail.waiting_since = None
        mail.attempts, mail.due_at, mail.waits_for_relay = 0, now, False
    return count


def give_up(outbox_ids: Collection[int], *, by: int, now: datetime) -> int:
    """Send these no more; how many. One that a sender has in hand is left to him."""
    count = 0
    for mail in _locked(outbox_ids):
        if mail.finished_at is not None or mail.lease_until is not None:
            continue
        count += 1
        recipients = _fail(mail, now)
        if mail.ticket_id is not None:
            ticket = db.session.get_one(Ticket, mail.ticket_id)
            facts = {"message_id": mail.message_id or 0, "outbox_id": mail.id, "recipients": recipients}
            publish(MailGivenUp(**stamp(ticket, by, now), **facts))
    if count:
        history.changed(("outbox", 0, ""), {"given_up": None}, {"given_up": count}, by=by, now=now)
    return count


def _fail(mail: Outbox, now: datetime) -> int:
    waiting = (OutboxRecipient.outbox_id == mail.id, OutboxRecipient.state.in_(WAITING))
    failed = update(OutboxRecipient).where(*waiting).returning(OutboxRecipient.id)
    rows = db.session.execute(failed.values(state=DeliveryState.FAILED, answer=GIVEN_UP, changed_at=now))
    mail.finished_at, mail.error, mail.waits_for_relay = now, GIVEN_UP, False
    return len(rows.all())


def _locked(outbox_ids: Collection[int]) -> list[Outbox]:
    """These mails, their tickets locked before them, in the order of their ids."""
    tickets = select(Outbox.ticket_id).where(Outbox.id.in_(outbox_ids), Outbox.ticket_id.is_not(None))
    rows = select(Ticket).where(Ticket.id.in_(tickets)).order_by(Ticket.id)
    db.session.scalars(rows.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    mails = select(Outbox).where(Outbox.id.in_(outbox_ids)).order_by(Outbox.id)
    return list(
        db.session.scalars(mails.with_for_update(key_share=True).execution_options(populate_existing=True))
    )
