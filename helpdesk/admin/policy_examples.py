"""What a policy means in plain words: what the client is promised, and each choice with an example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.admin.policy_words import spelled_hours, spelled_out, type_name
from helpdesk.i18n import gettext
from helpdesk.sla.sheets import PRIORITIES, Cell, PolicySheet, row_of_cells
from helpdesk.sla.typed import DAY, HOUR, MINUTE

USUAL = (8 * HOUR, 4 * HOUR)
LINE_BUDGET = 4 * HOUR
Cards = list[tuple[str, str, str, None]]


@dataclass(frozen=True)
class PlainWords:
    """What tickets of one priority (and type) are promised, as one would say it to the client."""

    priority: str
    type: str
    sentence: str
    counted_in: tuple[str, ...]


def promises(sheet: PolicySheet, days: Mapping[int, int], calendars: Mapping[int, str]) -> list[PlainWords]:
    """One for each priority that has targets for the client, and one for each type with other ones."""
    found = []
    for priority in PRIORITIES:
        for type_ in (None, *sheet.types_of(priority)):
            cells = [c for c in row_of_cells(priority, type_) if c in sheet.targets and c.line is None]
            parts = [
                _part(cell, spelled_out(sheet.targets[cell], _day_s(cell, sheet, days))) for cell in cells
            ]
            named = {calendars.get(sheet.calendar_of(cell) or 0, ""): None for cell in cells}
            if parts:
                kind = type_name(type_) if type_ else ""
                sentence = ", ".join(parts)
                found.append(
                    PlainWords(
                        priority, kind, sentence[:1].upper() + sentence[1:], tuple(filter(None, named))
                    )
                )
    return found


def change_cards(sheet: PolicySheet | None) -> Cards:
    """What may happen to a clock whose target changes, each with the same ticket as an example."""
    old, new = _two_solutions(sheet)
    used = _some_of(min(old, new))
    story = gettext(
        "P2 becomes P1 after %(used)s of %(old)s:", used=spelled_hours(used), old=spelled_hours(old)
    )
    left = gettext(
        "%(left)s left of the new %(new)s.", new=spelled_hours(new), left=spelled_hours(new - used)
    )
    again = gettext("all of it is counted again in the hours of P1; the deadline may lie in the past.")
    whole = gettext("it has the whole %(new)s from now on.", new=spelled_hours(new))
    return [
        ("carry", gettext("Keep what was counted"), f"{story} {left}", None),
        ("retroactive", gettext("Count again from the beginning"), f"{story} {again}", None),
        ("restart", gettext("Begin at zero"), f"{story} {whole}", None),
    ]


def reopen_cards(sheet: PolicySheet | None) -> Cards:
    """What a reopening does to the clock of the solution."""
    solution, _ = _two_solutions(sheet)
    used = _some_of(solution)
    story = gettext(
        "Solved after %(used)s of %(old)s and opened again:",
        used=spelled_hours(used),
        old=spelled_hours(solution),
    )
    left = gettext("%(left)s left.", left=spelled_hours(solution - used))
    whole = gettext(
        "it has %(new)s again, and the first result stays in the reports.", new=spelled_hours(solution)
    )
    return [
        ("resume", gettext("Go on where it stopped"), f"{story} {left}", None),
        ("restart", gettext("Begin at zero"), f"{story} {whole}", None),
    ]


def reentry_cards(sheet: PolicySheet | None) -> Cards:
    """What happens when a line gets a ticket back."""
    budget = next(
        (s for p in ("P2", *PRIORITIES) if sheet and (s := sheet.seconds("ola", p, 2))), LINE_BUDGET
    )
    used = _some_of(budget)
    story = gettext(
        "Line 2 gave it away after %(used)s of %(old)s:", used=spelled_hours(used), old=spelled_hours(budget)
    )
    left = gettext("%(left)s left. Sending it to and fro buys nothing.", left=spelled_hours(budget - used))
    whole = gettext("it has %(new)s again.", new=spelled_hours(budget))
    return [
        ("resume", gettext("Go on where it stopped"), f"{story} {left}", None),
        ("restart", gettext("Begin at zero"), f"{story} {whole}", None),
    ]


def _part(cell: Cell, span: str) -> str:
    return {
        "first_response": gettext("first answer within %(span)s", span=span),
        "next_response": gettext("further answers within %(span)s", span=span),
        "update": gettext("you hear from us every %(span)s", span=span),
        "resolution": gettext("solved within %(span)s", span=span),
    }[cell.metric]


def _day_s(cell: Cell, sheet: PolicySheet, days: Mapping[int, int]) -> int:
    return days.get(sheet.calendar_of(cell) or 0, DAY)


def _two_solutions(sheet: PolicySheet | None) -> tuple[int, int]:
    """The solution times of P2 and P1, or usual ones where the policy has none."""
    found = (sheet.seconds("resolution", "P2"), sheet.seconds("resolution", "P1")) if sheet else (None, None)
    old, new = found
    return (old, new) if old and new else USUAL


def _some_of(seconds: int) -> int:
    """About three quarters, in round figures."""
    return next(_round(seconds * 3 // 4))


def _round(seconds: int) -> Iterator[int]:
    for step in (HOUR, 30 * MINUTE, 5 * MINUTE, MINUTE):
        if seconds >= step:
            yield seconds // step * step
    yield max(seconds, MINUTE)
