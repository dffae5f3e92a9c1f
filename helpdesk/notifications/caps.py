"""How many acknowledgements may go where, so that no loop runs on and nobody is flooded through us."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.clients.models import CompanyKind
from helpdesk.clients.plus_parts import counted_as, is_counted_with
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
HELD_BACK = N_("The limit of acknowledgements was reached.")
SOLVED_IN_CALL = N_("It was solved during the call.")
SPLIT_UNDONE = N_("The split that made the number was undone.")


def cap_on(email: str, *, is_known: bool, now: datetime) -> Cap | None:
    """Which limit one more acknowledgement to that address would pass; None: it may go.

    The limit of a domain is for those of nobody in particular; a client's domain has none.
    """
    most, window = TO_KNOWN if is_known else TO_UNKNOWN
    most_of_domain, window_of_domain = TO_DOMAIN
    to_address, to_domain = _acknowledged(email, now - window, now - window_of_domain)
    if to_address >= most:
        return Cap.ADDRESS
    if to_domain < most_of_domain:
        return None
    return Cap.DOMAIN if company_by_domain(domain_of(email)).kind is CompanyKind.UNKNOWN else None


def hold_by_cap(mail: Outbox, cap: Cap, email: str, *, now: datetime) -> None:
    """Keep the mail as a row that says why it was not sent, where the ticket and administrators see it."""
    hold_back(mail, HELD_BACK, now=now)
    who = domain_of(email) if cap is Cap.DOMAIN else counted_as(email)
    db.session.add(CapBite(cap=cap, who=who, ticket_id=mail.ticket_id, outbox_id=mail.id, at=now))


def note_flood(inbound_mail_id: int, email: str, *, now: datetime) -> None:
    """A message was held because its sender opened too many tickets; the same one once."""
    row = insert(CapBite).values(cap=Cap.TICKETS, who=email, inbound_mail_id=inbound_mail_id, at=now)
    db.session.execute(row.on_conflict_do_nothing())


def _acknowledged(email: str, since: datetime, since_of_domain: datetime) -> tuple[int, int]:
    """How many really went, or will go: to the address, and to all of its domain."""
    is_to = is_counted_with(OutboxRecipient.email, email)
    is_near = func.split_part(OutboxRecipient.email, "@", 2) == domain_of(email)
    counted = (
        select(
            func.count().filter(is_to, Outbox.created_at > since),
            func.count().filter(is_near, Outbox.created_at > since_of_domain),
        )
        .select_from(Outbox)
        .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
        .where(Outbox.kind == OutboxKind.ACKNOWLEDGEMENT, Outbox.created_at > min(since, since_of_domain))
        .where(or_(is_to, is_near), OutboxRecipient.state != DeliveryState.FAILED)
    )
    found = db.session.execute(counted).one()
    return found[0], found[1]
