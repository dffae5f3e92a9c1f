"""What waits in the composer and stands under it, as one value inside the page's statement."""

from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import Contact
from helpdesk.notifications.letters import signature_of_mailbox
from helpdesk.tickets.draft_models import Draft, Upload
from helpdesk.tickets.models import Ticket

DRAFT = ("kind", "text", "html", "cc", "third_party", "picked", "addressed", "saved_at")
UPLOAD = ("name", "size", "inline")


def unsent(ticket: Ticket, person_id: int) -> Any:
    """The draft (null: none) with the name of whom it was begun for, the waiting files, the person's
    signature with his phone, and the mailbox's.
    """
    account = Account.person_id == person_id
    own, own_html, phone = (
        select(column).where(account).scalar_subquery()
        for column in (Account.signature, Account.signature_html, Account.phone)
    )
    mailbox = signature_of_mailbox(ticket.mailbox_id).subquery()
    shared, shared_html = (
        select(column).scalar_subquery() for column in (mailbox.c.signature, mailbox.c.signature_html)
    )
    return func.jsonb_build_object(
        "draft", _draft(ticket.id, person_id),
        "uploads", _uploads(ticket.id, person_id),
        "own", func.coalesce(own, ""),
        "own_html", own_html,
        "phone", func.coalesce(phone, ""),
        "shared", func.coalesce(shared, ""),
        "shared_html", shared_html,
    )  # fmt: skip


def _draft(ticket_id: int, person_id: int) -> Any:
    pairs = [part for name in DRAFT for part in (name, getattr(Draft, name))]
    row = func.jsonb_build_object(*pairs, "revision", cast(Draft.revision, Text), "begun_for", _begun_for())
    return select(row).where(Draft.ticket_id == ticket_id, Draft.person_id == person_id).scalar_subquery()


def _begun_for() -> Any:
    begun = Contact.id == Draft.addressed["contact_id"].as_integer()
    name = select(Person.name).join(Contact, Contact.person_id == Person.id).where(begun)
    return name.correlate(Draft).scalar_subquery()


def _uploads(ticket_id: int, person_id: int) -> Any:
    pairs = [part for name in UPLOAD for part in (name, getattr(Upload, name))]
    row = func.jsonb_build_object(*pairs, "public_id", cast(Upload.public_id, Text))
    rows = func.jsonb_agg(aggregate_order_by(row, Upload.id))
    return (
        select(func.coalesce(rows, func.jsonb_build_array()))
        .where(Upload.ticket_id == ticket_id, Upload.person_id == person_id)
        .scalar_subquery()
    )
