"""What can be found out about a whole batch of messages at once, in place of once for each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, union

from helpdesk.accounts.models import Account
from helpdesk.beforehand import Asked
from helpdesk.clients import rules
from helpdesk.clients.models import Contact, ContactAddress
from helpdesk.clients.plus_parts import counted_as, is_counted_with
from helpdesk.clients.return_models import AddressReturn
from helpdesk.db import db
from helpdesk.mail.judging import FLOOD, hold_ids, opened_lately
from helpdesk.mail.models import InboundMail, MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.notifications.models import Outbox
from helpdesk.tickets.models import Message

Foreseen = Mapping[Asked, AbstractSet[Any]]


def foresee(batch: Mapping[int, ParsedMail], *, now: datetime) -> Foreseen:
    """Which questions about these messages, by the number of each, have the answer no; in the transaction
    that works on them, whose copies elsewhere wait from here on.

    Only what the messages before it in the same batch cannot change is foreseen.
    """
    ids = Counter(parsed.message_id for parsed in batch.values())
    senders = Counter(rules.address(parsed.from_email) for parsed in batch.values())
    hold_ids(ids)
    return {
        Asked.HELD_BY_ANOTHER: frozenset(ids),
        Asked.OURS: ids.keys() - _ours(ids),
        Asked.SAME_ID: _once(ids) - _known(ids, batch),
        Asked.MADE: batch.keys() - _column(Message.inbound_mail_id, Message.inbound_mail_id.in_(batch)),
        Asked.FLOOD: senders.keys() - _near_flood(senders, len(batch), now),
        Asked.STAFF: senders.keys() - _column(Account.email, Account.email.in_(senders)),
        Asked.WROTE: frozenset(db.session.scalars(_newcomers(_once(senders)))),
        **_of_addresses(batch, senders),
    }


def _of_addresses(batch: Mapping[int, ParsedMail], senders: Counter[str]) -> dict[Asked, AbstractSet[Any]]:
    """A report in the batch may say that mail to one of the senders comes back."""
    if any(parsed.is_bounce for parsed in batch.values()):
        return {}
    returned = select(AddressReturn.email).where(
        AddressReturn.email.in_(senders), AddressReturn.cleared_at.is_(None)
    )
    is_shut = ContactAddress.undeliverable_at.isnot(None)
    shut = select(ContactAddress.email).where(ContactAddress.email.in_(senders), is_shut)
    return {Asked.CAME_BACK: senders.keys() - set(db.session.scalars(union(returned, shut)))}


def _newcomers(senders: Iterable[str]) -> Select[int]:
    """People of these addresses from whom no word was ever kept."""
    wrote = select(Message.id).where(Message.author_id == Contact.person_id)
    people = select(Contact.person_id).join(ContactAddress, ContactAddress.contact_id == Contact.id)
    return people.where(ContactAddress.email.in_(senders), ~wrote.exists())


def _ours(ids: Iterable[str]) -> set[str]:
    sent = select(Outbox.rfc_message_id).where(Outbox.rfc_message_id.in_(ids))
    referred = select(MailReference.rfc_message_id).where(MailReference.rfc_message_id.in_(ids))
    return set(db.session.scalars(union(sent, referred.where(MailReference.ours))))


def _known(ids: Iterable[str], batch: Iterable[int]) -> set[str]:
    """Those that messages outside the batch have as well."""
    others = (InboundMail.rfc_message_id.in_(ids), InboundMail.id.not_in(batch))
    return _column(InboundMail.rfc_message_id, *others)


def _near_flood(senders: Iterable[str], more: int, now: datetime) -> set[str]:
    """Who may reach the limit if all of the batch are new tickets of his."""
    if more > FLOOD:
        return set(senders)
    mine = or_(false(), *(is_counted_with(InboundMail.from_email, one) for one in {*senders} - {""}))
    opened = db.session.scalars(select(InboundMail.from_email).where(mine, *opened_lately(now)))
    times = Counter(counted_as(email or "") for email in opened)
    return {one for one in senders if times[counted_as(one)] + more > FLOOD}


def _once(counted: Counter[str]) -> frozenset[str]:
    return frozenset(one for one, times in counted.items() if times == 1)


def _column(column: Any, *where: ColumnElement[bool]) -> set[Any]:
    return set(db.session.scalars(select(column).where(*where)))
