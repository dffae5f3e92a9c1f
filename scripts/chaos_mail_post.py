"""The answers of the chaos run: who writes them, and what became of each in the end."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from helpdesk import clock
from helpdesk.accounts.models import Membership, Team
from helpdesk.clients.actions import add_address
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.db import db, transaction
from helpdesk.demo.firm import found_firm
from helpdesk.mail.models import Mailbox
from helpdesk.notifications.models import DeliveryState, Outbox, OutboxKind, OutboxRecipient
from helpdesk.tickets import actions
from helpdesk.tickets.actions import ClientMessage, Opening, open_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, Priority, TicketType

AGO = timedelta(hours=6)


@dataclass(frozen=True)
class Office:
    """Who asks and who answers."""

    company_id: int
    contact_id: int
    author_id: int
    team_id: int
    agent_id: int
    mailbox_id: int


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What became of the answers: `lost` never came to the relay though it says so, or are still to go;
    `doubled` came more than once; `hidden` came, and the desk neither says so nor that it does not know.
    """

    seed: int
    replies: int
    states: dict[str, int]
    in_window: int
    lost: int
    doubled: int
    hidden: int
    out_of_order: int
    kills: dict[str, int] = field(default_factory=dict)
    missed: Sequence[str] = ()
    relay_deaths: int = 0

    @property
    def is_fine(self) -> bool:
        return not (self.lost or self.doubled or self.hidden or self.out_of_order or self.missed)

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"is_fine": self.is_fine}

    def sentences(self) -> list[str]:
        deaths = ", ".join(f"{count} {point}" for point, count in sorted(self.kills.items()))
        return [
            f"Seed {self.seed}: {self.replies} answers, kills: {deaths}; relay: {self.relay_deaths}.",
            f"In the end: {', '.join(f'{count} {state}' for state, count in sorted(self.states.items()))}.",
            f"Taken while nobody heard it: {self.in_window}, all shown as uncertain: {not self.hidden}.",
            f"Lost: {self.lost}. Doubled: {self.doubled}. Out of order on their ticket: {self.out_of_order}.",
            *([f"Never died at: {', '.join(self.missed)}."] if self.missed else []),
        ]


def the_office() -> Office:
    """The demo's firm, whose mail leaves through the installation's relay."""
    found_firm()
    with transaction():
        statement = select(Contact).join(Company).where(Company.kind == CompanyKind.CLIENT)
        contact = db.session.scalars(statement.order_by(Contact.id).limit(1)).one()
        add_address(contact, "writer@letters.example")
        team = db.session.scalars(select(Team).where(Team.line == 1, Team.is_default)).one()
        agent_id = db.session.scalars(
            select(Membership.person_id).where(Membership.team_id == team.id).order_by(Membership.id).limit(1)
        ).one()
        db.session.execute(update(Mailbox).values(smtp_host=None))
        mailbox_id = db.session.scalars(select(Mailbox.id).order_by(Mailbox.id).limit(1)).one()
        return Office(contact.company_id, contact.id, contact.person_id, team.id, agent_id, mailbox_id)


def open_one(office: Office, *, at: datetime) -> int:
    """A request of the client; its number."""
    message = ClientMessage(author_id=office.author_id, channel=Channel.MAIL, text="It stands still.")
    opening = Opening(
        channel=Channel.MAIL,
        subject="It stands still",
        type=TicketType.INCIDENT,
        priority=Priority.P3,
        language="en",
        company_id=office.company_id,
        contact_id=office.contact_id,
        line=1,
        team_id=office.team_id,
        mailbox_id=office.mailbox_id,
        message=message,
        by_machine=True,  # so that no receipt goes out beside the answers
    )
    return open_ticket(opening, by=office.author_id, now=at).id


def answer(office: Office, number: int, words: str, *, at: datetime) -> None:
    """One answer on that ticket."""
    ticket = db.session.get_one(Ticket, number, with_for_update={"key_share": True})
    actions.reply(ticket, actions.Reply(text=words), by=office.agent_id, now=at)


def write_answers(seed: int, replies: int, tickets: int) -> None:
    """So many answers on so many tickets, in an order of the seed, all of them due."""
    office, dice = the_office(), random.Random(seed)  # noqa: S311  (a plan, no secret)
    with transaction():
        at = clock.now(db.session) - AGO
        numbers = [open_one(office, at=at) for _ in range(tickets)]
    for nth in range(replies):
        with transaction():
            moment = at + timedelta(seconds=10 + nth)
            answer(office, dice.choice(numbers), f"Answer {nth}: please try it once more.", at=moment)


def ask_around(log: Path, seed: int) -> Posted:
    """Compare what the desk says of each answer with what the relay wrote down."""
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    came = Counter(row["id"] for row in rows if row["what"] == "taken")
    refused = {row["id"] for row in rows if row["what"] == "refused"}
    with transaction():
        found = db.session.execute(
            select(Outbox.rfc_message_id, OutboxRecipient.state, Outbox.id, Outbox.ticket_id)
            .join(OutboxRecipient, OutboxRecipient.outbox_id == Outbox.id)
            .where(Outbox.kind == OutboxKind.REPLY)
            .order_by(Outbox.id)
        ).all()
    state = {row.rfc_message_id: row.state for row in found}
    told = {DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN}
    return Posted(
        seed=seed,
        replies=len(found),
        states=dict(Counter(str(one.value) for one in state.values())),
        in_window=sum(came[one] > 0 and state[one] is DeliveryState.UNCERTAIN for one in state),
        lost=sum(_is_lost(state[one], came[one], is_refused=one in refused) for one in state),
        doubled=sum(count > 1 for count in came.values()),
        hidden=sum(came[one] > 0 and state[one] not in told for one in state),
        out_of_order=_out_of_order(
            [row["id"] for row in rows if row["what"] == "taken"],
            {row.rfc_message_id: (row.ticket_id, row.id) for row in found},
        ),
    )


def _is_lost(state: DeliveryState, came: int, *, is_refused: bool) -> bool:
    if state is DeliveryState.ACCEPTED:
        return came == 0
    if state is DeliveryState.FAILED:
        return not is_refused
    return state is not DeliveryState.UNCERTAIN


def _out_of_order(taken: Sequence[str], places: dict[str, tuple[int, int]]) -> int:
    """How many came after a later one of their ticket."""
    last: dict[int, int] = {}
    count = 0
    for one in taken:
        ticket_id, outbox_id = places[one]
        count += outbox_id < last.get(ticket_id, 0)
        last[ticket_id] = max(outbox_id, last.get(ticket_id, 0))
    return count
