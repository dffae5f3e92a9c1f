"""Reading the outbox for those who run the desk: how mail fares, never what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from helpdesk.db import db
from helpdesk.mail.models import Mailbox
from helpdesk.mail.relay_models import RelayState
from helpdesk.mail.retelling import retold
from helpdesk.notifications.actions import TAKEN_BACK
from helpdesk.notifications.caps import HELD_BACK, SOLVED_IN_CALL, SPLIT_UNDONE
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient

PAGE = 50
COUNTED = 10_000
WAITING, EVERY = "waiting", "all"
STATES = {
    "uncertain": DeliveryState.UNCERTAIN,
    "failed": DeliveryState.FAILED,
    "bounced": DeliveryState.BOUNCED,
    "sent": DeliveryState.ACCEPTED,
}
HELD = "held"
ON_PURPOSE = (TAKEN_BACK, HELD_BACK, SOLVED_IN_CALL, SPLIT_UNDONE)  # nothing went wrong: this was not to go
SHOWN = (WAITING, *STATES, HELD, EVERY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mails to show; `mailbox_id` None: of every mailbox, `before` is the last id seen."""

    state: str = WAITING
    mailbox_id: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address with what became of its copy."""

    email: str
    state: DeliveryState
    answer: str
    at: datetime
    is_held_back: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One mail. `waits_since` is set for what should have left; `is_held` while a sender has it in hand."""

    id: int
    kind: OutboxKind
    ticket_id: int | None
    mailbox: str | None
    attempts: int
    due_at: datetime
    waits_since: datetime | None
    is_waiting: bool
    is_held: bool
    error: str
    written_at: datetime
    recipients: tuple[Recipient, ...] = ()

    @property
    def may_repeat(self) -> bool:
        lost = {DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.BOUNCED}
        missing = [one for one in self.recipients if one.state in lost and not one.is_held_back]
        is_over = not self.is_waiting and bool(missing)
        return self.kind is OutboxKind.REPLY and is_over


def page_of(wanted: Wanted, now: datetime) -> list[Row]:
    """One page, newest first, and one row more when there is a next one; two statements."""
    statement = (
        select(Outbox, Mailbox.address)
        .outerjoin(Mailbox, Mailbox.id == Outbox.mailbox_id)
        .where(*_conditions(wanted))
        .order_by(Outbox.id.desc())
        .limit(PAGE + 1)
    )
    mails = [(mail, address) for mail, address in db.session.execute(statement)]
    people = _recipients([mail.id for mail, _ in mails])
    return [_row(mail, address, people.get(mail.id, ()), now) for mail, address in mails]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the list: mails in each state, no further than COUNTED, and every mailbox."""

    counts: Mapping[str, int]
    mailboxes: Sequence[tuple[int, str]]


def around() -> Around:
    """Read it; one statement."""
    waiting = select(func.count()).select_from(Outbox).where(Outbox.finished_at.is_(None)).scalar_subquery()
    states = [name for name in (*STATES, HELD) if name != "sent"]
    others = [_count(_having(state)) for state in states]
    one = func.jsonb_build_array(Mailbox.id, Mailbox.address)
    boxes = select(func.jsonb_agg(aggregate_order_by(one, Mailbox.address))).scalar_subquery()
    *found, mailboxes = db.session.execute(select(waiting, *others, boxes)).one()
    return Around(
        dict(zip([WAITING, *states], found, strict=True)), [(box[0], box[1]) for box in mailboxes or ()]
    )


@dataclass(frozen=True, slots=True)
class Away:
    """A relay that cannot be reached; `error` is what stands in the way."""

    name: str
    failing_since: datetime
    error: str


def relays_away() -> list[Away]:
    """The relays that cannot be reached, the longest first."""
    failing = select(RelayState).where(RelayState.failing_since.is_not(None))
    rows = db.session.scalars(failing.order_by(RelayState.failing_since, RelayState.name))
    return [Away(row.name, row.failing_since, retold(row.error)) for row in rows if row.failing_since]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == WAITING:
        found.append(Outbox.finished_at.is_(None))
    elif wanted.state != EVERY:
        found.append(Outbox.id.in_(select(OutboxRecipient.outbox_id).where(_having(wanted.state))))
    if wanted.mailbox_id is not None:
        found.append(Outbox.mailbox_id == wanted.mailbox_id)
    if wanted.before is not None:
        found.append(Outbox.id < wanted.before)
    return found


def _having(state: str) -> ColumnElement[bool]:
    """Of a mail's recipients those in that state; what was held back on purpose is no failure."""
    on_purpose = func.coalesce(OutboxRecipient.answer, "").in_(ON_PURPOSE)
    if state == HELD:
        return (OutboxRecipient.state == DeliveryState.FAILED) & on_purpose
    if state == "failed":
        return (OutboxRecipient.state == DeliveryState.FAILED) & ~on_purpose
    return OutboxRecipient.state == STATES[state]


def _count(having: ColumnElement[bool]) -> ColumnElement[int]:
    some = select(OutboxRecipient.outbox_id).where(having).limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _recipients(outbox_ids: Sequence[int]) -> dict[int, tuple[Recipient, ...]]:
    found: dict[int, tuple[Recipient, ...]] = {}
    rows = db.session.scalars(
        select(OutboxRecipient)
        .where(OutboxRecipient.outbox_id.in_(outbox_ids))
        .order_by(OutboxRecipient.outbox_id, OutboxRecipient.id)
    )
    for row in rows:
        held = row.answer in ON_PURPOSE
        one = Recipient(row.email, row.state, retold(row.answer), row.changed_at, held)
        found[row.outbox_id] = (*found.get(row.outbox_id, ()), one)
    return found


def _row(mail: Outbox, address: str | None, people: tuple[Recipient, ...], now: datetime) -> Row:
    is_waiting = mail.finished_at is None
    overdue = mail.due_at if mail.due_at < now and mail.lease_until is None else None
    return Row(
        id=mail.id,
        kind=mail.kind,
        ticket_id=mail.ticket_id,
        mailbox=address,
        attempts=mail.attempts,
        due_at=mail.due_at,
        waits_since=(mail.waiting_since or overdue) if is_waiting else None,
        is_waiting=is_waiting,
        is_held=is_waiting and mail.lease_until is not None and mail.lease_until > now,
        error=retold(mail.error),
        written_at=mail.created_at,
        recipients=people,
    )
