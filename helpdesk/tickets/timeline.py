"""What each event says in the conversation: one sentence each, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from helpdesk.i18n import duration, moment
from helpdesk.tickets import ties
from helpdesk.tickets.ties import Event
from helpdesk.tickets.words import DISCARD_REASONS, PRIORITIES, STATES, TYPES, first_few

BREACH = 100


@dataclass(frozen=True)
class Sentence:
    """A thin line in the conversation."""

    words: str
    icon: str


def sentence_of(kind: str, event: Event) -> Sentence | None:
    """What this event says; None when a message or a move says it already, or when it concerned nobody."""
    found = SENTENCES.get(kind)
    if found is None or (kind == "sla.threshold_crossed" and _is_quiet(event.payload)):
        return None
    icon, say = found
    words = say(event)
    return Sentence(words, icon) if words else None


def paused(state: str, reason: str, span_s: float) -> Sentence:
    """That a ticket waited, for how long (seconds of real time) and why."""
    span = duration(span_s)
    if state == "waiting_client":
        words = gettext("Waited %(span)s for the client", span=span)
    else:
        words = gettext("Waited %(span)s for a third party", span=span)
    return Sentence(_with(words, reason), "pause")


def _with(words: str, more: str) -> str:
    return f"{words}: {more}" if more else words


def _taken(event: Event) -> str:
    return gettext("%(name)s works on it", name=event.actor)


def _assigned(event: Event) -> str:
    if event.about:
        return gettext("%(name)s gave it to %(other)s", name=event.actor, other=event.about)
    return gettext("%(name)s gave it back to the team", name=event.actor)


def _owner(event: Event) -> str:
    if event.about:
        return gettext("%(other)s answers the client from now on", other=event.about)
    return gettext("The team as a whole answers the client from now on")


def _priority(event: Event) -> str:
    old, new = (PRIORITIES[event.payload[name]] for name in ("old", "new"))
    words = gettext(
        "%(name)s changed the priority from %(old)s to %(new)s", name=event.actor, old=old, new=new
    )
    return _with(words, event.words)


def _type(event: Event) -> str:
    old, new = (TYPES[event.payload[name]] for name in ("old", "new"))
    return gettext("%(name)s changed the kind from %(old)s to %(new)s", name=event.actor, old=old, new=new)


def _properties(event: Event) -> str:
    names = event.payload.get("names", [])
    if names == ["subject"]:
        return gettext("%(name)s put the subject right", name=event.actor)
    if names == ["tags"]:
        return gettext("%(name)s changed the tags", name=event.actor)
    if names == ["category"]:
        return gettext("%(name)s changed the category", name=event.actor)
    return gettext("%(name)s changed subject and tags", name=event.actor)


def _state(event: Event) -> str:
    new = event.payload["new"]
    if event.payload.get("by_date"):
        return gettext("The date has come: it goes on by itself")
    if event.payload.get("in_vain"):
        return gettext("The client never got the question: it goes on by itself")
    if new == "open":
        return gettext("%(name)s goes on with it", name=event.actor)
    return _with(f"{STATES[new]}", event.words)


def _resolved(event: Event) -> str:
    if event.payload.get("first_contact"):
        return _with(gettext("%(name)s solved it at first contact", name=event.actor), event.words)
    return _with(gettext("%(name)s solved it", name=event.actor), event.words)


def _reopened(event: Event) -> str:
    if event.payload.get("by_client"):
        return gettext("The client's answer opened it again")
    return _with(gettext("%(name)s opened it again", name=event.actor), event.words)


def _closed(event: Event) -> str:
    return gettext("Closed")


def _discarded(event: Event) -> str:
    reason = DISCARD_REASONS[event.payload["reason"]]
    words = gettext("%(name)s threw it away as no request: %(reason)s", name=event.actor, reason=reason)
    return _with(words, event.words)


def _restored(event: Event) -> str:
    return gettext("%(name)s brought it back: it is a request after all", name=event.actor)


def _identified(event: Event) -> str:
    return _with(gettext("%(name)s said who the client is", name=event.actor), event.words)


def _withdrawn(event: Event) -> str:
    return gettext("%(name)s took the mail back before it left", name=event.actor)


def _sent_again(event: Event) -> str:
    return gettext("%(name)s let the mail go out again", name=event.actor)


def _given_up(event: Event) -> str:
    return gettext("%(name)s gave the mail up: it is not tried any more", name=event.actor)


def _call(event: Event) -> str:
    words = gettext("%(name)s took a call about it", name=event.actor)
    found = event.payload.get("found_at")
    return _with(words, late(event.at, datetime.fromisoformat(found), event.actor)) if found else words


def late(at: datetime, found_at: datetime, name: str) -> str:
    """That something was written down after it had happened."""
    return gettext(
        "took place %(at)s, entered %(found)s by %(name)s", at=moment(at), found=moment(found_at), name=name
    )


def _article(event: Event) -> str:
    return gettext("%(name)s used an instruction", name=event.actor)


def _article_outcome(event: Event) -> str:
    if event.payload.get("solved", True):
        return gettext("Solved by an instruction, says %(name)s", name=event.actor)
    return gettext("The instruction did not help, says %(name)s", name=event.actor)


def _mentioned(event: Event) -> str:
    names = {"name": event.actor, "other": event.about or ""}
    if event.payload.get("widens"):
        return gettext("%(name)s mentioned %(other)s, who reads this ticket from now on", **names)
    return gettext("%(name)s mentioned %(other)s", **names)


def _watchers_named(event: Event) -> str:
    """Whom a mail brought along; who is only proposed gets nothing yet."""
    watching, proposed = event.payload["watching"], event.payload["proposed"]
    people = first_few(event.words, left_out=event.payload.get("left_out", 0))
    if not proposed:
        return _with(gettext("Gets the answers from now on"), people)
    if not watching:
        return _with(gettext("Named in the mail, and nobody has decided yet"), people)
    words = gettext(
        "Named in the mail, %(watching)s get the answers from now on, %(proposed)s wait for a decision",
        watching=watching,
        proposed=proposed,
    )
    return _with(words, people)


def _watcher(event: Event) -> str:
    names = {"name": event.actor, "email": event.words}
    if event.payload["new"] == "watching":
        return gettext("%(name)s lets %(email)s get the answers from now on", **names)
    if event.payload["old"] == "proposed":
        return gettext("%(name)s decided that %(email)s gets no answers", **names)
    return gettext("%(name)s took %(email)s off: no more answers there", **names)


def _is_quiet(payload: Mapping[str, Any]) -> bool:
    """A share of which the policy told nobody; a missed deadline is said always."""
    return payload.get("percent") != BREACH and payload.get("tell") == []


def _threshold(event: Event) -> str:
    name = _clock(event.payload)
    percent = event.payload.get("percent", BREACH)
    if percent == BREACH:
        return gettext("%(clock)s: the deadline was missed", clock=name)
    return gettext("%(clock)s: %(percent)s %% of the time is gone", clock=name, percent=percent)


def _kept(event: Event) -> str:
    name = _clock(event.payload)
    if event.payload.get("percent", 100) < 100:
        return gettext(
            "%(clock)s: less of the time was gone than recorded, by what was entered later", clock=name
        )
    return gettext("%(clock)s: the deadline was kept after all, by what was entered later", clock=name)


def _hours_changed(event: Event) -> str:
    """Nothing, where a change from then on was of no moment to this ticket."""
    moved = _moved_due(event.payload)
    if event.payload.get("retroactive"):
        return _with(gettext("The working hours were corrected, and all time was counted again"), moved)
    return _with(gettext("The working hours changed"), moved) if moved else ""


def _policy_changed(event: Event) -> str:
    if event.payload.get("mode") == "retroactive":
        words = gettext("The SLA policy changed, and all time was counted again by it")
    else:
        words = gettext("The SLA policy changed")
    return _with(words, _moved_due(event.payload))


def _moved_due(payload: Mapping[str, Any]) -> str:
    """Where the client's deadline went, if it moved."""
    before, after = (payload.get(name) for name in ("due_before", "due_after"))
    if before == after:
        return ""
    if before and after:
        old, new = (moment(datetime.fromisoformat(one)) for one in (before, after))
        return gettext("due moved from %(old)s to %(new)s", old=old, new=new)
    if after:
        return gettext("due %(new)s from now on", new=moment(datetime.fromisoformat(after)))
    return gettext("no deadline any more")


