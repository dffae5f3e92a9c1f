"""Writing routing rules: add, change, order, switch, put away; the history keeps each in words."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk import history
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation, StaleChange
from helpdesk.history import Facts
from helpdesk.routing import rules
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.queries import rule_of
from helpdesk.routing.rules import Conditions, Placement, Rule
from helpdesk.routing.sense import Doubt, doubt_about

NAME_LENGTH = 80
ORDER_LOCK = 7_302_412
Told = Callable[[RoutingRule], Facts]


class NeverMatches(RuleViolation):
    """The rule could decide nothing where it stands; `doubt` says why."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(N_("Nothing can ever fit this rule."))
        self.doubt = doubt


def in_order() -> Sequence[RoutingRule]:
    """All rules that were not put away, first to last, switched off ones included."""
    kept = select(RoutingRule).where(RoutingRule.retired_at.is_(None))
    return db.session.scalars(kept.order_by(RoutingRule.position)).all()


def locked_order() -> Sequence[RoutingRule]:
    """The same, locked: the list changes by one hand at a time."""
    db.session.execute(select(func.pg_advisory_xact_lock(ORDER_LOCK)))
    return in_order()


def add_rule(
    name: str, conditions: Conditions, placement: Placement, told: Told, *, by: int, now: datetime
) -> RoutingRule:
    """A new rule at the end, in use. `told` gives the facts for the history.

    Raises BadInput without a name or effect, NeverMatches when nothing could fit.
    """
    others = locked_order()
    _check(name, conditions, placement, others)
    last = db.session.scalar(select(func.max(RoutingRule.position))) or 0
    row = RoutingRule(
        position=max(last, 0) + 1,
        name=" ".join(name.split()),
        conditions=rules.stored(conditions),
        placement=rules.stored(placement),
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    history.changed(("rule", row.id, row.name), None, told(row), by=by, now=now)
    return row


def change_rule(
    row: RoutingRule,
    name: str,
    conditions: Conditions,
    placement: Placement,
    told: Told,
    *,
    was: str,
    by: int,
    now: datetime,
) -> None:
    """Let the rule say this from now on. `was` is the mark of what the form was made from.

    Raises StaleChange when somebody changed it meanwhile, and what `add_rule` raises.
    """
    others = locked_order()
    db.session.refresh(row)
    if mark_of(row) != was:
        raise StaleChange(N_("Somebody changed this rule while you wrote. Look at it as it is now."))
    _check(name, conditions, placement, [other for other in others if other.position < row.position])
    before = told(row)
    row.name = " ".join(name.split())
    row.conditions, row.placement = rules.stored(conditions), rules.stored(placement)
    db.session.flush()
    history.changed(("rule", row.id, row.name), before, told(row), by=by, now=now)


def switch_rule(row: RoutingRule, told: Told, *, active: bool, by: int, now: datetime) -> None:
    """Use it or pass over it."""
    locked_order()
    before, row.active = told(row), active
    history.changed(("rule", row.id, row.name), before, told(row), by=by, now=now)


def retire_rule(row: RoutingRule, told: Told, *, by: int, now: datetime) -> None:
    """Take it out of the list for good; decisions made by it keep its name."""
    locked_order()
    before = told(row)
    row.active, row.retired_at, row.position = False, now, -row.id
    history.changed(("rule", row.id, row.name), before, None, by=by, now=now)


def order_rules(ids: Sequence[int], *, by: int, now: datetime) -> None:
    """Put the rules into this order. Raises StaleChange when the list is another one meanwhile."""
    rows = locked_order()
    if sorted(ids) != sorted(row.id for row in rows):
        raise StaleChange(N_("The list of rules changed meanwhile, so nothing was moved."))
    before = [row.name for row in rows]
    by_id = {row.id: row for row in rows}
    for row in rows:
        row.position = -1_000_000_000 - row.id
    db.session.flush()
    for position, rule_id in enumerate(ids, start=1):
        by_id[rule_id].position = position
    db.session.flush()
    after = [by_id[rule_id].name for rule_id in ids]
    history.changed(("rules", 0, ""), {"order": before}, {"order": after}, by=by, now=now)


def mark_of(row: RoutingRule) -> str:
    """A short mark of what the rule says, to notice that somebody else changed it."""
    said = f"{row.name}\x00{row.conditions}\x00{row.placement}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def doubts(rows: Sequence[RoutingRule]) -> dict[int, Doubt]:
    """Rules in use that can decide nothing, by id, with the reason."""
    found: dict[int, Doubt] = {}
    earlier: list[Rule] = []
    for row in rows:
        if not row.active:
            continue
        rule = rule_of(row)
        if doubt := doubt_about(rule.conditions, earlier):
            found[row.id] = doubt
        earlier.append(rule)
    return found


def _check(name: str, conditions: Conditions, placement: Placement, earlier: Sequence[RoutingRule]) -> None:
    if not 1 <= len(" ".join(name.split())) <= NAME_LENGTH:
        raise BadInput(N_("A rule needs a name of at most %(most)s characters."), "name", most=NAME_LENGTH)
    if placement == Placement():
        raise BadInput(N_("Say what the rule does: a team, a priority, a kind, a category or tags."), "team")
    if doubt := doubt_about(conditions, [rule_of(row) for row in earlier if row.active]):
        raise NeverMatches(doubt)
