"""A ticket told in memory: the desk's verbs with the same rules, writing rows instead of using a session."""

from datetime import datetime
from types import SimpleNamespace

from helpdesk.demo.chronicle.desk import Unit
from helpdesk.demo.chronicle.rows import Row
from helpdesk.demo.chronicle.shape import Start
from helpdesk.demo.chronicle.standing import Standing, Waited, told
from helpdesk.kb.models import Outcome
from helpdesk.tickets import events, rules
from helpdesk.tickets.rules import (
    Channel,
    DiscardReason,
    HandoverCard,
    HandoverKind,
    Line,
    ReturnReason,
    State,
    TicketType,
    Verb,
    WaitingFor,
    WaitReason,
)

_WAITS = {State.WAITING_CLIENT: Verb.WAIT_CLIENT, State.WAITING_THIRD_PARTY: Verb.WAIT_THIRD_PARTY}


class Told(Standing):
    """One ticket and all its rows. Times given to the verbs never run backwards."""

    # the beginning

    def open(self, start: Start, *, by: int, at: datetime) -> None:
        """Open it with its first message, and choose what was promised."""
        self.caller = start.caller
        self.ticket = SimpleNamespace(**self.first_row(start, at))
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
        self.publish(
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
        self.choose_policy(by=by, at=at)
        self.acknowledge(message, at=at)

    # the verbs

    def take(self, *, by: int, at: datetime) -> None:
        """Begin to work on it."""
        previous = self.change(by, at)
        self.ticket.state = rules.next_state(self.ticket.state, Verb.TAKE)
        if self.ticket.line == Line.FIRST:
            self.ticket.owner_id = by
        self.publish(events.TicketTaken, by=by, at=at, assignee_id=by, previous_id=previous)

    def assign(self, person_id: int, *, by: int, at: datetime) -> None:
        """Give it to somebody of its team."""
        previous = self.change(person_id, at)
        self.publish(events.TicketAssigned, by=by, at=at, assignee_id=person_id, previous_id=previous)

    def client_writes(
        self, text: str, *, at: datetime, until: int | None = None, call: Row | None = None
    ) -> None:
        """The client says something more, by mail or in a call; it ends waiting and reopens what was done."""
        old = self.ticket.state
        channel = Channel.PHONE if call else Channel.MAIL
        message = self.keep_client_message(text, at=at, channel=channel, until=until, call=call)
        if old in rules.OPEN_STATES:
            self.ticket.state = rules.next_state(old, Verb.CLIENT_WRITE)
            self.ticket.wake_at = None
        by = call["operator_id"] if call else self.desk.system_id
        self.publish(events.ClientWrote, by=by, at=at, message_id=message["id"], is_machine=False, old=old)
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
        self.publish(
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
        self.publish(events.NoteAdded, by=by, at=at, message_id=message["id"])

    def escalate(self, card: HandoverCard, *, by: int, at: datetime, unit: Unit | None = None) -> None:
        """Hand it up one line."""
        unit = unit or self.desk.default_unit(self.ticket.line + 1)
        rules.check_escalation(self.ticket.state, line=self.ticket.line, to_line=unit.line, card=card)
        if any(seat.line == Line.FIRST for seat in self.desk.agents[by].seats):
            self.ticket.owner_id = self.ticket.owner_id or by
        way = self.go(unit, None, Verb.ESCALATE, by=by, at=at)
        event = self.publish(events.TicketEscalated, by=by, at=at, **told(way))
        self.hand_over(
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
        unit, person_id = self.origin()
        way = self.go(unit, person_id, Verb.RETURN, by=by, at=at)
        self.ticket.return_count += 1
        event = self.publish(events.TicketReturned, by=by, at=at, **told(way), reason_code=code)
        self.hand_over(event, way, HandoverKind.RETURN, by, reason_code=code, reason=reason.strip())

    def wait(
        self,
        state: State,
        reason: str,
        *,
        by: int,
        at: datetime,
        wake_at: datetime,
        about: WaitReason = WaitReason.OTHER,
        party: str = "",
    ) -> None:
        """Wait for the client or a third party."""
        old = self.ticket.state
        rules.check_wait(old, _WAITS[state], reason=reason, wake_at=wake_at, now=at)
        self.ticket.state, self.ticket.wake_at = rules.next_state(old, _WAITS[state]), wake_at
        self.ticket.waiting_since = at
        event = self.publish(
            events.StateChanged, by=by, at=at, old=old, new=self.ticket.state, wake_at=wake_at, about=about
        )
        self.texts.append((event, f"{party}: {reason.strip()}" if party else reason.strip()))
        row = {
            "ticket_id": self.number,
            "state": WaitingFor(self.ticket.state.value),
            "about": about,
            "reason": reason.strip(),
            "party": party,
            "since": at,
            "wake_at": wake_at,
            "by_id": by,
        }
        self.waits.append(Waited(event, row))

    def resume(self, *, by: int, at: datetime) -> None:
        """Go on with what waited."""
        old, since = self.ticket.state, self.ticket.waiting_since
        self.ticket.state, self.ticket.wake_at = rules.next_state(old, Verb.RESUME), None
        new = self.ticket.state
        self.publish(events.StateChanged, by=by, at=at, old=old, new=new, wake_at=None, since=since)

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
        event = self.publish(
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
        self.publish(events.TicketReopened, by=by, at=at, by_client=by_client, old=old)

    def close(self, *, by: int, at: datetime) -> None:
        """Put a resolved ticket away."""
        self.ticket.state = rules.next_state(self.ticket.state, Verb.CLOSE)
        self.ticket.closed_at = at
        self.publish(events.TicketClosed, by=by, at=at)

    def discard(self, reason: DiscardReason, words: str, *, by: int, at: datetime) -> None:
        """Throw away what is no request at all."""
        ticket = self.ticket
        old, wake_at, owed_since = ticket.state, ticket.wake_at, ticket.unanswered_since
        ticket.state = rules.next_state(old, Verb.DISCARD)
        ticket.resolved_at, ticket.closed_at = ticket.resolved_at or at, at
        ticket.discarded_at, ticket.discard_reason = at, reason
        ticket.wake_at = ticket.unanswered_since = None
        lost = {"old": old, "wake_at": wake_at, "owed_since": owed_since}
        event = self.publish(events.TicketDiscarded, by=by, at=at, reason=reason, **lost)
        if words.strip():
            self.texts.append((event, words.strip()))

    def change_type(self, kind: TicketType, *, by: int, at: datetime) -> None:
        """Say what kind of thing it is."""
        old, self.ticket.type = self.ticket.type, kind
        self.ticket.version += 1
        self.publish(events.TypeChanged, by=by, at=at, old=old, new=kind)

    def change_priority(
        self, impact: rules.Impact, urgency: rules.Urgency, reason: str, *, by: int, at: datetime
    ) -> None:
        """Set it by impact and urgency in plain words."""
        old, new = self.ticket.priority, rules.priority_of(impact, urgency)
        rules.check_priority(self.ticket.state, old=old, new=new, reason=reason)
        self.ticket.priority, self.ticket.impact, self.ticket.urgency = new, impact, urgency
        self.ticket.version += 1
        event = self.publish(events.PriorityChanged, by=by, at=at, old=old, new=new)
        if reason.strip():
            self.texts.append((event, reason.strip()))

    def join_call(self, call: Row, *, by: int, at: datetime) -> None:
        """A call was about this ticket, and so the client has spoken to a person."""
        self.participate(by, "call", at)
        self.ticket.first_answered_at = self.ticket.first_answered_at or at
        self.ticket.unanswered_since = None
        self.publish(events.CallJoined, by=by, at=at, call_id=call["id"])

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
            self.publish(events.ArticleLinked, by=by, at=at, article_id=article_id)
        else:
            solved = outcome is Outcome.SOLVED
            self.publish(events.ArticleSolved, by=by, at=at, article_id=article_id, solved=solved)
