"""Which line, team, priority and person a request belongs to: ordered rules over plain facts. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from helpdesk.tickets.rules import Channel, Priority, TicketType


class Sharing(StrEnum):
    """How a team shares out what arrives; the same values as the team's setting."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a request before it has a place; None where a fact does not apply.

    `words` is subject and text, case-folded; `sender` the lower-case address of a mail. `hour` (0 to 23) and
    `weekday` (0 is Monday) are those of the installation's zone.
    """

    channel: Channel
    company_id: int
    vip: bool
    words: str
    language: str
    hour: int
    weekday: int
    mailbox_id: int | None = None
    type: TicketType | None = None
    sender: str = ""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a rule asks; all that are given must hold, and of each list one is enough. Empty lists ask
    nothing.

    `words` may be word beginnings or phrases. `senders` are whole addresses or, after an @, whole domains.
    `hours` are half-open spans, which may run over midnight.
    """

    channels: tuple[str, ...] = ()
    mailbox_ids: tuple[int, ...] = ()
    company_ids: tuple[int, ...] = ()
    vip: bool | None = None
    senders: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a request goes and as what; None leaves it as it would be without the rule."""

    line: int | None = None
    team_id: int | None = None
    priority: Priority | None = None
    type: TicketType | None = None
    category_id: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the list; `id` is that of its row."""

    id: int
    name: str
    conditions: Conditions
    placement: Placement


@dataclass(frozen=True)
class Because:
    """One reason as a code and a value, so that every language can say it. `code` is the name of the fact, or
    "always" for a rule without conditions, or "no_rule" when none matched.
    """

    code: str
    value: str | int | bool | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A placement that always explains itself; `rule` is None when none matched."""

    placement: Placement
    rule: Rule | None
    because: tuple[Because, ...]


def decide(rules: Iterable[Rule], facts: Facts) -> Decision:
    """The first rule that matches places the request; without one the placement is empty."""
    for rule in rules:
        reasons = matches(rule.conditions, facts)
        if reasons is not None:
            return Decision(placement=rule.placement, rule=rule, because=reasons or (Because("always"),))
    return Decision(placement=Placement(), rule=None, because=(Because("no_rule"),))


def matches(asked: Conditions, facts: Facts) -> tuple[Because, ...] | None:
    """The reasons why the conditions hold, empty when nothing is asked; None when one does not hold."""
    checks = _checks(asked, facts).values()
    if any(check is False for check in checks):
        return None
    return tuple(check for check in checks if isinstance(check, Because))


def misses(asked: Conditions, facts: Facts) -> tuple[str, ...]:
    """The codes of the conditions that do not hold; empty when the rule matches."""
    return tuple(code for code, check in _checks(asked, facts).items() if check is False)


def _checks(asked: Conditions, facts: Facts) -> dict[str, Because | bool]:
    return {
        "channel": _listed("channel", asked.channels, facts.channel),
        "mailbox": _listed("mailbox", asked.mailbox_ids, facts.mailbox_id),
        "company": _listed("company", asked.company_ids, facts.company_id),
        "vip": _listed("vip", () if asked.vip is None else (asked.vip,), facts.vip),
        "type": _listed("type", asked.types, facts.type),
        "language": _listed("language", asked.languages, facts.language),
        "weekday": _listed("weekday", asked.weekdays, facts.weekday),
        "hour": _within(asked.hours, facts.hour),
        "sender": _sent_by(asked.senders, facts.sender),
        "word": _said(asked.words, facts.words),
    }


def _listed(code: str, allowed: Sequence[object], value: str | int | bool | None) -> Because | bool:
    if not allowed:
        return True
    return Because(code, value) if value in allowed else False


def _within(hours: tuple[int, int] | None, hour: int) -> Because | bool:
    if hours is None:
        return True
    start, end = hours
    inside = start <= hour < end if start < end else hour >= start or hour < end
    return Because("hour", hour) if inside else False


def _sent_by(senders: Sequence[str], address: str) -> Because | bool:
    if not senders:
        return True
    found = next((one for one in senders if one == address or one == "@" + address.rpartition("@")[2]), None)
    return Because("sender", found) if found and address else False


def _said(wanted: Sequence[str], words: str) -> Because | bool:
    if not wanted:
        return True
    found = next((word for word in wanted if re.search(rf"\b{re.escape(word.casefold())}", words)), None)
    return Because("word", found) if found else False


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a ticket; `load` is how many open ones he has."""

    person_id: int
    load: int = 0


def choose_assignee(sharing: Sharing, candidates: Sequence[Candidate], *, after_id: int | None) -> int | None:
    """Who gets the next ticket; None when the team takes by hand or nobody is there.

    Round robin goes on after `after_id` in the order of ids; the least loaded wins, ties by the same turn.
    """
    if sharing is Sharing.MANUAL or not candidates:
        return None
    turn = sorted(candidates, key=lambda c: (c.person_id <= (after_id or 0), c.person_id))
    if sharing is Sharing.LEAST_LOADED:
        turn.sort(key=lambda c: c.load)
    return turn[0].person_id


def conditions_of(row: Mapping[str, Any]) -> Conditions:
    """Read stored conditions. Raises TypeError for a name that no condition has."""
    return Conditions(**{name: _frozen(value) for name, value in row.items()})


def placement_of(row: Mapping[str, Any]) -> Placement:
    """Read a stored placement. Raises TypeError or ValueError for what no placement has."""
    values = {name: _frozen(value) for name, value in row.items()}
    if values.get("priority"):
        values["priority"] = Priority(values["priority"])
    if values.get("type"):
        values["type"] = TicketType(values["type"])
    return Placement(**values)


def stored(value: Conditions | Placement | Facts) -> dict[str, Any]:
    """The JSON shape; what says nothing is left out, and of facts the client's words and address."""
    pairs = ((f.name, getattr(value, f.name)) for f in fields(value))
    keep = {name: list(v) if isinstance(v, tuple) else v for name, v in pairs if v is not None and v != ()}
    if isinstance(value, Facts):
        del keep["words"], keep["sender"]
    return keep


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
