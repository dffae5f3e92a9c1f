"""Which messages are no request of anybody: spam, our own mail, copies, reports, absence notes, floods."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, select

from helpdesk.accounts.models import Account
from helpdesk.beforehand import Asked, surely_not
from helpdesk.clients.plus_parts import counted_as, is_counted_with
from helpdesk.db import db
from helpdesk.errors import N_
from helpdesk.mail.actions import LET_IN, RESCANNED, SECOND
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.models import InboundMail, InboundState, ListMail, Mailbox, MailReference
from helpdesk.mail.parsing import ParsedMail
from helpdesk.mail.pointing import pointers_of
from helpdesk.mail.probing import came_back
from helpdesk.mail.returned import note_complaints, note_hint, note_receipt, note_return
from helpdesk.mail.sender_models import SenderAct
from helpdesk.mail.senders import is_told
from helpdesk.mail.tokens import read_message_id
from helpdesk.mail.verification import PROVES_AN_ADDRESS
from helpdesk.notifications.models import Outbox
from helpdesk.notifications.signing import instance_id, keys

FLOOD = 20
FLOOD_WINDOW = timedelta(hours=1)
FLOODED = N_("More than %(most)s new tickets from %(sender)s within an hour.")
ANSWERS_NOTICE = N_("This answers a mail that the desk sent to one of its own people, not to a client.")
SHOULD_BE_KNOWN = N_("Its server counts its messages anew, and this older one was never seen here before.")
REFERENCES_LOOKED_AT = 50
UNPROVED_REPORT = "bounce_unproved"


class Hold(Exception):
    """The message is to be looked at by people before it becomes anything; the text says why, `flooder` is
    the address whose limit it passed.
    """

    def __init__(self, why: str, *, flooder: str | None = None) -> None:
        super().__init__(why)
        self.flooder = flooder


@dataclass(frozen=True, kw_only=True)
class Fate:
    """Where a message ends; `reason` is a code, `copy_of_id` the message that was kept in its place."""

    state: InboundState
    reason: str
    ticket_id: int | None = None
    copy_of_id: int | None = None


Judgement = Callable[[InboundMail, ParsedMail, datetime], Fate | None]


def fate_of(mail: InboundMail, parsed: ParsedMail, *, now: datetime) -> Fate | None:
    """The first judgement that has something to say; None lets the message in. Raises Hold."""
    if not surely_not(Asked.HELD_BY_ANOTHER, parsed.message_id):
        hold_ids([parsed.message_id])
    for judge in ALWAYS if mail.reason in (LET_IN, SECOND) else JUDGEMENTS:
        fate = judge(mail, parsed, now)
        if fate is not None:
            return fate
    return None


def hold_ids(message_ids: Iterable[str]) -> None:
    """Two workers with copies of one mail come here one after the other; always in the same order."""
    ids = func.unnest(cast(list(message_ids), ARRAY(Text))).column_valued("id")
    keys = select(func.hashtextextended(ids, 25).label("key")).distinct().order_by("key").subquery()
    db.session.execute(select(func.pg_advisory_xact_lock(keys.c.key)))


def _ignored(reason: str, ticket_id: int | None = None) -> Fate:
    return Fate(state=InboundState.IGNORED, reason=reason, ticket_id=ticket_id)


def _spam(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """What the receiving server marked, unless somebody said that this sender writes none."""
    if not parsed.is_spam or is_told(parsed.from_email, SenderAct.NOT_SPAM):
        return None
    return _verification(_mail, parsed, _now) or _ignored("spam")


def _probe(mail: InboundMail, parsed: ParsedMail, now: datetime) -> Fate | None:
    """What the mailbox wrote to itself, to show that mail goes the whole way."""
    return _ignored("own_probe") if came_back(mail, parsed, now=now) else None


def _own(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """Our own mail came back: by a forwarding rule, a shared mailbox, or a blind copy to ourselves."""
    fate = None if surely_not(Asked.OURS, parsed.message_id) else _known_as_ours(parsed.message_id)
    return fate or (_ignored("own") if read_message_id(parsed.message_id, keys()) else None)


def _known_as_ours(message_id: str) -> Fate | None:
    sent = db.session.scalar(select(Outbox).where(Outbox.rfc_message_id == message_id))
    if sent is not None:
        return _ignored(f"own:{sent.id}", sent.ticket_id)
    known = db.session.get(MailReference, message_id)
    return _ignored("own", known.ticket_id) if known is not None and known.ours else None


def _looped(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """It carries our mark under another id; reports about our mail may carry it too and are judged before."""
    return _ignored("own") if instance_id() in parsed.loop_marks else None


def _copy(mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """The same id and the same content; the same id with other content is another mail."""
    if surely_not(Asked.SAME_ID, parsed.message_id):
        return None
    kept = db.session.scalar(
        select(InboundMail)
        .where(InboundMail.rfc_message_id == parsed.message_id, InboundMail.id != mail.id)
        .where(InboundMail.fingerprint == parsed.fingerprint)
        .where(InboundMail.state.in_((InboundState.PROCESSED, InboundState.DISCARDED)))
        .order_by(InboundMail.id)
        .limit(1)
    )
    if kept is None:
        return None
    return Fate(state=InboundState.IGNORED, reason="copy", ticket_id=kept.ticket_id, copy_of_id=kept.id)


def _should_be_known(mail: InboundMail, _parsed: ParsedMail, _now: datetime) -> Fate | None:
    """Older than our last look, and yet new when its server counted anew: never a hundred tickets at once."""
    if mail.reason == RESCANNED:
        raise Hold(SHOULD_BE_KNOWN)
    return None


def _returned(mail: InboundMail, parsed: ParsedMail, now: datetime) -> Fate | None:
    if not parsed.is_bounce:
        return None
    about = note_return(mail, parsed, now=now)
    if about is not None:
        return _written(about, "bounce")
    hinted = note_hint(mail, parsed, now=now)
    return _ignored(UNPROVED_REPORT, hinted.ticket_id) if hinted else _ignored("bounce_unmatched")


def _surely_returned(mail: InboundMail, parsed: ParsedMail, now: datetime) -> Fate | None:
    """A report by its form stays one; what only sounds like one is a request if a person says so."""
    is_formal = any(sign.endswith("multipart/report") for sign in parsed.evidence)
    return _returned(mail, parsed, now) if is_formal else None


def _report(_mail: InboundMail, parsed: ParsedMail, now: datetime) -> Fate | None:
    """Receipts and complaints: neither ever becomes a ticket."""
    if parsed.kind is MailKind.RECEIPT:
        about = note_receipt(parsed, now=now)
        return _written(about, "read_receipt") if about else _ignored("read_receipt")
    if parsed.kind is MailKind.COMPLAINT:
        about = note_complaints(parsed, now=now)
        return _written(about, "complaint") if about else _ignored("complaint")
    return None


def _written(about: Outbox, reason: str) -> Fate:
    return Fate(state=InboundState.PROCESSED, reason=reason, ticket_id=about.ticket_id)


def _verification(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """Wherever on a ticket it came to lie, somebody could read it who must not, by the portal or by mail."""
    if parsed.verification:
        raise Hold(PROVES_AN_ADDRESS)
    return None


def _list(mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """What a mailing list sends where nobody wants it as tickets; an answer to a ticket is let in."""
    mailbox = db.session.get_one(Mailbox, mail.mailbox_id)
    is_unwanted = parsed.is_list and mailbox.list_mail is ListMail.IGNORE
    return _ignored("list") if is_unwanted and not pointers_of(parsed) else None


def _agent_away(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """An agent's own note of absence never reaches a client."""
    if not parsed.is_out_of_office:
        return None
    is_agent = db.session.scalar(select(Account.id).where(Account.email == parsed.from_email.lower()))
    return _ignored("agent_away") if is_agent else None


