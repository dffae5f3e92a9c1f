"""Numbers of other tickets in a history are said only to whoever may see those tickets."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from helpdesk.tickets.views.reading import Happened


def without_unseen(history: Iterable[Happened], seen: Collection[int]) -> list[Happened]:
    """The history with every other ticket left out that the reader may not see."""
    return [_bare(event) if _names_unseen(event, seen) else event for event in history]


def _names_unseen(event: Happened, seen: Collection[int]) -> bool:
    other = event.payload.get("other_id")
    return other is not None and other not in seen


def _bare(event: Happened) -> Happened:
    return replace(event, payload={**event.payload, "other_id": None})
