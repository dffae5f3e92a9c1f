"""What the routes about people of a mail act on: watchers, mail that was passed on, rules for senders."""

from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.mail.models import InboundMail
from helpdesk.mail.sender_models import SenderAct, SenderRule
from helpdesk.tickets import actions
from helpdesk.tickets.models import Message, Ticket
from tests.conftest import NOON
from tests.factories import a_client_message, the_system
from tests.permissions.placed import Maker, Placed


def watched(make: Maker) -> Maker:
    """The ticket with somebody who gets the answers."""

    def with_watcher(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is None:
            return Placed({**placed.url, "watcher_id": 1}, placed.values)
        now = max(NOON, ticket.last_event_at)
        row = actions.watch(ticket, "eve@elsewhere.example", by=the_system().id, now=now)
        return Placed({**placed.url, "watcher_id": row.id}, placed.values)

    return with_watcher


def passed_on(make: Maker) -> Maker:
    """The ticket, begun with a mail that one of us passed on and that may be of somebody else."""

    def with_mail(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is not None:
            first = db.session.scalar(
                select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id).limit(1)
            )
            if first is None:
                contact, now = db.session.get_one(Contact, ticket.contact_id), max(NOON, ticket.last_event_at)
                words = a_client_message(contact, "Words")
                first = actions.add_client_message(ticket, words, by=contact.person_id, now=now)
            first.evidence = ["passed_on:eve@elsewhere.example"]
            db.session.flush()
        return placed

    return with_mail


def a_sender_rule(relation: str, person: Person | None) -> Placed:
    """Something said of a sender, or nothing."""
    if relation == "missing":
        return Placed({"rule_id": 999_999})
    found = db.session.scalar(select(SenderRule).where(SenderRule.pattern == "@forms.example"))
    row = found or SenderRule(
        pattern="@forms.example", act=SenderAct.TRUST_REPLY_TO, created_by_id=the_system().id, created_at=NOON
    )
    db.session.add(row)
    db.session.flush()
    return Placed({"rule_id": row.id})


def marked(make: Maker) -> Maker:
    """The held mail, left aside because the server marked it as spam."""

    def as_spam(relation: str, person: Person | None) -> Placed:
        placed = make(relation, person)
        mail = db.session.get(InboundMail, placed.url["mail_id"])
        if mail is not None:
            mail.reason, mail.from_email = "spam", "eve@elsewhere.example"
            db.session.flush()
        return placed

    return as_spam
