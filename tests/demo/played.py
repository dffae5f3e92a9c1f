"""A story once more, this time through the desk's own verbs and its own sweep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from helpdesk.db import db
from helpdesk.demo.chronicle.desk import Caller, Unit
from helpdesk.demo.chronicle.rows import Row
from helpdesk.demo.chronicle.shape import Start
from helpdesk.demo.chronicle.telling import Told
from helpdesk.kb.models import Outcome
from helpdesk.sla.sweep import fire
from helpdesk.telephony.models import Call
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import (
    Channel,
    DiscardReason,
    HandoverCard,
    Impact,
    ReturnReason,
    State,
    TicketType,
    Urgency,
    WaitReason,
)

VERBS = (
    "open", "take", "assign", "client_writes", "reply", "note", "escalate", "return_ticket", "wait", "resume",
    "resolve", "reopen", "close", "discard", "change_type", "change_priority", "join_call", "use_article",
)  # fmt: skip
Step = tuple[str, tuple[Any, ...], dict[str, Any]]


class Recorded(Told):
    """Remembers what it was told, in order; verbs that a verb calls itself are its own matter."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.steps: list[Step] = []
        self._busy = False


def _remembering(name: str) -> Any:
    verb = getattr(Told, name)

    def remembered(self: Recorded, *arguments: Any, **named: Any) -> None:
        outer, self._busy = self._busy, True
        if not outer:
            self.steps.append((name, arguments, named))
        try:
            verb(self, *arguments, **named)
        finally:
            self._busy = outer

    return remembered


for _name in VERBS:
    setattr(Recorded, _name, _remembering(_name))


class Played:
    """The same verbs on a real ticket."""

    def __init__(self, told: Recorded) -> None:
        self.told = told
        self.ticket: Ticket
        self.caller: Caller

    def play(self, sweeps: Sequence[tuple[datetime, datetime]]) -> Ticket:
        """All steps; `sweeps` says for each crossing when it was and when the sweep found it."""
        left = sorted(sweeps, key=lambda one: one[1])
        for name, arguments, named in self.told.steps:
            while left and left[0][0] < named["at"]:
                self._sweep(left.pop(0)[1])
            getattr(self, name)(*arguments, **named)
        for _, found_at in left:
            self._sweep(found_at)
        return self.ticket

    def _sweep(self, found_at: datetime) -> None:
        fire(self.ticket, found_at)

    def open(self, start: Start, *, by: int, at: datetime) -> None:
        self.caller = start.caller
        opening = actions.Opening(
            channel=start.channel,
            subject=start.subject,
            type=start.type,
            priority=start.priority,
            language=start.caller.language,
            company_id=start.caller.company_id,
            contact_id=start.caller.contact_id,
            line=start.unit.line,
            team_id=start.unit.id,
            message=self._words(start.text, start.channel, start),
            impact=start.impact,
            urgency=start.urgency,
            tags=start.tags,
            mailbox_id=self.told.desk.mailbox_id if start.channel is Channel.MAIL else None,
            assignee_id=start.assignee_id,
            by_machine=start.by_machine,
            live=start.live,
        )
        self.ticket = actions.open_ticket(opening, by=by, now=at)

    def _words(
        self,
        text: str,
        channel: Channel,
        start: Start | None = None,
        until: int | None = None,
        call: Row | None = None,
    ) -> actions.ClientMessage:
        by_mail = channel is Channel.MAIL
        subject = start.subject if start else (f"Re: {self.ticket.subject}" if by_mail else "")
        call = start.call if start else call
        if call:
            db.session.add(Call(**{**call, "ticket_id": None}))
            db.session.flush()
        return actions.ClientMessage(
            author_id=self.caller.person_id,
            text=text,
            channel=channel,
            subject=subject,
            reply_until=start.reply_until if start else until,
            is_machine=bool(start and start.by_machine),
            call_id=call["id"] if call else None,
            written_from=self.caller.emails[0] if by_mail else None,
        )

    def take(self, *, by: int, at: datetime) -> None:
        actions.take(self.ticket, by=by, now=at)

    def assign(self, person_id: int, *, by: int, at: datetime) -> None:
        actions.assign(self.ticket, person_id, by=by, now=at)

    def client_writes(
        self, text: str, *, at: datetime, until: int | None = None, call: Row | None = None
    ) -> None:
        channel = Channel.PHONE if call else Channel.MAIL
        words = self._words(text, channel, until=until, call=call)
        by = call["operator_id"] if call else self.told.desk.system_id
        actions.add_client_message(self.ticket, words, by=by, now=at)

    def join_call(self, call: Row, *, by: int, at: datetime) -> None:
        actions.join_call(self.ticket, call["id"], by=by, now=at)

    def reply(self, text: str, *, by: int, at: datetime) -> None:
        actions.reply(self.ticket, actions.Reply(text=text), by=by, now=at)

    def note(self, text: str, *, by: int, at: datetime) -> None:
        actions.add_note(self.ticket, text, by=by, now=at)

    def escalate(self, card: HandoverCard, *, by: int, at: datetime, unit: Unit | None = None) -> None:
        actions.escalate(self.ticket, card=card, by=by, now=at, to_team_id=unit.id if unit else None)

    def return_ticket(self, code: ReturnReason, reason: str, *, by: int, at: datetime) -> None:
        actions.return_ticket(self.ticket, reason_code=code, reason=reason, by=by, now=at)

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
        for_whom = actions.Party(name=party)
        actions.wait(
            self.ticket, state, reason=reason, by=by, now=at, wake_at=wake_at, about=about, party=for_whom
        )

    def resume(self, *, by: int, at: datetime) -> None:
        actions.resume(self.ticket, by=by, now=at)

    def resolve(self, note: str, *, by: int, at: datetime, in_call: bool = False) -> None:
        actions.resolve(self.ticket, note, by=by, now=at, in_call=in_call)

    def close(self, *, by: int, at: datetime) -> None:
        actions.close(self.ticket, by=by, now=at)

    def discard(self, reason: DiscardReason, words: str, *, by: int, at: datetime) -> None:
        actions.discard(self.ticket, reason, by=by, now=at, words=words)

    def change_type(self, kind: TicketType, *, by: int, at: datetime) -> None:
        actions.change_type(self.ticket, kind, by=by, now=at)

    def change_priority(
        self, impact: Impact, urgency: Urgency, reason: str, *, by: int, at: datetime
    ) -> None:
        actions.change_priority(self.ticket, impact=impact, urgency=urgency, reason=reason, by=by, now=at)

    def use_article(self, article_id: int, outcome: Outcome, *, by: int, at: datetime) -> None:
        if outcome is Outcome.LINKED:
            actions.link_article(self.ticket, article_id, by=by, now=at)
        else:
            solved = outcome is Outcome.SOLVED
            actions.article_outcome(self.ticket, article_id, solved=solved, by=by, now=at)
