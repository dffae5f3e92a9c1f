"""The notices of the last days: who was told of what happened on a told ticket, and who has read it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from helpdesk.demo.chronicle.shape import Happened, Holder
from helpdesk.demo.chronicle.telling import Told
from helpdesk.events import payload_of
from helpdesk.notifications.rules import DEFAULTS, topic_of
from helpdesk.notifications.thresholds import SAID
from helpdesk.sla.events import ThresholdCrossed
from helpdesk.tickets import events

KEPT = timedelta(days=5)
READ_AFTER = timedelta(hours=6)
People = Iterable[int | None]


def tell_all(told: Told, history: Sequence[Happened], until: datetime) -> None:
    """Write the notices that are not too old to matter; most of the older ones have been read."""
    for one in history:
        whom = _TOLD.get(type(one.event))
        if whom is not None and until - one.recorded_at <= KEPT:
            _tell(told, one, _named(told, one) or whom(told, one.holder), until)


def _tell(told: Told, one: Happened, people: People, until: datetime) -> None:
    event = one.event
    threshold = isinstance(event, ThresholdCrossed)
    if isinstance(event, ThresholdCrossed) and not event.loud:
        return
    payload: dict[str, Any] = {}
    if isinstance(event, ThresholdCrossed):
        payload = {name: payload_of(event)[name] for name in SAID}
    if not DEFAULTS[topic_of(event.kind, payload)].in_desk:
        return
    at = event.at
    if threshold:
        _overtake(told, set(people), payload, at)
    old = until - at > READ_AFTER
    for person_id in sorted(
        {p for p in people if p is not None} - ({None} if threshold else {event.actor_id})
    ):
        is_read = old and told.rng.random() < 0.9
        told.batch.add(
            "notice",
            person_id=person_id,
            kind=event.kind,
            ticket_id=told.number,
            event_id=told.event_ids[id(event)],
            payload=payload,
            created_at=at,
            read_at=min(until, at + timedelta(minutes=told.rng.randint(3, 300))) if is_read else None,
        )


def _overtake(told: Told, people: set[int | None], payload: dict[str, Any], at: datetime) -> None:
    """The earlier notices of the same clock are old news to whoever hears the later one."""
    for row in told.batch.rows["notice"]:
        alike = row["kind"] == ThresholdCrossed.kind and row["payload"]["metric"] == payload["metric"]
        if alike and row["payload"]["line"] == payload["line"] and row["person_id"] in people:
            row["read_at"] = row["read_at"] or at


def _team(told: Told, holder: Holder) -> People:
    if holder.assignee_id:
        return (holder.assignee_id,)
    return tuple(agent.id for agent in told.desk.units[holder.team_id].agents)


def _team_and_owner(told: Told, holder: Holder) -> People:
    return (*_team(told, holder), holder.owner_id)


def _owner(_: Told, holder: Holder) -> People:
    return (holder.owner_id,)


def _assignee(_: Told, holder: Holder) -> People:
    return (holder.assignee_id,)


def _holders(_: Told, holder: Holder) -> People:
    return holder.owner_id, holder.assignee_id


def _named(told: Told, one: Happened) -> People:
    """Whom the policy names at a threshold; nobody for other news."""
    event, holder = one.event, one.holder
    if not isinstance(event, ThresholdCrossed):
        return ()
    leads = tuple(told.desk.units[holder.team_id].leads)
    people = {
        "tell_owner": (holder.owner_id,),
        "tell_assignee": (holder.assignee_id,) if holder.assignee_id else leads,
        "tell_lead": leads,
    }
    return {person for act in event.tell for person in people.get(act, ())}


def _nobody(_: Told, __: Holder) -> People:
    return ()


_TOLD: dict[type, Callable[[Told, Holder], People]] = {
    events.TicketOpened: _team,
    events.ClientWrote: _holders,
    events.NoteAdded: _holders,
    events.TicketAssigned: _assignee,
    events.TicketEscalated: _team,
    events.TicketReturned: _team_and_owner,
    events.TicketMoved: _team,
    events.TicketResolved: _owner,
    events.TicketReopened: _holders,
    events.CallJoined: _holders,
    ThresholdCrossed: _nobody,
}
