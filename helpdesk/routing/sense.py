"""Whether a rule can ever decide: what contradicts itself, and what an earlier rule takes first. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from helpdesk.routing.rules import Conditions, Rule
from helpdesk.tickets.rules import Channel

WRITTEN = frozenset({Channel.MAIL.value})
Fits = Callable[[str, str], bool]


@dataclass(frozen=True)
class Doubt:
    """Why nothing can match: a code, and the earlier rule that takes everything first (code "shadowed")."""

    code: str
    rule: Rule | None = None


def doubt_about(conditions: Conditions, earlier: Iterable[Rule]) -> Doubt | None:
    """Why these conditions, standing behind the earlier rules, can never decide; None when they can."""
    if code := _contradiction(conditions):
        return Doubt(code)
    taken = next((rule for rule in earlier if covers(rule.conditions, conditions)), None)
    return Doubt("shadowed", taken) if taken else None


def covers(wide: Conditions, narrow: Conditions) -> bool:
    """Whether everything that `narrow` matches is matched by `wide` too; False when it cannot be told."""
    lists = (
        (wide.channels, narrow.channels),
        (wide.mailbox_ids, narrow.mailbox_ids),
        (wide.company_ids, narrow.company_ids),
        (wide.types, narrow.types),
        (wide.languages, narrow.languages),
        (wide.weekdays, narrow.weekdays),
    )
    return (
        all(_holds(asked, given) for asked, given in lists)
        and wide.vip in (None, narrow.vip)
        and _hours_hold(wide.hours, narrow.hours)
        and _each_holds(wide.senders, narrow.senders, _same_sender)
        and _each_holds(wide.words, narrow.words, _said_within)
    )


def _contradiction(asked: Conditions) -> str:
    """The code of what cannot be at once; "" when nothing contradicts itself."""
    only_written = bool(asked.channels) and set(asked.channels) <= WRITTEN
    never_written = bool(asked.channels) and WRITTEN.isdisjoint(asked.channels)
    checks = (
        ("mailbox_by_phone", bool(asked.mailbox_ids) and never_written),
        ("sender_by_phone", bool(asked.senders) and never_written),
        ("type_by_mail", bool(asked.types) and only_written),
        ("no_hour", asked.hours is not None and asked.hours[0] == asked.hours[1]),
    )
    return next((code for code, holds in checks if holds), "")


def _holds(asked: Sequence[object], given: Sequence[object]) -> bool:
    return not asked or (bool(given) and set(given) <= set(asked))


def _hours_hold(asked: tuple[int, int] | None, given: tuple[int, int] | None) -> bool:
    return asked is None or (given is not None and _hours_of(given) <= _hours_of(asked))


def _hours_of(span: tuple[int, int]) -> frozenset[int]:
    start, end = span
    if start < end:
        return frozenset(range(start, end))
    return frozenset(hour for hour in range(24) if hour >= start or hour < end)


def _each_holds(asked: Sequence[str], given: Sequence[str], fits: Fits) -> bool:
    return not asked or (bool(given) and all(any(fits(one, each) for one in asked) for each in given))


def _same_sender(asked: str, given: str) -> bool:
    return asked == given or (asked.startswith("@") and given.endswith(asked))


def _said_within(asked: str, given: str) -> bool:
    return re.search(rf"\b{re.escape(asked.casefold())}", given.casefold()) is not None
