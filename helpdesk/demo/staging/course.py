"""The course of a ticket: from the first word through hands and lines to its end, or until the present."""

from datetime import timedelta

from helpdesk.demo.chronicle.desk import Agent
from helpdesk.demo.chronicle.shape import Start
from helpdesk.demo.staging.steps import Cut, Steps
from helpdesk.kb.models import Outcome
from helpdesk.sla.rules import Metric
from helpdesk.telephony.models import CallOutcome
from helpdesk.tickets.rules import Channel, Line, Priority, ReturnReason, State, TicketType, WaitReason

ONE_MINUTE = timedelta(minutes=1)
CLOSES_AFTER = timedelta(days=7)


class Course(Steps):
    """Plays one scene on one ticket."""

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
        decision, facts = self.routed(self.words.subject(), text[:until])
        placement = decision.placement
        unit = self.desk.units[placement.team_id or 0]
        start = Start(
            caller=self.scene.caller,
            channel=Channel.MAIL,
            subject=self.title,
            text=text,
            reply_until=until,
            type=placement.type or TicketType.REQUEST,
            priority=placement.priority or Priority.P3,
            unit=unit,
            tags=placement.tags,
        )
        self.told.open(start, by=self.desk.system_id, at=self.t)
        self.keep_decision(decision, facts)
        agent = self.somebody(unit)
        if not unit.is_default:
            self.told.assign(agent.id, by=self.desk.system_id, at=self.t)
        if self.scene.stops == "new":
            raise Cut
        self._first_touch(agent)

    def _first_touch(self, agent: Agent) -> None:
        story, ticket = self.scene.story, self.told.ticket
        target = min(self.target(Metric.FIRST_RESPONSE, p) for p in (ticket.priority, story.priority))
        answered = self.open_later(int(target * self.scene.first_share))
        self.go(max(self.t + ONE_MINUTE, answered - timedelta(minutes=self.rng.randint(2, 9))))
        self.told.take(by=agent.id, at=self.t)
        if ticket.type is not story.kind and self.rng.random() < 0.8:
            self.pause(20, 60)
            self.told.change_type(story.kind, by=agent.id, at=self.t)
        self._set_priority(agent)
        self.go(max(self.t + timedelta(seconds=self.rng.randint(30, 90)), answered))
        self._work(agent)

    def _set_priority(self, agent: Agent) -> None:
        old, new = self.told.ticket.priority, self.scene.story.priority
        if new < old or (new > old and old is Priority.P3):
            reason = self.words.shared("less_urgent") if new > old else ""
            story = self.scene.story
            self.told.change_priority(story.impact, story.urgency, reason, by=agent.id, at=self.t)

    def _by_phone(self) -> None:
        agent, story = self.somebody(self.desk.default_unit(1)), self.scene.story
        unit = self.desk.default_unit(1)
        decision, facts = self.routed(self.words.subject(), self.words.own("call"))
        outcome = self._outcome()
        call = self.call(agent, outcome)
        start = Start(
            caller=self.scene.caller,
            channel=Channel.PHONE,
            subject=self.title,
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
        self.keep_decision(decision, facts)
        if outcome is CallOutcome.SOLVED:
            self.use_article(agent, Outcome.SOLVED)
            self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t, in_call=True)
        elif outcome is CallOutcome.ESCALATED:
            self.told.escalate(self.words.card(), by=agent.id, at=self.t, unit=self.next_unit(1))
            self._second_line()
        else:
            self.told.note(self.words.own("tried"), by=agent.id, at=self.t)
            self.pause(300, 3600)
            self._solve_here(agent)

    def _outcome(self) -> CallOutcome:
        if self.scene.stops:
            return CallOutcome.KEPT if self.scene.depth == 1 else CallOutcome.ESCALATED
        if self.scene.depth > 1:
            return CallOutcome.ESCALATED
        return CallOutcome.SOLVED if self.rng.random() < 0.65 else CallOutcome.KEPT

    # the work

    def _work(self, agent: Agent) -> None:
        """At the instant of the first answer: solve it, ask, or hand it up."""
        if self.told.ticket.line == Line.SECOND:
            self.say("looking", agent)
            self._second_line(agent)
        elif self.scene.depth > 1:
            self.say("passing", agent)
            if self.scene.story.article and self.rng.random() < 0.4:
                self.use_article(agent, Outcome.DID_NOT_HELP)
            self.pause(60, 240)
            self.go(self.t)
            self.told.escalate(self.words.card(), by=agent.id, at=self.t, unit=self.next_unit(1))
            self._second_line()
        elif self.scene.asks:
            self._ask(agent, self.words.own("question"))
            if self.rng.random() < 0.3:
                self.say("looking", agent)
                self.spend(0.8)
            self._answer(agent)
        elif self.rng.random() < 0.55 and not self.scene.stops:
            self._answer(agent)
        else:
            self.say("looking", agent)
            self.spend(0.5)
            self._solve_here(agent)

    def _solve_here(self, agent: Agent) -> None:
        if self.scene.stops:
            raise Cut
        if self.scene.nudges:
            self._nudge(agent)
        self.spend(0.9)
        self._answer(agent)

    def _answer(self, agent: Agent) -> None:
        """The answer that solves it, and its end."""
        self.told.reply(self.words.letter(self.words.own("answer")), by=agent.id, at=self.t)
        self.use_article(agent, Outcome.SOLVED)
        if self.rng.random() < 0.2:
            self.real_time(0.2, 5)
            self.hear(self.words.shared("thanks"))
        self.pause(40, 180)
        self.go(self.t)
        self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t)

    def _ask(self, agent: Agent, question: str) -> None:
        """Ask the client, wait, and get the answer."""
        self.told.reply(self.words.letter(question), by=agent.id, at=self.t)
        self.pause(5, 30)
        self.go(self.t)
        reason = self.words.shared("wait_client")
        self.wait(State.WAITING_CLIENT, reason, WaitReason.INFORMATION, agent)
        if self.scene.stops == "waiting":
            raise Cut
        self.real_time(0.4, 70)
        self.hear(self.words.own("details"))
        self.answer_in_time()

    def _second_line(self, agent: Agent | None = None) -> None:
        """Line 2 picks it up, may give it back, finds it or hands it up."""
        if agent is None:
            agent = self._picks_up()
        if self.scene.stops == "third":
            self.ask_outside(agent)
        if self.scene.stops and self.scene.depth == 2:
            raise Cut
        if self.scene.returns and self.told.handovers:
            agent = self._to_and_fro(agent)
        self.spend(0.35)
        self.told.note(self.words.seen if self.scene.depth >= 3 else self.found(), by=agent.id, at=self.t)
        if self.scene.depth >= 3:
            self._third_line(agent)
        elif self.told.handovers and self.rng.random() < 0.5:
            self._return_answered(agent)
        else:
            self.pause(120, 900)
            self.go(self.t)
            self._answer(agent)

    def _picks_up(self) -> Agent:
        unit = self.desk.units[self.told.ticket.team_id]
        self.spend(0.25)
        agent = self.somebody(unit)
        self.told.take(by=agent.id, at=self.t)
        self.pause(60, 400)
        return agent

    def _to_and_fro(self, agent: Agent) -> Agent:
        """Back to line 1 for what is missing, and up again with it."""
        code = self.rng.choice((ReturnReason.INFORMATION_MISSING, ReturnReason.STEPS_NOT_TRIED))
        self.spend(0.08)
        self.told.return_ticket(code, self.words.returned(code), by=agent.id, at=self.t)
        below = self.holder()
        if below is None:
            below = self._picks_up()
        self.spend(0.12)
        if self.scene.caller.emails and self.told.ticket.line == Line.FIRST:
            self._ask(below, self.words.shared("after_return"))
            self.say("passing", below)
            self.pause(60, 240)
        else:
            self.pause(600, 1800)
        card = self.words.card(self.words.shared("up_again"))
        self.go(self.t)
        self.told.escalate(card, by=below.id, at=self.t, unit=self.next_unit(self.told.ticket.line))
        return self._picks_up()

    def _third_line(self, agent: Agent) -> None:
        self.pause(60, 300)
        self.go(self.t)
        self.told.escalate(self.words.card(self.words.seen), by=agent.id, at=self.t)
        expert = self._picks_up()
        if self.scene.stops:
            raise Cut
        if self.rng.random() < 0.2:
            self.ask_outside(expert)
            self.real_time(2, 20)
            self.go(self.t)
            self.told.resume(by=expert.id, at=self.t)
        self.spend(0.5)
        self.told.note(self.words.own("finding"), by=expert.id, at=self.t)
        self._return_answered(expert)

    def _return_answered(self, agent: Agent) -> None:
        """Back with the finding; whoever gets it tells the client."""
        self.pause(60, 600)
        self.go(self.t)
        code = ReturnReason.ANSWERED
        self.told.return_ticket(code, self.words.returned(code), by=agent.id, at=self.t)
        self.spend(0.5)
        below = self.holder() or self._taken()
        self._answer(below)

    def _taken(self) -> Agent:
        agent = self.somebody(self.desk.units[self.told.ticket.team_id])
        self.told.take(by=agent.id, at=self.t)
        return agent

    # endings

    def _afterwards(self) -> None:
        resolved = self.t
        if self.scene.comes_again:
            self.real_time(5, 60)
            self.hear(self.words.shared("again"))
            self.answer_in_time()
            agent = self.holder() or self._taken()
            self.told.reply(self.words.letter(self.words.shared("again_answer")), by=agent.id, at=self.t)
            self.pause(30, 200)
            self.go(self.t)
            self.told.resolve(self.words.own("resolution"), by=agent.id, at=self.t)
            resolved = self.t
        self.go(resolved + CLOSES_AFTER + timedelta(seconds=self.rng.randint(1, 299)))
        self.told.close(by=self.desk.system_id, at=self.t)

    def _rings_again(self) -> None:
        """Somebody of line 1 takes the call and from then on reads along."""
        self.go(self.t)
        operator = self.somebody(self.desk.default_unit(1))
        call = self.call(operator, CallOutcome.JOINED)
        self.told.client_writes(self.words.shared("calls_again"), at=self.t, call=call)
        self.told.join_call(call, by=operator.id, at=self.t)

    def _nudge(self, agent: Agent) -> None:
        """The client asks how far we are; by mail, or by phone to whoever answers."""
        self.spend(0.5)
        if self.scene.caller.numbers and self.rng.random() < 0.4:
            self._rings_again()
        else:
            self.hear(self.words.shared("nudges"))
        self.answer_in_time()
        self.told.reply(self.words.letter(self.words.shared("looking")), by=agent.id, at=self.t)
