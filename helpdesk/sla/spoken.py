"""One clock said to a client: a sentence for the phone, and a plain text for a mail.

Neither names people nor what they wrote to each other: only lines, times, targets and what the client did.
"""

from collections.abc import Callable, Iterator, Mapping

from flask_babel import gettext

from helpdesk.i18n import full_moment, open_hours, viewer_zone, working_days
from helpdesk.i18n import moment as said
from helpdesk.sla.chapter_figures import figures_of
from helpdesk.sla.chapter_words import MOVES, line_name
from helpdesk.sla.instants import local, when
from helpdesk.sla.ledger import Fact
from helpdesk.sla.rules import Metric, Phase, Step
from helpdesk.sla.telling import Telling
from helpdesk.sla.verdicts import verdict_of

LEAST = 60

PROMISED: Mapping[Metric, Callable[[], str]] = {
    Metric.RESOLUTION: lambda: gettext("a solution"),
    Metric.FIRST_RESPONSE: lambda: gettext("a first answer"),
    Metric.NEXT_RESPONSE: lambda: gettext("an answer"),
    Metric.UPDATE: lambda: gettext("news"),
}


def spoken(told: Telling) -> str:
    """When it is due and why, as one says it on the phone."""
    return " ".join(part for part in (_head(told), _used(told), _waited(told)) if part)


def _head(told: Telling) -> str:
    clock, basis, due = told.found.clock, _basis(told), told.due_at
    start = when(told.counted_from, told.now)
    if clock.phase is Phase.CANCELLED:
        return gettext("Nothing is due any more.")
    if clock.stopped_at is not None:
        verdict = verdict_of(clock, told.now, due)
        return gettext(
            "%(verdict)s: %(note)s. %(basis)s, counted in open hours from %(start)s.",
            verdict=verdict.title,
            note=verdict.note,
            basis=_capital(basis),
            start=start,
        )
    if clock.phase is Phase.IDLE or due is None:
        return gettext("%(basis)s, counted in open hours from %(start)s.", basis=_capital(basis), start=start)
    values = {"when": when(due, told.now), "basis": basis, "start": start}
    if clock.breached:
        return gettext(
            "It was due %(when)s, because %(basis)s, counted in open hours from %(start)s.", **values
        )
    if clock.phase is Phase.PAUSED:
        return gettext(
            "It waits now, so nothing is due; going on now, it would be due %(when)s, because %(basis)s, "
            "counted in open hours from %(start)s.",
            **values,
        )
    return gettext("Due %(when)s, because %(basis)s, counted in open hours from %(start)s.", **values)


def _basis(told: Telling) -> str:
    clock = told.found.clock
    contract = told.names.contracts.get(told.choice.contract_id or 0)
    values = {
        "target": working_days(clock.target_s, told.day_s),
        "priority": told.found.priority,
        "contract": contract,
    }
    if clock.metric is Metric.OLA:
        return gettext(
            "%(line)s has %(target)s on %(priority)s", line=line_name(told, clock.line or 1), **values
        )
    what = PROMISED[clock.metric]()
    if contract is None:
        return gettext("we promise %(what)s within %(target)s on priority %(priority)s", what=what, **values)
    return gettext(
        "the contract “%(contract)s” promises %(what)s within %(target)s on priority %(priority)s",
        what=what,
        **values,
    )


def _used(told: Telling) -> str:
    """What is counted; the verdict of a clock that has ended says it already."""
    clock = told.found.clock
    if clock.stopped_at is not None:
        return ""
    return gettext("Used so far: %(used)s.", used=open_hours(clock.elapsed_s))


