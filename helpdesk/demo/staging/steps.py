"""What every course is made of: people found, time spent, words said, calls noted, until the present."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.demo.chronicle.desk import Agent, Caller, Desk, Unit
from helpdesk.demo.chronicle.rows import Row
from helpdesk.demo.chronicle.telling import Told
from helpdesk.demo.staging.wording import Wording
from helpdesk.demo.stories.phrases import PARTIES
from helpdesk.demo.stories.shape import Story
from helpdesk.kb.models import Outcome
from helpdesk.routing import rules as routing
from helpdesk.sla.rules import Metric
from helpdesk.telephony.models import CallOutcome, Direction
from helpdesk.tickets.rules import WAITING_STATES, Channel, Line, Priority, State, WaitReason


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
class Steps:
    """One scene on one ticket up to `until`; the course itself is in course.Course."""

    desk: Desk
    scene: Scene
    told: Told
    rng: random.Random
    until: datetime
    words: Wording = field(init=False)
    t: datetime = field(init=False)
    title: str = field(init=False)

    def __post_init__(self) -> None:
        self.words = Wording(self.scene.story, self.scene.caller, self.rng)
        self.t = self.scene.at

    def call(self, agent: Agent, outcome: CallOutcome) -> Row:
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
            subject=self.title,
            note="",
            started_at=self.t - timedelta(seconds=seconds),
            seconds=seconds,
        )

    def hear(self, text: str) -> None:
        self.go(self.t)
        whole, until = self.words.mail(text)
        self.told.client_writes(whole, at=self.t, until=until)

    def say(self, name: str, agent: Agent) -> None:
        self.told.reply(self.words.letter(self.words.shared(name)), by=agent.id, at=self.t)

    def found(self) -> str:
        return f"{self.words.own('finding')}\n\n{self.words.configuration}"

    def use_article(self, agent: Agent, outcome: Outcome) -> None:
        article_id = self.desk.articles.get(self.scene.story.article)
        if article_id and (outcome is not Outcome.SOLVED or self.rng.random() < 0.7):
            self.told.use_article(article_id, outcome, by=agent.id, at=self.t)

    def routed(self, subject: str, text: str) -> tuple[routing.Decision, routing.Facts]:
        self.title = subject
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

    def keep_decision(self, decision: routing.Decision, facts: routing.Facts) -> None:
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

    def somebody(self, unit: Unit) -> Agent:
        """One of the team, for Russian words somebody who reads them; leads less often."""
        russian = self.scene.caller.language == "ru"
        able = [agent for agent in unit.agents if agent.language == "ru" or not russian] or list(unit.agents)
        shares = [1 if unit.id in agent.led else 2 if agent.language == "ru" else 3 for agent in able]
        return self.rng.choices(able, shares)[0]

    def holder(self) -> Agent | None:
        return self.desk.agents.get(self.told.ticket.assignee_id or 0)

    def next_unit(self, line: int) -> Unit:
        crews = [unit for unit in self.desk.units.values() if unit.name == self.scene.story.crew]
        return crews[0] if crews and line == Line.FIRST else self.desk.default_unit(line + 1)

    def target(self, metric: Metric, priority: Priority) -> int:
        return self.desk.target(self.told.ticket.company_id, metric, priority, self.scene.at)

    def open_later(self, seconds: int) -> datetime:
        """So many open seconds after now."""
        hours = self.desk.hours(self.told.ticket.company_id, self.scene.at)
        due = hours.due(int(self.t.timestamp()), max(seconds, 1))
        return datetime.fromtimestamp(due or self.t.timestamp() + seconds, UTC)

    def spend(self, share: float) -> None:
        """Let work go on for a share of what is left of the time that this ticket is to take."""
        hours = self.desk.hours(self.told.ticket.company_id, self.scene.at)
        target = self.target(Metric.RESOLUTION, self.told.ticket.priority) * self.scene.solution_share
        used = hours.open_seconds(int(self.scene.at.timestamp()), int(self.t.timestamp())) - self.paused()
        left = max(target - used, 600)
        self.go(self.open_later(int(left * share * self.rng.uniform(0.6, 1.0))))

    def paused(self) -> int:
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

    def answer_in_time(self) -> None:
        """Until the next answer, as quick as this scene's people are."""
        target = self.target(Metric.NEXT_RESPONSE, self.told.ticket.priority)
        self.go(self.open_later(int(target * self.scene.answer_share)))

    def real_time(self, least: float, most: float) -> None:
        """Hours of real time pass, few rather than many, and clients sleep at night too."""
        hours = least + (most - least) * self.rng.random() ** 3
        self.t += timedelta(seconds=int(hours * 3600))
        here = self.t.astimezone(ZoneInfo(self.desk.zone))
        if not 7 <= here.hour < 20:
            self.t += timedelta(hours=(31 - here.hour) % 24, minutes=self.rng.randint(0, 90))

    def ask_outside(self, agent: Agent) -> None:
        reason = self.words.shared("wait_other")
        self.wait(State.WAITING_THIRD_PARTY, reason, WaitReason.VENDOR, agent, PARTIES.get(reason, ""))

    def wait(self, state: State, reason: str, about: WaitReason, agent: Agent, party: str = "") -> None:
        """Wait until a morning after the client's answer, or for what still waits after today."""
        from_day = self.until if self.scene.stops else self.t + timedelta(days=4)
        day = from_day.astimezone(ZoneInfo(self.desk.zone)) + timedelta(days=1 + self.told.number % 4)
        day += timedelta(days=8 - day.isoweekday() if day.isoweekday() > 5 else 0)
        wake_at = day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)
        self.told.wait(state, reason, by=agent.id, at=self.t, wake_at=wake_at, about=about, party=party)

    def pause(self, least: int, most: int) -> None:
        self.t += timedelta(seconds=self.rng.randint(least, most))

    def go(self, at: datetime) -> None:
        self.t = max(self.t, at).replace(microsecond=0)
        if self.t > self.until:
            raise Cut
