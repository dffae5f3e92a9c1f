"""Where the evidence of a mail leads: to which tickets, and to which message of theirs."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from helpdesk.clients.rules import address
from helpdesk.config import settings
from helpdesk.db import asked_once, db
from helpdesk.intake import Pointer
from helpdesk.mail.expressions import number_in
from helpdesk.mail.models import MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.sender_models import SenderAct, SenderRule
from helpdesk.mail.thread_models import ExternalTicket, SubjectPrefix
from helpdesk.mail.threading import Evidence, External, Proof, evidence, wrong_tokens
from helpdesk.notifications.models import Outbox
from helpdesk.notifications.signing import keys
from helpdesk.tickets.joined import WRONG

POINTERS = 120
EXTERNALS = 5
log = logging.getLogger(__name__)


def pointers_of(parsed: ParsedMail) -> tuple[Pointer, ...]:
    """Tickets that the mail points to, in the order of trust."""
    found = evidence(parsed, keys(), prefixes(), externals_of(parsed))[:POINTERS]
    places = _stored([one.message_id for one in found if one.kind is Proof.STORED_MESSAGE_ID])
    numbers = _known([one.external for one in found if one.external])
    pairs = ((one, _place(one, places, numbers)) for one in found)
    return tuple(
        Pointer(
            ticket_id=place.ticket_id, code=one.kind.value, is_signed=one.is_signed, message_id=place.answers
        )
        for one, place in pairs
        if place is not None
    )


def wrong_marks(mail_id: int, parsed: ParsedMail) -> tuple[str, ...]:
    """Codes for what looks like a mark of ours and is none; the next evidence counts."""
    found = tuple(one.value for one in wrong_tokens(parsed, keys()))
    if found:
        log.warning("threading: inbound_mail=%d carries wrong marks: %s", mail_id, ", ".join(found))
    return tuple(f"{WRONG}{one}" for one in found)


@asked_once
def prefixes() -> frozenset[str]:
    """The letters before ticket numbers, those of now and those that mail carried before."""
    return frozenset({settings().ticket_prefix, *db.session.scalars(select(SubjectPrefix.prefix))})


def externals_of(parsed: ParsedMail) -> tuple[External, ...]:
    """The numbers of another system in the subject, by what the desk was told about this sender."""
    email = address(parsed.from_email)
    if not email:
        return ()
    domain = f"@{email.rpartition('@')[2]}"
    rules = (rule for rule in _external_rules() if rule[0] in (email, domain))
    found = ((pattern, number_in(expression, parsed.subject)) for pattern, expression in rules)
    return tuple(External(pattern, number) for pattern, number in found if number)[:EXTERNALS]


@asked_once
def _external_rules() -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(
        select(SenderRule.pattern, SenderRule.expression)
        .where(SenderRule.act == SenderAct.EXTERNAL_ID)
        .order_by(SenderRule.id)
    )
    return tuple((row.pattern, row.expression or "") for row in rows)


@dataclass(frozen=True)
class _Place:
    """A ticket, and the message on it that is answered (None: not known)."""

    ticket_id: int
    answers: int | None = None


def _place(one: Evidence, stored: dict[str, _Place], numbers: dict[External, int]) -> _Place | None:
    if one.token:
        return _Place(one.token.ticket_id, one.token.message_id or None)
    if one.external:
        return _Place(numbers[one.external]) if one.external in numbers else None
    return _Place(one.number) if one.number else stored.get(one.message_id)


def _stored(message_ids: Iterable[str]) -> dict[str, _Place]:
    """Tickets by the ids of mails that came in, or went out, before."""
    wanted = list(message_ids)
    if not wanted:
        return {}
    rows = [
        row
        for table in (Outbox, MailReference)
        for row in db.session.execute(
            select(table.rfc_message_id, table.ticket_id, table.message_id).where(
                table.rfc_message_id.in_(wanted)
            )
        )
    ]
    return {own_id: _Place(ticket_id, message_id) for own_id, ticket_id, message_id in rows if ticket_id}


def _known(externals: list[External]) -> dict[External, int]:
    """Tickets by another system's numbers."""
    if not externals:
        return {}
    table = ExternalTicket
    rows = db.session.execute(
        select(table.sender, table.external_id, table.ticket_id).where(
            tuple_(table.sender, table.external_id).in_([(one.sender, one.number) for one in externals])
        )
    )
    return {External(sender, number): ticket_id for sender, number, ticket_id in rows}