def _refused(event: Event) -> str:
    if event.payload["act"] == "escalate":
        words = gettext("The policy wanted to hand it to the next line, which was not possible")
    else:
        words = gettext("The policy wanted to raise the priority, which was not possible")
    return _with(words, event.words)


def _explained(event: Event) -> str:
    words = gettext(
        "%(name)s said why it was late (%(clock)s)", name=event.actor, clock=_clock(event.payload)
    )
    return _with(words, event.words)


def _clock(payload: Mapping[str, Any]) -> str:
    if payload.get("line"):
        return gettext("Line %(line)s", line=payload["line"])
    names = {
        "first_response": gettext("First answer"),
        "next_response": gettext("Next answer"),
        "update": gettext("Update"),
        "resolution": gettext("Solution"),
    }
    return names.get(payload.get("metric", ""), "")


# Kinds that the conversation draws by themselves: as a message, as a move, as the way in.
DRAWN = frozenset(
    {
        "ticket.opened",
        "ticket.client_wrote",
        "ticket.agent_replied",
        "ticket.note_added",
        "ticket.forwarded",
        "ticket.third_party_wrote",
        "ticket.escalated",
        "ticket.returned",
        "ticket.moved",
        "sla.policy_chosen",
    }
)
SENTENCES: Mapping[str, tuple[str, Callable[[Event], str]]] = {
    "ticket.taken": ("user", _taken),
    "ticket.assigned": ("user", _assigned),
    "ticket.owner_changed": ("user", _owner),
    "ticket.priority_changed": ("flag", _priority),
    "ticket.type_changed": ("edit", _type),
    "ticket.properties_changed": ("edit", _properties),
    "ticket.state_changed": ("pause", _state),
    "ticket.resolved": ("check", _resolved),
    "ticket.reopened": ("history", _reopened),
    "ticket.closed": ("lock", _closed),
    "ticket.discarded": ("x", _discarded),
    "ticket.restored": ("history", _restored),
    "ticket.reply_withdrawn": ("history", _withdrawn),
    "ticket.mail_sent_again": ("send", _sent_again),
    "ticket.mail_given_up": ("x", _given_up),
    "ticket.client_identified": ("building", _identified),
    "ticket.call_joined": ("phone", _call),
    "ticket.article_linked": ("book", _article),
    "ticket.article_solved": ("book", _article_outcome),
    "ticket.linked": ("link", ties.linked),
    "ticket.unlinked": ("link", ties.unlinked),
    "ticket.stray_accepted": ("check", ties.accepted),
    "ticket.stray_split": ("fwd", ties.split),
    "ticket.split_undone": ("back", ties.split_undone),
    "ticket.merged": ("merge", ties.merged),
    "ticket.double_absorbed": ("merge", ties.absorbed),
    "ticket.person_mentioned": ("at", _mentioned),
    "ticket.watchers_named": ("users", _watchers_named),
    "ticket.watcher_changed": ("users", _watcher),
    "sla.threshold_crossed": ("clock", _threshold),
    "sla.threshold_withdrawn": ("clock", _kept),
    "sla.step_refused": ("warn", _refused),
    "sla.breach_explained": ("flag", _explained),
    "sla.calendar_changed": ("clock", _hours_changed),
    "sla.policy_changed": ("clock", _policy_changed),
}