def _waited(told: Telling) -> str:
    start = told.counted_from
    paused = sum(
        told.open_between(max(pause.since, start), pause.until or told.until) for pause in told.pauses
    )
    return gettext("Waiting does not count: %(span)s.", span=open_hours(paused)) if paused >= LEAST else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def plain_text(told: Telling, title: str) -> str:
    """The whole explanation for a mail to the client, one fact a line; `title` is the ticket's."""
    facts = [f"- {said(local(at))}: {words}" for at, words in sorted(_told(told), key=lambda one: one[0])]
    due = told.due_at
    closing = [_due_line(due)] if due is not None and not told.is_over and not _waits(told) else []
    zone = gettext("Times are those of %(zone)s.", zone=viewer_zone().key)
    return "\n".join([title, "", spoken(told), "", *facts, *closing, "", zone]) + "\n"


def _waits(told: Telling) -> bool:
    """Whether nothing is due while it waits."""
    return told.found.clock.phase is Phase.PAUSED and not told.found.clock.breached


def _due_line(due: int) -> str:
    return gettext("- due: %(when)s", when=full_moment(local(due)))


def _told(told: Telling) -> Iterator[tuple[int, str]]:
    for step in told.found.steps:
        words = _OUTSIDE.get(step.kind, _nothing)(told, step, told.fact(step.seq))
        figures = figures_of(told, step) if step.kind in ("changed", "started", "resumed") else ""
        if words:
            yield step.at, f"{words}; {figures}" if figures else words
    for fact in told.facts.values():
        at = int(fact.at.timestamp())
        is_within = told.found.clock.started_at <= at <= told.until
        if fact.kind in MOVES and is_within and told.found.clock.line is None:
            yield at, gettext("%(line)s goes on with it", line=line_name(told, fact.payload["to_line"]))


def _nothing(told: Telling, step: Step, fact: Fact | None) -> str:
    return ""


def _began(told: Telling, step: Step, fact: Fact | None) -> str:
    if told.found.clock.metric is Metric.NEXT_RESPONSE:
        return gettext("you wrote to us")
    if told.found.clock.metric is Metric.UPDATE:
        return gettext("we wrote to you")
    if fact is not None and fact.kind == "ticket.opened":
        return gettext("your request reached us")
    return gettext("the time begins")


def _paused(told: Telling, step: Step, fact: Fact | None) -> str:
    if fact is not None and "waiting_client" in fact.payload.values():
        return gettext("we wait for your answer; this time is not counted")
    return gettext("we wait for a third party; this time is not counted")


def _resumed(told: Telling, step: Step, fact: Fact | None) -> str:
    if fact is not None and fact.kind == "ticket.client_wrote":
        return gettext("your answer reached us; the time goes on")
    if fact is not None and fact.kind == "ticket.reopened":
        return gettext("opened again; the time goes on")
    return gettext("we go on with it")


def _changed(told: Telling, step: Step, fact: Fact | None) -> str:
    kind = fact.kind if fact is not None else ""
    if fact is not None and kind == "ticket.priority_changed":
        old, new = fact.payload["old"], fact.payload["new"]
        return gettext("the priority changes from %(old)s to %(new)s", old=old, new=new)
    if kind == "ticket.type_changed":
        return gettext("the kind of the request changes")
    return gettext("other terms hold from here")


def _stopped(told: Telling, step: Step, fact: Fact | None) -> str:
    kind = fact.kind if fact is not None else ""
    if kind == "ticket.discarded":
        return ""
    answered = kind in ("ticket.agent_replied", "ticket.call_joined", "ticket.opened")
    words = gettext("answered") if answered else gettext("solved")
    return gettext("%(done)s, after %(span)s", done=words, span=open_hours(step.elapsed_s))


def _breached(told: Telling, step: Step, fact: Fact | None) -> str:
    return gettext("the time promised is used up: %(target)s", target=working_days(step.target_s, told.day_s))


_OUTSIDE: Mapping[str, Callable[[Telling, Step, Fact | None], str]] = {
    "started": _began,
    "paused": _paused,
    "resumed": _resumed,
    "changed": _changed,
    "stopped": _stopped,
    "breached": _breached,
}
