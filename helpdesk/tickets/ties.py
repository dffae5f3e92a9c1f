"""What a history says of other tickets: linked, split off, merged; no number for who may not see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from flask_babel import gettext

from helpdesk.errors import N_


class Event(Protocol):
    """What a sentence may speak of: when, who, its payload, its words, and whom it is about."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def words(self) -> str: ...
    @property
    def about(self) -> str | None: ...


LINKED = {
    ("relates", True): N_("%(name)s linked it: relates to %(other)s"),
    ("relates", False): N_("%(name)s linked it: relates to %(other)s"),
    ("duplicate", True): N_("%(name)s linked it: a duplicate of %(other)s"),
    ("duplicate", False): N_("%(name)s linked it: %(other)s is a duplicate of it"),
    ("blocks", True): N_("%(name)s linked it: blocks %(other)s"),
    ("blocks", False): N_("%(name)s linked it: blocked by %(other)s"),
    ("mentions", True): N_("It names %(other)s; the sender is not on that ticket, so this one was opened"),
    ("mentions", False): N_("It is named in %(other)s, by somebody who is not on this ticket"),
}


def linked(event: Event) -> str:
    """Which ticket, only if the reader may see it; otherwise `other_id` was taken out before."""
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s linked it with another ticket", name=event.actor)
    words = LINKED[event.payload["link"], event.payload["is_from"]]
    return gettext(words, name=event.actor, other=other)


def accepted(event: Event) -> str:
    if event.payload.get("watches", True):
        return gettext("%(name)s accepted %(email)s as a watcher", name=event.actor, email=event.words)
    return gettext("%(name)s found that %(email)s wrote this indeed", name=event.actor, email=event.words)


def split(event: Event) -> str:
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s split a message off into another ticket", name=event.actor)
    return gettext("%(name)s split a message off into %(other)s", name=event.actor, other=other)


def split_undone(event: Event) -> str:
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s undid a split: the message waits here again", name=event.actor)
    return gettext(
        "%(name)s undid the split into %(other)s: the message waits here again",
        name=event.actor,
        other=other,
    )


def unlinked(event: Event) -> str:
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s took a link away", name=event.actor)
    return gettext("%(name)s took the link with %(other)s away", name=event.actor, other=other)


def merged(event: Event) -> str:
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s merged it, as a double, into another ticket", name=event.actor)
    return gettext("%(name)s merged it, as a double, into %(other)s", name=event.actor, other=other)


def absorbed(event: Event) -> str:
    other = event.payload.get("other_id")
    if other is None:
        return gettext("%(name)s merged a double into it", name=event.actor)
    return gettext("%(name)s merged the double %(other)s into it", name=event.actor, other=other)
