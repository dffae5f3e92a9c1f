"""Drawing scenes: which problem, whose, how it comes in, and how long it takes."""

import random
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.demo.chronicle.desk import Caller, Desk
from helpdesk.demo.staging.steps import Scene
from helpdesk.demo.stories import STORIES
from helpdesk.demo.stories.shape import Story
from helpdesk.tickets.rules import Channel, Priority

OFFICE = range(7, 20)
LATE_FIRST, LATE_SOLUTION, LATE_ANSWER = 0.03, 0.05, 0.03
_DEPTHS = {1: (1.0, 0.0, 0.0), 2: (0.42, 0.58, 0.0), 3: (0.2, 0.3, 0.5)}


def cast_scene(desk: Desk, rng: random.Random, at: datetime, *, punctual: bool = False) -> Scene:
    """A scene that begins at `at`; `punctual` lets nobody be late."""
    caller = draw_caller(desk, rng, at)
    story = draw_story(rng, caller)
    phone = 0.36 if _office_hours(desk, at) else 0.12
    channel = Channel.PHONE if caller.numbers and rng.random() < phone else Channel.MAIL
    if not caller.emails:
        channel = Channel.PHONE
    return Scene(
        story=story,
        caller=caller,
        channel=channel,
        at=at,
        depth=rng.choices((1, 2, 3), _DEPTHS[story.depth])[0],
        first_share=_share(rng, LATE_FIRST, 0.05, 0.75, punctual=punctual),
        solution_share=_share(rng, LATE_SOLUTION, 0.15, 0.92, punctual=punctual),
        answer_share=_share(rng, LATE_ANSWER, 0.08, 0.85, punctual=punctual),
        asks=rng.random() < 0.42,
        returns=rng.random() < 0.28,
        comes_again=rng.random() < 0.05,
        nudges=rng.random() < 0.12,
    )


def draw_caller(desk: Desk, rng: random.Random, at: datetime) -> Caller:
    """Somebody of a client; at night and on days off mostly those whose promise runs round the clock."""
    known = [caller for caller in desk.callers if caller.is_known and caller.emails]
    if _office_hours(desk, at):
        return rng.choice(known)
    return rng.choices(known, [8 if always_on(desk, caller, at) else 1 for caller in known])[0]


def always_on(desk: Desk, caller: Caller, at: datetime) -> bool:
    """Whether the caller's clocks never stand still."""
    return all(day == ((0, 24 * 60),) for day in desk.hours(caller.company_id, at).hours.weekly)


def draw_story(rng: random.Random, caller: Caller, stories: Sequence[Story] = STORIES) -> Story:
    """A problem; standstills are rare."""
    weights = {Priority.P1: 0.25, Priority.P2: 0.8, Priority.P3: 1.3, Priority.P4: 1.1}
    return rng.choices(stories, [weights[story.priority] for story in stories])[0]


def _share(rng: random.Random, late: float, least: float, most: float, *, punctual: bool) -> float:
    """A share of the promised time, above 1 with the chance `late`."""
    if not punctual and rng.random() < late:
        return rng.uniform(1.08, 1.7)
    return least + (most - least) * rng.betavariate(1.8, 2.0)


def _office_hours(desk: Desk, at: datetime) -> bool:
    here = at.astimezone(ZoneInfo(desk.zone))
    return here.weekday() < 5 and here.hour in OFFICE
