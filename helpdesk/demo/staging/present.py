"""What is on the desk right now: deadlines within the hour, some just missed, new ones, some waiting."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.demo.chronicle.desk import Caller, Desk
from helpdesk.demo.staging.casting import always_on
from helpdesk.demo.staging.steps import Scene
from helpdesk.demo.stories import STORIES
from helpdesk.demo.stories.shape import Story
from helpdesk.routing.rules import Facts
from helpdesk.sla.rules import Metric
from helpdesk.tickets.rules import Channel, Priority

Change = Callable[[Scene], Scene]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A ticket whose clock for `metric` runs out so many minutes from now (negative: ran out)."""

    minutes: int
    metric: Metric = Metric.RESOLUTION
    depth: int = 1


AT_RISK = (
    Wanted(minutes=11, metric=Metric.FIRST_RESPONSE),
    Wanted(minutes=19, metric=Metric.FIRST_RESPONSE),
    Wanted(minutes=14),
    Wanted(minutes=33),
    Wanted(minutes=26, depth=2),
    Wanted(minutes=48, depth=2),
    Wanted(minutes=55, depth=3),
)
BREACHED = (
    Wanted(minutes=-7, metric=Metric.FIRST_RESPONSE),
    Wanted(minutes=-22),
    Wanted(minutes=-41, depth=2),
)
JUST_NEW = (2, 6, 11)
WAITING = (5, 9, 22, 27, 50)
IN_WORK = (0.06, 0.1, 0.13, 0.17, 0.2, 0.24, 0.3, 0.33, 0.38, 0.42, 0.45, 0.5, 0.55, 0.62, 0.68, 0.72)
THIRD_PARTY = (0.3, 0.5, 0.6)


def present(desk: Desk, rng: random.Random, until: datetime) -> Iterator[tuple[datetime, Change]]:
    """When each of them began, and what is particular about it."""
    for wanted in (*AT_RISK, *BREACHED):
        yield _timed(desk, rng, until, wanted)
    for minutes in JUST_NEW:
        yield until - timedelta(minutes=minutes), _fixed(stops="new")
    for hours in WAITING:
        yield until - timedelta(hours=hours), _fixed(stops="waiting", asks=True, first_share=0.1)
    for place, used in enumerate(IN_WORK):
        yield _in_work(desk, rng, until, used, stops="work", depth=place % 3 + 1)
    for used in THIRD_PARTY:
        yield _in_work(desk, rng, until, used, stops="third", depth=2)


def _fixed(**more: object) -> Change:
    return _changed({"channel": Channel.MAIL, "depth": 1} | more)


def _timed(desk: Desk, rng: random.Random, until: datetime, wanted: Wanted) -> tuple[datetime, Change]:
    caller = _caller(desk, rng, until)
    story = rng.choice(_stories(wanted))
    first = wanted.metric is Metric.FIRST_RESPONSE
    priority = _placed_as(desk, caller, story) if first else Priority.P2
    hours = desk.hours(caller.company_id, until)
    target = desk.target(caller.company_id, wanted.metric, priority, until)
    due = int(until.timestamp()) + wanted.minutes * 60
    began = hours.reached(hours.counted(due) - target) or due - target
    scene_change = {
        "caller": caller,
        "story": story,
        "channel": Channel.MAIL,
        "depth": wanted.depth,
        "stops": "new" if first else "work",
        "first_share": 0.3,
        "solution_share": 0.5,
        "asks": False,
        "returns": False,
    }
    return datetime.fromtimestamp(began, UTC), _changed(scene_change)


def _in_work(
    desk: Desk, rng: random.Random, until: datetime, used: float, *, stops: str, depth: int
) -> tuple[datetime, Change]:
    """Somebody works on it; that share of its time is used up."""
    story = rng.choice([one for one in STORIES if one.priority >= Priority.P3 and one.depth >= min(depth, 2)])
    caller = rng.choice([one for one in desk.callers if one.is_known and one.emails])
    placed = _placed_as(desk, caller, story)
    priority = story.priority if placed is Priority.P3 else min(placed, story.priority)
    hours = desk.hours(caller.company_id, until)
    target = desk.target(caller.company_id, Metric.RESOLUTION, priority, until)
    now = int(until.timestamp())
    began = hours.reached(hours.counted(now) - int(target * used)) or now
    change = {
        "caller": caller,
        "story": story,
        "channel": Channel.MAIL,
        "depth": depth,
        "stops": stops,
        "first_share": 0.2,
        "solution_share": used / 2,
        "asks": False,
        "returns": False,
    }
    return datetime.fromtimestamp(began, UTC), _changed(change)


def _changed(change: dict[str, Any]) -> Change:
    return lambda scene: replace(scene, **change)


def _caller(desk: Desk, rng: random.Random, until: datetime) -> Caller:
    """Somebody whose clocks run at this very hour."""
    known = [caller for caller in desk.callers if caller.is_known and caller.emails]
    at = int(until.timestamp())
    awake = [one for one in known if desk.hours(one.company_id, until).is_open(at)]
    return rng.choice(awake or [one for one in known if always_on(desk, one, until)])


def _stories(wanted: Wanted) -> Sequence[Story]:
    if wanted.metric is Metric.FIRST_RESPONSE:
        return STORIES
    return [one for one in STORIES if one.priority is Priority.P2 and one.depth >= min(wanted.depth, 2)]


def _placed_as(desk: Desk, caller: Caller, story: Story) -> Priority:
    """The priority that the rules give before anybody has read it."""
    words = story.words(caller.language)
    facts = Facts(
        channel=Channel.MAIL,
        company_id=caller.company_id,
        vip=caller.vip,
        words=f"{words.subject[0]}\n{words.mail}".casefold(),
        language=caller.language,
        hour=12,
        weekday=2,
        mailbox_id=desk.mailbox_id,
    )
    return desk.decide(facts).placement.priority or Priority.P3
