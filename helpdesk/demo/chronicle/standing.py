"""How a told ticket stands, and what all verbs share: events, hands, participants, the promise."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from helpdesk.demo.chronicle.desk import Caller, Desk, Unit
from helpdesk.demo.chronicle.rows import Batch, Ids, Row
from helpdesk.demo.chronicle.shape import Happened, Holder, Start
from helpdesk.demo.chronicle.talking import Talk
from helpdesk.events import Event
from helpdesk.sla.clocks import NEVER
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.policies import Choice
from helpdesk.tickets import events, rules
from helpdesk.tickets.rules import Channel, HandoverKind, Line, State, Verb


@dataclass
class Waited:
    """One waiting: the event that began it, its row, and the event that ended it (None: it lasts)."""

    begun: Event
    row: Row
    ended: Event | None = None


class Standing(Talk):
    """A ticket in memory with all its rows; the verbs live in telling.Told."""

    def __init__(self, desk: Desk, ids: Ids, number: int, rng: random.Random) -> None:
        self.desk, self.ids, self.number, self.rng = desk, ids, number, rng
        self.marks = random.Random(f"{number} {desk.signing[1].hex()}")
        self.batch = Batch()
        self.happened: list[Happened] = []
        self.texts: list[tuple[Event, str]] = []
        self.handovers: list[tuple[Event, Row]] = []
        self.waits: list[Waited] = []
        self.participants: dict[int, Row] = {}
        self.uses: dict[int, Row] = {}
        self.read: dict[int, int] = {}
        self.receipt: Row | None = None
        self.notices: list[tuple[Event, Row]] = []
        self.event_ids: dict[int, int] = {}
        self.payloads: dict[int, Row] = {}
        self.promise: Choice
        self.caller: Caller
        self.ticket = SimpleNamespace()

    def first_row(self, start: Start, at: datetime) -> dict[str, Any]:
        first = start.unit.line == Line.FIRST
        return {
            "id": self.number,
            "public_id": uuid.UUID(int=self.marks.getrandbits(128), version=4),
            "version": 1,
            "subject": " ".join(start.subject.split()),
            "channel": start.channel,
            "type": start.type,
            "state": State.OPEN if start.assignee_id else State.NEW,
            "priority": start.priority,
            "impact": start.impact,
            "urgency": start.urgency,
            "language": start.caller.language,
            "tags": tuple(sorted(set(start.tags))),
            "company_id": start.caller.company_id,
            "contact_id": start.caller.contact_id,
            "mailbox_id": self.desk.mailbox_id if start.channel is Channel.MAIL else None,
            "line": start.unit.line,
            "team_id": start.unit.id,
            "assignee_id": start.assignee_id,
            "owner_team_id": start.unit.id if first else self.desk.default_unit(1).id,
            "owner_id": start.assignee_id if first else None,
            "held_since": at,
            "handover_count": 0,
            "return_count": 0,
            "opened_by_machine": start.by_machine,
            "created_at": at,
            "active_at": at,
            "unanswered_since": None,
            "first_answered_at": None,
            "waiting_since": None,
            "wake_at": None,
            "resolved_at": None,
            "closed_at": None,
            "resolution": "",
            "first_contact": False,
            "reopen_count": 0,
            "client_message_count": 0,
            "discarded_at": None,
            "discard_reason": None,
            "sort_due": NEVER,
            "event_seq": 0,
            "last_event_at": at,
            "last_message_id": None,
            "preview": "",
        }

    def choose_policy(self, *, by: int, at: datetime) -> None:
        choice = self.desk.choice(self.ticket.company_id, at)
        self.happen(
            PolicyChosen(
                at=at,
                actor_id=by,
                ticket_id=self.number,
                seq=0,
                policy_version_id=choice.policy_version_id,
                contract_id=choice.contract_id,
                calendar_version_ids=choice.calendar_version_ids,
            )
        )
        self.promise = choice

    def publish(self, event: type[events.TicketFact], *, by: int, at: datetime, **own: Any) -> Event:
        self.ticket.last_event_at = self.ticket.active_at = at
        made = event(at=at, actor_id=by, ticket_id=self.number, seq=0, state=self.ticket.state, **own)
        if self.ticket.waiting_since is not None and self.ticket.state not in rules.WAITING_STATES:
            self.waits[-1].ended, self.ticket.waiting_since = made, None
        if by in self.desk.agents and self.ticket.last_message_id:
            self.read[by] = self.ticket.last_message_id
        return self.happen(made)

    def happen(self, event: Event) -> Event:
        self.happened.append(Happened(event=event, holder=self.holder(), recorded_at=event.at))
        return event

    def holder(self) -> Holder:
        """Who has it now."""
        ticket = self.ticket
        return Holder(
            line=ticket.line,
            team_id=ticket.team_id,
            assignee_id=ticket.assignee_id,
            owner_id=ticket.owner_id,
        )

    def change(self, person_id: int, at: datetime) -> int | None:
        previous: int | None = self.ticket.assignee_id
        self.ticket.assignee_id = person_id
        if previous is not None and previous != person_id:
            self.participate(previous, "former_holder", at)
        self.ticket.version += 1
        return previous

    def participate(self, person_id: int, because: str, at: datetime) -> None:
        row = {"ticket_id": self.number, "person_id": person_id, "because": because, "since": at}
        self.participants.setdefault(person_id, row)

    def go(self, unit: Unit, person_id: int | None, verb: Verb, *, by: int, at: datetime) -> Row:
        ticket = self.ticket
        way = {
            "from_line": ticket.line,
            "from_team_id": ticket.team_id,
            "from_person_id": ticket.assignee_id,
            "to_line": unit.line,
            "to_team_id": unit.id,
            "to_person_id": person_id,
            "held_s": max(0, int((at - ticket.held_since) / timedelta(seconds=1))),
        }
        ticket.state, ticket.wake_at = rules.next_state(ticket.state, verb), None
        for reader in {by, ticket.assignee_id} - {None}:
            self.participate(reader, "former_holder", at)
        ticket.line, ticket.team_id, ticket.assignee_id = unit.line, unit.id, person_id
        ticket.held_since = at
        if unit.line == Line.FIRST:
            ticket.owner_team_id = unit.id
        ticket.handover_count += 1
        ticket.version += 1
        return way

    def origin(self) -> tuple[Unit, int | None]:
        for _, row in reversed(self.handovers):
            if row["kind"] is HandoverKind.ESCALATION and row["to_line"] == self.ticket.line:
                person_id = row["from_person_id"] or row["by_id"]
                unit = self.desk.units[row["from_team_id"]]
                return unit, person_id if person_id in {agent.id for agent in unit.agents} else None
        down = self.ticket.line - 1
        if down == Line.FIRST:
            return self.desk.units[self.ticket.owner_team_id], None
        return self.desk.default_unit(down), None

    def hand_over(self, event: Event, way: Row, kind: HandoverKind, by: int, **words: Any) -> None:
        row = {name: value for name, value in way.items() if name != "to_person_id"}
        empty = {
            "symptom": "",
            "asked": "",
            "tried": "",
            "configuration": "",
            "reason_code": None,
            "reason": "",
        }
        row |= {"ticket_id": self.number, "kind": kind, "by_id": by, "at": event.at} | empty | words
        self.handovers.append((event, row))


def told(way: Row) -> Row:
    """The way as events tell it."""
    told = {name: way[name] for name in ("from_line", "from_team_id", "to_line", "to_team_id", "held_s")}
    return told | {"assignee_id": way["to_person_id"], "previous_assignee_id": way["from_person_id"]}
