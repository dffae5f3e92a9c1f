"""A ticket told in memory: the desk's verbs with the same rules, writing rows instead of using a session."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from helpdesk.demo.chronicle.desk import Caller, Desk, Unit
from helpdesk.demo.chronicle.rows import Batch, Ids, Row
from helpdesk.demo.chronicle.talking import Talk
from helpdesk.events import Event
from helpdesk.kb.models import Outcome
from helpdesk.sla.clocks import NEVER
from helpdesk.sla.events import PolicyChosen
from helpdesk.sla.policies import Choice
from helpdesk.tickets import events, rules
from helpdesk.tickets.rules import (
    Channel,
    DiscardReason,
    HandoverCard,
    HandoverKind,
    Line,
    Priority,
    ReturnReason,
    State,
    TicketType,
    Verb,
)

_WAITS = {State.WAITING_CLIENT: Verb.WAIT_CLIENT, State.WAITING_THIRD_PARTY: Verb.WAIT_THIRD_PARTY}


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who had the ticket after an event."""

    line: int
    team_id: int
    assignee_id: int | None
    owner_id: int | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of the ticket; its place in the history is given at the end."""

    event: Event
    holder: Holder
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Start:
    """With what a ticket begins; `assignee_id` keeps it from the start, `call` is the row of a call."""

    caller: Caller
    channel: Channel
    subject: str
    text: str
    type: TicketType
    priority: Priority
    unit: Unit
    reply_until: int | None = None
    impact: rules.Impact | None = None
    urgency: rules.Urgency | None = None
    tags: tuple[str, ...] = ()
    assignee_id: int | None = None
    live: bool = False
    by_machine: bool = False
    call: Row | None = None


class Told(Talk):
    """One ticket and all its rows. Times given to the verbs never run backwards."""

    def __init__(self, desk: Desk, ids: Ids, number: int, rng: random.Random) -> None:
        self.desk, self.ids, self.number, self.rng = desk, ids, number, rng
        self.batch = Batch()
        self.happened: list[Happened] = []
        self.texts: list[tuple[Event, str]] = []
        self.handovers: list[tuple[Event, Row]] = []
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

    # the beginning

    def open(self, start: Start, *, by: int, at: datetime) -> None:
        """Open it with its first message, and choose what was promised."""
        self.caller = start.caller
        self.ticket = SimpleNamespace(**self._first_row(start, at))
        message = self.keep_client_message(
            start.text,
            at=at,
            channel=start.channel,
            subject=start.subject,
            until=start.reply_until,
            machine=start.by_machine,
            call=start.call,
        )
        if start.by_machine or start.live:
            self.ticket.unanswered_since = None
        if start.live:
            self.ticket.first_answered_at = at
        self._publish(
            events.TicketOpened,
            by=by,
            at=at,
            channel=start.channel,
            type=start.type,
            priority=start.priority,
            line=start.unit.line,
            team_id=start.unit.id,
            assignee_id=start.assignee_id,
            contact_id=start.caller.contact_id,
            company_id=start.caller.company_id,
            message_id=message["id"],
            by_machine=start.by_machine,
            live=start.live,
        )
        self._choose_policy(by=by, at=at)
        self.acknowledge(message, at=at)

    def _first_row(self, start: Start, at: datetime) -> dict[str, Any]:
        first = start.unit.line == Line.FIRST
        return {
            "id": self.number,
            "public_id": uuid.UUID(int=self.rng.getrandbits(128), version=4),
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

    def _choose_policy(self, *, by: int, at: datetime) -> None:
        choice = self.desk.choice(self.ticket.company_id, at)
        self._note(
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

    # the verbs

    def take(self, *, by: int, at: datetime) -> None:
        """Begin to work on it."""
        previous = self._change(by, at)
        self.ticket.state = rules.next_state(self.ticket.state, Verb.TAKE)
        if self.ticket.line == Line.FIRST:
            self.ticket.owner_id = by
        self._publish(events.TicketTaken, by=by, at=at, assignee_id=by, previous_id=previous)

    def assign(self, person_id: int, *, by: int, at: datetime) -> None:
        """Give it to somebody of its team."""
        previous = self._change(person_id, at)
        self._publish(events.TicketAssigned, by=by, at=at, assignee_id=person_id, previous_id=previous)

    def client_writes(self, text: str, *, at: datetime, until: int | None = None) -> None:
        """The client says something more, which ends waiting and reopens what was finished."""
        old = self.ticket.state
        message = self.keep_client_message(text, at=at, channel=Channel.MAIL, until=until)
        if old in rules.OPEN_STATES:
            self.ticket.state = rules.next_state(old, Verb.CLIENT_WRITE)
            self.ticket.wake_at = None
        by = self.desk.system_id
        self._publish(events.ClientWrote, by=by, at=at, message_id=message["id"], is_machine=False, old=old)
        if old not in rules.OPEN_STATES:
            self.reopen(by=by, at=at, by_client=True)

    def reply(self, text: str, *, by: int, at: datetime) -> None:
        """Answer in public."""
        self.ticket.state = rules.next_state(self.ticket.state, Verb.REPLY)
        message = self.keep_reply(text, by=by, at=at)
        if any(seat.line == Line.FIRST for seat in self.desk.agents[by].seats):
            self.ticket.owner_id = self.ticket.owner_id or by
        first = self.ticket.first_answered_at is None
        self.ticket.first_answered_at = self.ticket.first_answered_at or at
        self.ticket.unanswered_since = None
        self._publish(
            events.AgentReplied,
            by=by,
            at=at,
            message_id=message["id"],
            line=self.ticket.line,
            first=first,
        )
        self.send_reply(message, by=by, at=at)

    def note(self, text: str, *, by: int, at: datetime) -> None:
        """Write what the client never sees."""
        message = self.keep_note(text, by=by, at=at)
        self._publish(events.NoteAdded, by=by, at=at, message_id=message["id"])

    def escalate(self, card: HandoverCard, *, by: int, at: datetime, unit: Unit | None = None) -> None:
        """Hand it up one line."""
        unit = unit or self.desk.default_unit(self.ticket.line + 1)
        rules.check_escalation(self.ticket.state, line=self.ticket.line, to_line=unit.line, card=card)
        if any(seat.line == Line.FIRST for seat in self.desk.agents[by].seats):
            self.ticket.owner_id = self.ticket.owner_id or by
        way = self._go(unit, None, Verb.ESCALATE, by=by, at=at)
        event = self._publish(events.TicketEscalated, by=by, at=at, **_told(way))
        self._hand_over(
            event,
            way,
            HandoverKind.ESCALATION,
            by,
            symptom=card.symptom.strip(),
            asked=card.asked.strip(),
            tried=card.tried.strip(),
            configuration=card.configuration.strip(),
        )

    def return_ticket(self, code: ReturnReason, reason: str, *, by: int, at: datetime) -> None:
        """Give it back to whoever handed it up."""
        rules.check_return(self.ticket.state, line=self.ticket.line, reason=reason)
        unit, person_id = self._origin()
        way = self._go(unit, person_id, Verb.RETURN, by=by, at=at)
        self.ticket.return_count += 1
        event = self._publish(events.TicketReturned, by=by, at=at, **_told(way), reason_code=code)
        self._hand_over(event, way, HandoverKind.RETURN, by, reason_code=code, reason=reason.strip())

    def wait(
        self, state: State, reason: str, *, by: int, at: datetime, wake_at: datetime | None = None
    ) -> None:
        """Wait for the client or a third party."""
        old = self.ticket.state
        rules.check_wait(old, _WAITS[state], reason=reason, wake_at=wake_at, now=at)
        self.ticket.state, self.ticket.wake_at = rules.next_state(old, _WAITS[state]), wake_at
        event = self._publish(
            events.StateChanged, by=by, at=at, old=old, new=self.ticket.state, wake_at=wake_at
        )
        self.texts.append((event, reason.strip()))

    def resume(self, *, by: int, at: datetime) -> None:
        """Go on with what waited."""
        old = self.ticket.state
        self.ticket.state, self.ticket.wake_at = rules.next_state(old, Verb.RESUME), None
        self._publish(events.StateChanged, by=by, at=at, old=old, new=self.ticket.state, wake_at=None)

    def resolve(self, note: str, *, by: int, at: datetime, in_call: bool = False) -> None:
        """Say what solved it."""
        ticket = self.ticket
        rules.check_resolution(ticket.state, note=note, client_known=self.caller.is_known)
        ticket.state = rules.next_state(ticket.state, Verb.RESOLVE)
        ticket.resolved_at, ticket.resolution = at, note.strip()
        ticket.wake_at = ticket.unanswered_since = None
        by_line_1 = any(seat.line == Line.FIRST for seat in self.desk.agents[by].seats)
        ticket.first_contact = by_line_1 and rules.is_first_contact(
            line=ticket.line, handovers=ticket.handover_count, client_messages=ticket.client_message_count
        )
        event = self._publish(
            events.TicketResolved, by=by, at=at, first_contact=ticket.first_contact, in_call=in_call
        )
        self.texts.append((event, note.strip()))
        self.tell_resolved(event, at=at, in_call=in_call)

    def reopen(self, *, by: int, at: datetime, by_client: bool) -> None:
        """Bring a finished ticket back to whoever held it."""
        ticket, old = self.ticket, self.ticket.state
        ticket.state = rules.next_state(old, Verb.REOPEN)
        ticket.resolved_at = ticket.closed_at = None
        ticket.discarded_at = ticket.discard_reason = None
        ticket.first_contact = False
        ticket.reopen_count += 1
        self._publish(events.TicketReopened, by=by, at=at, by_client=by_client, old=old)

    def close(self, *, by: int, at: datetime) -> None:
        """Put a resolved ticket away."""
        self.ticket.state = rules.next_state(self.ticket.state, Verb.CLOSE)
        self.ticket.closed_at = at
        self._publish(events.TicketClosed, by=by, at=at)

    def discard(self, reason: DiscardReason, words: str, *, by: int, at: datetime) -> None:
        """Throw away what is no request at all."""
        ticket = self.ticket
        ticket.state = rules.next_state(ticket.state, Verb.DISCARD)
        ticket.resolved_at, ticket.closed_at = ticket.resolved_at or at, at
        ticket.discarded_at, ticket.discard_reason = at, reason
        ticket.wake_at = ticket.unanswered_since = None
        event = self._publish(events.TicketDiscarded, by=by, at=at, reason=reason)
        self.texts.append((event, words.strip()))

    def change_type(self, kind: TicketType, *, by: int, at: datetime) -> None:
        """Say what kind of thing it is."""
        old, self.ticket.type = self.ticket.type, kind
        self.ticket.version += 1
        self._publish(events.TypeChanged, by=by, at=at, old=old, new=kind)

    def change_priority(
        self, impact: rules.Impact, urgency: rules.Urgency, reason: str, *, by: int, at: datetime
    ) -> None:
        """Set it by impact and urgency in plain words."""
        old, new = self.ticket.priority, rules.priority_of(impact, urgency)
        rules.check_priority(self.ticket.state, old=old, new=new, reason=reason)
        self.ticket.priority, self.ticket.impact, self.ticket.urgency = new, impact, urgency
        self.ticket.version += 1
        event = self._publish(events.PriorityChanged, by=by, at=at, old=old, new=new)
        if reason.strip():
            self.texts.append((event, reason.strip()))

    def identify(self, caller: Caller, *, by: int, at: datetime) -> None:
        """Say who the client is; his firm's promise holds from now on."""
        old, self.caller = self.caller, caller
        self.ticket.contact_id, self.ticket.company_id = caller.contact_id, caller.company_id
        self.ticket.version += 1
        before = self.promise
        self._publish(
            events.ClientIdentified,
            by=by,
            at=at,
            old_contact_id=old.contact_id,
            new_contact_id=caller.contact_id,
            old_company_id=old.company_id,
            new_company_id=caller.company_id,
        )
        choice = self.desk.choice(caller.company_id, at)
        if choice.policy_version_id != before.policy_version_id:
            self._choose_policy(by=by, at=at)

    def join_call(self, call: Row, *, by: int, at: datetime) -> None:
        """A call was about this ticket."""
        self._participate(by, "call", at)
        self._publish(events.CallJoined, by=by, at=at, call_id=call["id"])

    def use_article(self, article_id: int, outcome: Outcome, *, by: int, at: datetime) -> None:
        """Remember an instruction and what came of it."""
        linked = outcome is Outcome.LINKED
        if not linked or article_id not in self.uses:
            self.uses[article_id] = {
                "article_id": article_id,
                "ticket_id": self.number,
                "person_id": by,
                "outcome": outcome,
                "at": at,
            }
        if linked:
            self._publish(events.ArticleLinked, by=by, at=at, article_id=article_id)
        else:
            solved = outcome is Outcome.SOLVED
            self._publish(events.ArticleSolved, by=by, at=at, article_id=article_id, solved=solved)

    # what the verbs share

    def _publish(self, event: type[events.TicketFact], *, by: int, at: datetime, **own: Any) -> Event:
        self.ticket.last_event_at = self.ticket.active_at = at
        made = event(at=at, actor_id=by, ticket_id=self.number, seq=0, state=self.ticket.state, **own)
        if by in self.desk.agents and self.ticket.last_message_id:
            self.read[by] = self.ticket.last_message_id
        return self._note(made)

    def _note(self, event: Event) -> Event:
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

    def _change(self, person_id: int, at: datetime) -> int | None:
        previous: int | None = self.ticket.assignee_id
        self.ticket.assignee_id = person_id
        if previous is not None and previous != person_id:
            self._participate(previous, "former_holder", at)
        self.ticket.version += 1
        return previous

    def _participate(self, person_id: int, because: str, at: datetime) -> None:
        row = {"ticket_id": self.number, "person_id": person_id, "because": because, "since": at}
        self.participants.setdefault(person_id, row)

    def _go(self, unit: Unit, person_id: int | None, verb: Verb, *, by: int, at: datetime) -> Row:
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
            self._participate(reader, "former_holder", at)
        ticket.line, ticket.team_id, ticket.assignee_id = unit.line, unit.id, person_id
        ticket.held_since = at
        if unit.line == Line.FIRST:
            ticket.owner_team_id = unit.id
        ticket.handover_count += 1
        ticket.version += 1
        return way

    def _origin(self) -> tuple[Unit, int | None]:
        for _, row in reversed(self.handovers):
            if row["kind"] is HandoverKind.ESCALATION and row["to_line"] == self.ticket.line:
                person_id = row["from_person_id"] or row["by_id"]
                unit = self.desk.units[row["from_team_id"]]
                return unit, person_id if person_id in {agent.id for agent in unit.agents} else None
        down = self.ticket.line - 1
        if down == Line.FIRST:
            return self.desk.units[self.ticket.owner_team_id], None
        return self.desk.default_unit(down), None

    def _hand_over(self, event: Event, way: Row, kind: HandoverKind, by: int, **words: Any) -> None:
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


def _told(way: Row) -> Row:
    """The way as events tell it."""
    told = {name: way[name] for name in ("from_line", "from_team_id", "to_line", "to_team_id", "held_s")}
    return told | {"assignee_id": way["to_person_id"], "previous_assignee_id": way["from_person_id"]}