def _answer_to_the_desk(_mail: InboundMail, parsed: ParsedMail, _now: datetime) -> Fate | None:
    """Somebody answered what the desk wrote to its own people by itself: no request, and nothing to lose."""
    referred = [*parsed.in_reply_to, *parsed.references]
    if not referred:
        return None
    about_no_ticket = select(Outbox.id).where(
        Outbox.rfc_message_id.in_(referred[:REFERENCES_LOOKED_AT]), Outbox.ticket_id.is_(None)
    )
    if db.session.scalar(about_no_ticket.limit(1)) is None:
        return None
    if parsed.is_auto:
        return _ignored("answer_to_notice")
    raise Hold(ANSWERS_NOTICE)


def _flood(mail: InboundMail, parsed: ParsedMail, now: datetime) -> Fate | None:
    """More than twenty new tickets an hour from one address wait for a person."""
    sender = parsed.from_email.lower()
    if not sender or surely_not(Asked.FLOOD, sender):
        return None
    mine = (is_counted_with(InboundMail.from_email, sender), InboundMail.id != mail.id)
    opened = db.session.scalar(select(func.count()).where(*mine, *opened_lately(now)))
    if (opened or 0) >= FLOOD:
        raise Hold(FLOODED % {"most": FLOOD, "sender": sender}, flooder=counted_as(sender))
    return None


def opened_lately(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which messages count against their sender's limit of new tickets."""
    is_opened = (InboundMail.state == InboundState.PROCESSED, InboundMail.reason == "opened")
    return (*is_opened, InboundMail.processed_at > now - FLOOD_WINDOW)


JUDGEMENTS: tuple[Judgement, ...] = (
    _probe,
    _spam,
    _own,
    _copy,
    _should_be_known,
    _returned,
    _report,
    _looped,
    _agent_away,
    _verification,
    _list,
    _answer_to_the_desk,
    _flood,
)
ALWAYS: tuple[Judgement, ...] = (
    _probe,
    _own,
    _surely_returned,
    _looped,
)  # also when a person lets the message in
