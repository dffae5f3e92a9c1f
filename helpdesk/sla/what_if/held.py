"""In which calendar versions a ticket counts by its ledger, after all that was changed."""

from collections.abc import Iterable

from helpdesk.sla.ledger import CHOICES, Fact


def calendars_held(facts: Iterable[Fact]) -> set[int]:
    """The calendar versions in which the ticket counts after these facts, which stand in order."""
    held: set[int] = set()
    edited: dict[int, int] = {}
    for fact in facts:
        if fact.kind in CHOICES:
            held = {edited.get(one, one) for one in fact.payload["calendar_version_ids"]}
        elif fact.kind == "sla.calendar_changed":
            old, new = fact.payload["calendar_version_id"], fact.payload["becomes_id"]
            edited = {was: new if now_is == old else now_is for was, now_is in edited.items()} | {old: new}
            held = {new if one == old else one for one in held}
    return held
