"""From an instant to rows: draw a scene, play it, finish it, all from one seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.demo.chronicle.desk import Desk
from helpdesk.demo.chronicle.ending import finish
from helpdesk.demo.chronicle.reasons import give_reasons
from helpdesk.demo.chronicle.rows import Batch, Ids
from helpdesk.demo.chronicle.telling import Told
from helpdesk.demo.staging.casting import cast_scene
from helpdesk.demo.staging.course import Course
from helpdesk.demo.staging.oddities import tell_chatter, tell_stranger
from helpdesk.demo.staging.steps import Scene
from helpdesk.tickets.rules import OPEN_STATES

CHATTER = 0.025


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A ticket to be written: its number, when it begins, and the seed of its chance.

    `change` makes something particular of the drawn scene; None leaves it to chance. `is_stranger`: somebody
    whom nobody knows asks something.
    """

    number: int
    at: datetime
    seed: str
    change: Callable[[Scene], Scene] | None = None
    is_stranger: bool = False


def write_ticket(desk: Desk, ids: Ids, slot: Slot, until: datetime) -> Batch:
    """All rows of the ticket as they stand at `until`.

    What is still in work and would be late is played again by punctual people: the present has its own
    breaches.
    """
    rng = random.Random(slot.seed)
    told = Told(desk, ids, slot.number, rng)
    if slot.is_stranger:
        tell_stranger(told, rng, slot.at)
        return finish(told, until)
    if slot.change is None and rng.random() < CHATTER:
        tell_chatter(told, rng, slot.at, until)
        return finish(told, until)
    batch = _played(told, slot, until, punctual=slot.change is not None)
    if slot.change is None and told.ticket.state in OPEN_STATES and batch.rows["ticket_sla"][0]["missed"]:
        rng = random.Random(f"{slot.seed} again")
        told = Told(desk, ids, slot.number, rng)
        batch = _played(told, slot, until, punctual=True)
    give_reasons(told, until)
    return batch


def _played(told: Told, slot: Slot, until: datetime, *, punctual: bool) -> Batch:
    scene = cast_scene(told.desk, told.rng, slot.at, punctual=punctual)
    if slot.change:
        scene = slot.change(replace(scene, comes_again=False))
    Course(desk=told.desk, scene=scene, told=told, rng=told.rng, until=until).play()
    return finish(told, until)
