"""How many acknowledgements may go where, so that no loop runs on and nobody is flooded through us."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.clients.models import CompanyKind
from helpdesk.clients.queries import company_by_domain
from helpdesk.clients.rules import domain_of
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.notifications.actions import hold_back
from helpdesk.notifications.cap_models import Cap, CapBite
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient

TO_KNOWN = (3, timedelta(hours=1))
TO_UNKNOWN = (3, timedelta(days=1))
TO_DOMAIN = (10, timedelta(hours=1))
HELD_BACK = N_("not sent: the limit of acknowledgements was reached")


def cap_on(email: str, *, is_known: bool, now: datetime) -> Cap | None:
    """Which limit one more acknowledgement to that address would pass; None: it may go.

    The limit of a domain is for those of nobody in particular; a client's domain has none.
    """
    most, window = TO_KNOWN if is_known else TO_UNKNOWN
    if _acknowledged(OutboxRecipient.email == email, now - window) >= most:
        return Cap.ADDRESS
    domain, (most, window) = domain_of(email), TO_DOMAIN
    if company_by_domain(domain).kind is not CompanyKind.UNKNOWN:
        return None
    same = func.split_part(OutboxRecipient.email, "@", 2) == domain
    return Cap.DOMAIN if _acknowledged(same, now - window) >= most else None


def hold_by_cap(mail: Outbox, cap: Cap, email: str, *, now: datetime) -> None:
    """Keep the mail as a row that says why it was not sent, where the ticket and administrators see it."""
    hold_back(mail, HELD_BACK, now=now)
    who = domain_of(email) if cap is Cap.DOMAIN else email
    db.session.add(CapBite(cap=cap, who=who, ticket_id=mail.ticket_id, outbox_id=mail.id, at=now))


def note_flood(inbound_mail_id: int, email: str, *, now: datetime) -> None:
    """A message was held because its sender opened too many tickets; the same one once."""
    row = insert(CapBite).values(cap=Cap.TICKETS, who=email, inbound_mail_id=inbound_mail_id, at=now)
    db.session.execute(row.on_conflict_do_nothing())


def _acknowledged(to: ColumnElement[bool], since: datetime) -> int:
    """How many really went, or will go."""
    counted = (
        select(func.count())
        .select_from(Outbox)
        .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
        .where(Outbox.kind == OutboxKind.ACKNOWLEDGEMENT, Outbox.created_at > since)
        .where(to, OutboxRecipient.state != DeliveryState.FAILED)
    )
    return db.session.scalar(counted) or 0
