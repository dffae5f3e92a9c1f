"""The course of a ticket: from the first word through hands and lines to its end, or until the present."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.demo.chronicle.desk import Agent, Caller, Desk, Unit
from helpdesk.demo.chronicle.telling import Start, Told
from helpdesk.demo.staging.wording import Wording
from helpdesk.demo.stories.shape import Story
from helpdesk.kb.models import Outcome
from helpdesk.routing import rules as routing
from helpdesk.sla.rules import Metric
from helpdesk.telephony.models import CallOutcome, Direction
from helpdesk.tickets.rules import (
    WAITING_STATES,
    Channel,
    Line,
    Priority,
    ReturnReason,
    State,
    TicketType,
)

ONE_MINUTE = timedelta(minutes=1)
CLOSES_AFTER = timedelta(days=7)


class Cut(Exception):
    """The present has come: what would happen next has not happened yet."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What chance has drawn. Shares are of the promised time: below 1 is in time.

    `depth` is the line that solves it; `stops` leaves it in work after the first steps.
    """

    story: Story
    caller: Caller
    channel: Channel
    at: datetime
    depth: int
    first_share: float
    solution_share: float
    answer_share: float
    asks: bool = False
    returns: bool = False
    comes_again: bool = False
    nudges: bool = False
    stops: str = ""


@dataclass
class Course:
    """Plays one scene on one ticket up to `until`."""

    desk: Desk
    scene: Scene
    told: Told
    rng: random.Random
    until: datetime
    words: Wording = field(init=False)
    t: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.words = Wording(self.scene.story, self.scene.caller, self.rng)
        self.t = self.scene.at

    def play(self) -> None:
        """Let it happen; ends where the present begins."""
        try:
            if self.scene.channel is Channel.PHONE:
                self._by_phone()
            else:
                self._by_mail()
            self._afterwards()
        except Cut:
            return

    # beginnings

    def _by_mail(self) -> None:
        text, until = self.words.mail(self.words.own("mail"))
        decision, facts = self._routed(self.words.subject(), text[:until])
        placement = decision.placement
        unit = self.desk.units[placement.team_id or 0]
        start = Start(
            caller=self.scene.caller,
            channel=Channel.MAIL,
            subject=self.subject,
            text=text,
            reply_until=until,
            type=placement.type or TicketType.REQUEST,
            priority=placement.priority or Priority.P3,
            unit=unit,
            tags=placement.tags,
        )
        self.told.open(start, by=self.desk.system_id, at=self.t)
        self._keep_decision(decision, facts)
        agent = self._somebody(unit)
        if not unit.is_default:
            self.told.assign(agent.id, by=self.desk.system_id, at=self.t)
        if self.scene.stops == "new":
            raise Cut
        self._first_touch(agent)

    def _first_touch(self, agent: Agent) -> None:
        story, ticket = self.scene.story, self.told.ticket
        target = min(self._target(Metric.FIRST_RESPONSE, p) for p in (ticket.priority, story.priority))
        answered = self._open_later(int(target * self.scene.first_share))
        self._go(max(self.t + ONE_MINUTE, answered - timedelta(minutes=self.rng.randint(2, 9))))
        self.told.take(by=agent.id, at=self.t)
        if ticket.type is not story.kind and self.rng.random() < 0.8:
            self._pause(20, 60)
            self.told.change_type(story.kind, by=agent.id, at=self.t)
        self._set_priority(agent)
        self._go(max(self.t + timedelta(seconds=self.rng.randint(30, 90)), answered))
        self._work(agent)

    def _set_priority(self, agent: Agent) -> None:
        old, new = self.told.ticket.priority, self.scene.story.priority
        if new < old or (new > old and old is Priority.P3):
            reason = self.words.shared("less_urgent") if new > old else ""
            story = self.scene.story
            self.told.change_priority(story.impact, story.urgency, reason, by=agent.id, at=self.t)

    def _by_phone(self) -> None:
        agent, story = self._somebody(self.desk.default_unit(1)), self.scene.story
        unit = self.desk.default_unit(1)
        decision, facts = self._routed(self.words.subject(), self.words.own("call"))
        outcome = self._outcome()
        call = self._call(agent, outcome)
        start = Start(
            caller=self.scene.caller,
            channel=Channel.PHONE,
            subject=self.subject,
            text=self.words.own("call"),
            type=decision.placement.type or TicketType.REQUEST,
            priority=story.priority,
            impact=story.impact,
            urgency=story.urgency,
            unit=unit,
            tags=decision.placement.tags,
            assignee_id=agent.id,
            live=True,
            call=call,
        )
        self.told.open(start, by=agent.id, at=self.t)
        self._keep_decision(decision, facts)
        if outcome is CallOutcome.SOLVED:
            self._use_article(agent, Outcome.SOLVED)
            self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t, in_call=True)
        elif outcome is CallOutcome.ESCALATED:
            self.told.escalate(self.words.card(), by=agent.id, at=self.t, unit=self._next_unit(1))
            self._second_line()
        else:
            self.told.note(self.words.own("tried"), by=agent.id, at=self.t)
            self._pause(300, 3600)
            self._solve_here(agent)

    def _outcome(self) -> CallOutcome:
        if self.scene.stops:
            return CallOutcome.KEPT if self.scene.depth == 1 else CallOutcome.ESCALATED
        if self.scene.depth > 1:
            return CallOutcome.ESCALATED
        return CallOutcome.SOLVED if self.rng.random() < 0.65 else CallOutcome.KEPT

    def _call(self, agent: Agent, outcome: CallOutcome) -> dict[str, object]:
        seconds = self.rng.randint(95, 640)
        typed, e164 = self.scene.caller.numbers[0] if self.scene.caller.numbers else (None, None)
        return self.told.batch.add(
            "call",
            id=self.told.ids.next("call_id_seq"),
            direction=Direction.IN,
            number_typed=typed,
            number_e164=e164,
            contact_id=self.scene.caller.contact_id,
            operator_id=agent.id,
            ticket_id=self.told.number,
            outcome=outcome,
            subject=self.subject,
            note="",
            started_at=self.t - timedelta(seconds=seconds),
            seconds=seconds,
        )

    # the work

    def _work(self, agent: Agent) -> None:
        """At the instant of the first answer: solve it, ask, or hand it up."""
        if self.told.ticket.line == Line.SECOND:
            self._say("looking", agent)
            self._second_line(agent)
        elif self.scene.depth > 1:
            self._say("passing", agent)
            if self.scene.story.article and self.rng.random() < 0.4:
                self._use_article(agent, Outcome.DID_NOT_HELP)
            self._pause(60, 240)
            self._go(self.t)
            self.told.escalate(self.words.card(), by=agent.id, at=self.t, unit=self._next_unit(1))
            self._second_line()
        elif self.scene.asks:
            self._ask(agent, self.words.own("question"))
            if self.rng.random() < 0.3:
                self._say("looking", agent)
                self._spend(0.8)
            self._answer(agent)
        elif self.rng.random() < 0.55 and not self.scene.stops:
            self._answer(agent)
        else:
            self._say("looking", agent)
            self._spend(0.5)
            self._solve_here(agent)

    def _solve_here(self, agent: Agent) -> None:
        if self.scene.stops:
            raise Cut
        if self.scene.nudges:
            self._nudge(agent)
        self._spend(0.9)
        self._answer(agent)

    def _answer(self, agent: Agent) -> None:
        """The answer that solves it, and its end."""
        self.told.reply(self.words.letter(self.words.own("answer")), by=agent.id, at=self.t)
        self._use_article(agent, Outcome.SOLVED)
        if self.rng.random() < 0.2:
            self._real_time(0.2, 5)
            self._hear(self.words.shared("thanks"))
        self._pause(40, 180)
        self._go(self.t)
        self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t)

    def _ask(self, agent: Agent, question: str) -> None:
        """Ask the client, wait, and get the answer."""
        self.told.reply(self.words.letter(question), by=agent.id, at=self.t)
        self._pause(5, 30)
        self._go(self.t)
        reason = self.words.shared("wait_client")
        self.told.wait(State.WAITING_CLIENT, reason, by=agent.id, at=self.t)
        if self.scene.stops == "waiting":
            raise Cut
        self._real_time(0.4, 70)
        self._hear(self.words.own("details"))
        self._answer_in_time()

    def _second_line(self, agent: Agent | None = None) -> None:
        """Line 2 picks it up, may give it back, finds it or hands it up."""
        if agent is None:
            agent = self._picks_up()
        if self.scene.stops == "third":
            self.told.wait(State.WAITING_THIRD_PARTY, self.words.shared("wait_other"), by=agent.id, at=self.t)
        if self.scene.stops and self.scene.depth == 2:
            raise Cut
        if self.scene.returns and self.told.handovers:
            agent = self._to_and_fro(agent)
        self._spend(0.35)
        self.told.note(self._found(), by=agent.id, at=self.t)
        if self.scene.depth >= 3:
            self._third_line(agent)
        elif self.told.handovers and self.rng.random() < 0.5:
            self._return_answered(agent)
        else:
            self._pause(120, 900)
            self._go(self.t)
            self._answer(agent)

    def _picks_up(self) -> Agent:
        unit = self.desk.units[self.told.ticket.team_id]
        self._spend(0.25)
        agent = self._somebody(unit)
        self.told.take(by=agent.id, at=self.t)
        self._pause(60, 400)
        return agent

    def _to_and_fro(self, agent: Agent) -> Agent:
        """Back to line 1 for what is missing, and up again with it."""
        code = self.rng.choice((ReturnReason.INFORMATION_MISSING, ReturnReason.STEPS_NOT_TRIED))
        self._spend(0.08)
        self.told.return_ticket(code, self.words.returned(code), by=agent.id, at=self.t)
        below = self._holder()
        if below is None:
            below = self._picks_up()
        self._spend(0.12)
        if self.scene.caller.emails and self.told.ticket.line == Line.FIRST:
            self._ask(below, self.words.shared("after_return"))
            self._say("passing", below)
            self._pause(60, 240)
        else:
            self._pause(600, 1800)
        card = self.words.card(self.words.shared("up_again"))
        self._go(self.t)
        self.told.escalate(card, by=below.id, at=self.t, unit=self._next_unit(self.told.ticket.line))
        return self._picks_up()

    def _third_line(self, agent: Agent) -> None:
        self._pause(60, 300)
        self._go(self.t)
        self.told.escalate(self.words.card(self._found()), by=agent.id, at=self.t)
        expert = self._picks_up()
        if self.scene.stops:
            raise Cut
        if self.rng.random() < 0.2:
            self.told.wait(
                State.WAITING_THIRD_PARTY, self.words.shared("wait_other"), by=expert.id, at=self.t
            )
            self._real_time(2, 20)
            self._go(self.t)
            self.told.resume(by=expert.id, at=self.t)
        self._spend(0.5)
        self.told.note(self.words.own("finding"), by=expert.id, at=self.t)
        self._return_answered(expert)

    def _return_answered(self, agent: Agent) -> None:
        """Back with the finding; whoever gets it tells the client."""
        self._pause(60, 600)
        self._go(self.t)
        code = ReturnReason.ANSWERED
        self.told.return_ticket(code, self.words.returned(code), by=agent.id, at=self.t)
        self._spend(0.5)
        below = self._holder() or self._taken()
        self._answer(below)

    def _taken(self) -> Agent:
        agent = self._somebody(self.desk.units[self.told.ticket.team_id])
        self.told.take(by=agent.id, at=self.t)
        return agent

    # endings

    def _afterwards(self) -> None:
        resolved = self.t
        if self.scene.comes_again:
            self._real_time(5, 60)
            self._hear(self.words.shared("again"))
            self._answer_in_time()
            agent = self._holder() or self._taken()
            self.told.reply(self.words.letter(self.words.shared("again_answer")), by=agent.id, at=self.t)
            self._pause(30, 200)
            self._go(self.t)
            self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t)
            resolved = self.t
        self._go(resolved + CLOSES_AFTER + timedelta(seconds=self.rng.randint(1, 299)))
        self.told.close(by=self.desk.system_id, at=self.t)

    def _nudge(self, agent: Agent) -> None:
        """The client asks how far we are; by mail, or by phone to whoever answers."""
        self._spend(0.5)
        self._hear(self.words.shared("nudges"))
        self._answer_in_time()
        self.told.reply(self.words.letter(self.words.shared("looking")), by=agent.id, at=self.t)

    # what the steps share

    def _hear(self, text: str) -> None:
        self._go(self.t)
        whole, until = self.words.mail(text)
        self.told.client_writes(whole, at=self.t, until=until)

    def _say(self, name: str, agent: Agent) -> None:
        self.told.reply(self.words.letter(self.words.shared(name)), by=agent.id, at=self.t)

    def _found(self) -> str:
        return f"{self.words.own('finding')}\n\n{self.words.shared('configuration')}"

    def _use_article(self, agent: Agent, outcome: Outcome) -> None:
        article_id = self.desk.articles.get(self.scene.story.article)
        if article_id and (outcome is not Outcome.SOLVED or self.rng.random() < 0.7):
            self.told.use_article(article_id, outcome, by=agent.id, at=self.t)

    def _routed(self, subject: str, text: str) -> tuple[routing.Decision, routing.Facts]:
        self.subject = subject
        here = self.t.astimezone(ZoneInfo(self.desk.zone))
        is_mail = self.scene.channel is Channel.MAIL
        facts = routing.Facts(
            channel=self.scene.channel,
            company_id=self.scene.caller.company_id,
            vip=self.scene.caller.vip,
            words=f"{subject}\n{text}".casefold(),
            language=self.scene.caller.language,
            hour=here.hour,
            weekday=here.weekday(),
            mailbox_id=self.desk.mailbox_id if is_mail else None,
        )
        return self.desk.decide(facts), facts

    def _keep_decision(self, decision: routing.Decision, facts: routing.Facts) -> None:
        self.told.batch.add(
            "routing_decision",
            ticket_id=self.told.number,
            rule_id=decision.rule.id if decision.rule else None,
            rule_name=decision.rule.name if decision.rule else "",
            facts=routing.stored(facts),
            because=[{"code": one.code, "value": one.value} for one in decision.because],
            placement=routing.stored(decision.placement),
            decided_at=self.t,
        )

    def _somebody(self, unit: Unit) -> Agent:
        """One of the team, for Russian words somebody who reads them; leads less often."""
        russian = self.scene.caller.language == "ru"
        able = [agent for agent in unit.agents if (agent.language == "ru") == russian] or list(unit.agents)
        return self.rng.choices(able, [1 if unit.id in agent.led else 3 for agent in able])[0]

    def _holder(self) -> Agent | None:
        return self.desk.agents.get(self.told.ticket.assignee_id or 0)

    def _next_unit(self, line: int) -> Unit:
        crews = [unit for unit in self.desk.units.values() if unit.name == self.scene.story.crew]
        return crews[0] if crews and line == Line.FIRST else self.desk.default_unit(line + 1)

    def _target(self, metric: Metric, priority: Priority) -> int:
        return self.desk.target(self.told.ticket.company_id, metric, priority, self.scene.at)

    def _open_later(self, seconds: int) -> datetime:
        """So many open seconds after now."""
        hours = self.desk.hours(self.told.ticket.company_id, self.scene.at)
        due = hours.due(int(self.t.timestamp()), max(seconds, 1))
        return datetime.fromtimestamp(due or self.t.timestamp() + seconds, UTC)

    def _spend(self, share: float) -> None:
        """Let work go on for a share of what is left of the time that this ticket is to take."""
        hours = self.desk.hours(self.told.ticket.company_id, self.scene.at)
        target = self._target(Metric.RESOLUTION, self.told.ticket.priority) * self.scene.solution_share
        used = hours.open_seconds(int(self.scene.at.timestamp()), int(self.t.timestamp())) - self._paused()
        left = max(target - used, 600)
        self._go(self._open_later(int(left * share * self.rng.uniform(0.6, 1.0))))

    def _paused(self) -> int:
        """Open seconds that did not count because the ticket waited."""
        hours = self.desk.hours(self.told.ticket.company_id, self.scene.at)
        total, since = 0, None
        for one in self.told.happened:
            state = getattr(one.event, "state", None)
            if state in WAITING_STATES and since is None:
                since = int(one.event.at.timestamp())
            elif state not in WAITING_STATES and state is not None and since is not None:
                total += hours.open_seconds(since, int(one.event.at.timestamp()))
                since = None
        return total

    def _answer_in_time(self) -> None:
        """Until the next answer, as quick as this scene's people are."""
        target = self._target(Metric.NEXT_RESPONSE, self.told.ticket.priority)
        self._go(self._open_later(int(target * self.scene.answer_share)))

    def _real_time(self, least: float, most: float) -> None:
        """Hours of real time pass, few rather than many, and clients sleep at night too."""
        hours = least + (most - least) * self.rng.random() ** 3
        self.t += timedelta(seconds=int(hours * 3600))
        here = self.t.astimezone(ZoneInfo(self.desk.zone))
        if not 7 <= here.hour < 20:
            self.t += timedelta(hours=(31 - here.hour) % 24, minutes=self.rng.randint(0, 90))

    def _pause(self, least: int, most: int) -> None:
        self.t += timedelta(seconds=self.rng.randint(least, most))

    def _go(self, at: datetime) -> None:
        self.t = max(self.t, at).replace(microsecond=0)
        if self.t > self.until:
            raise Cut
