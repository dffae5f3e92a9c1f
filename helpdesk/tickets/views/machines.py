"""What machines did to a ticket's mail, as its page shows it: what came back, what a cap holds, alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from helpdesk.clients.models import ContactAddress
from helpdesk.clients.return_models import AddressReturn
from helpdesk.mail.judging import UNPROVED_REPORT
from helpdesk.mail.models import InboundMail
from helpdesk.notifications.cap_models import CapBite
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets.alert_models import TicketAlert
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.views.jsonb import rows
from helpdesk.tickets.views.reading import Facts


@dataclass(frozen=True)
class Lost:
    """An answer that did not reach an address; `is_shut`: nothing is sent there any more; `is_proved`: the
    report had a mail of ours in its hands, otherwise anybody may have written it.
    """

    email: str
    reason: str
    is_shut: bool
    is_proved: bool = True


@dataclass(frozen=True)
class Alerts:
    """How often a machine said this, when last, and since when all is well (None: it is not)."""

    mails: int
    last_at: datetime
    recovered_at: datetime | None


@dataclass(frozen=True)
class Machines:
    """All of it; `has_held_receipt`: the acknowledgement waits for somebody to let it go."""

    lost: Sequence[Lost] = ()
    has_held_receipt: bool = False
    alerts: Alerts | None = None


def machines_of(ticket: Ticket) -> ScalarSelect[Any]:
    """The rows, for the one statement around the ticket."""
    held = select(CapBite.id).where(CapBite.ticket_id == ticket.id, CapBite.released_at.is_(None)).exists()
    dead = ContactAddress.undeliverable_at.isnot(None)
    addresses = rows(
        ContactAddress,
        ("email", "undeliverable_reason"),
        ContactAddress.contact_id == ticket.contact_id,
        dead,
    )
    alerts = rows(TicketAlert, ("mails", "last_at", "recovered_at"), TicketAlert.ticket_id == ticket.id)
    return select(
        func.jsonb_build_object(
            *("lost", _lost(ticket.id), "hints", _hints(ticket.id), "dead", addresses),
            *("held", held, "alerts", alerts),
        )
    ).scalar_subquery()


def _lost(ticket_id: int) -> ScalarSelect[Any]:
    """What became of the last answer to each address, where it came back."""
    bounced = OutboxRecipient.state == DeliveryState.BOUNCED
    return rows(OutboxRecipient, ("email", "answer"), OutboxRecipient.id.in_(_last(ticket_id)), bounced)


def _hints(ticket_id: int) -> ScalarSelect[Any]:
    """What unproved reports say of the last answer to each address, until somebody writes from there."""
    unproved = select(InboundMail.id).where(
        InboundMail.id == AddressReturn.inbound_mail_id, InboundMail.reason == UNPROVED_REPORT
    )
    return rows(
        AddressReturn,
        ("email", "status", "words"),
        AddressReturn.outbox_recipient_id.in_(_last(ticket_id)),
        AddressReturn.cleared_at.is_(None),
        unproved.exists(),
    )


def _last(ticket_id: int) -> Select[int]:
    return (
        select(func.max(OutboxRecipient.id))
        .join(Outbox, Outbox.id == OutboxRecipient.outbox_id)
        .where(Outbox.ticket_id == ticket_id, Outbox.kind == OutboxKind.REPLY)
        .group_by(OutboxRecipient.email)
    )


def machines_shown(facts: Facts) -> Machines:
    """The rows as the page needs them; each address once, what is shut for good first."""
    shut = {
        row["email"]: Lost(row["email"], row["undeliverable_reason"] or "", True) for row in facts["dead"]
    }
    lost = {row["email"]: Lost(row["email"], row["answer"] or "", False) for row in facts["lost"]}
    hints = {row["email"]: _hinted(row) for row in facts["hints"]}
    alert = facts["alerts"][0] if facts["alerts"] else None
    return Machines(
        lost=tuple((hints | lost | shut).values()),
        has_held_receipt=facts["held"],
        alerts=_alerts(alert) if alert and alert["mails"] > 1 else None,
    )


def _hinted(row: Facts) -> Lost:
    return Lost(row["email"], f"{row['status']} {row['words']}".strip(), is_shut=False, is_proved=False)


def _alerts(row: Facts) -> Alerts:
    well = row["recovered_at"]
    return Alerts(
        mails=row["mails"],
        last_at=datetime.fromisoformat(row["last_at"]),
        recovered_at=datetime.fromisoformat(well) if well else None,
    )
