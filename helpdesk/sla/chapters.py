"""The story of one clock: each thing that moved it, in order, with its time and its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from helpdesk.i18n import moment as said
from helpdesk.i18n import open_hours
from helpdesk.sla.breach_words import CAUSES
from helpdesk.sla.chapter_figures import entered, figures_of, waiting_for
from helpdesk.sla.chapter_words import (
    MOVES,
    WAITS,
    change_words,
    wait_words,
    who,
    words_of,
)
from helpdesk.sla.instants import local
from helpdesk.sla.ledger import Fact
from helpdesk.sla.models import BreachCause
from helpdesk.sla.telling import Telling

CHANGES = ("ticket.priority_changed", "ticket.type_changed")


@dataclass(frozen=True)
class Chapter:
    """One line of the story. `kind` chooses the mark: started, paused, resumed, changed, moved, taken,
    breached, withdrawn, explained, going, stopped, idle, cancelled. `figures` is what it did, "" for nothing;
    `counted` what the clock showed then; `reason` the words that somebody wrote.
    """

    at: int
    kind: str
    words: str
    figures: str = ""
    counted: str = ""
    reason: str = ""
    line: int | None = None

    @property
    def moment(self) -> datetime:
        """When it was, in the reader's zone."""
        return local(self.at)


def chapters(told: Telling) -> tuple[Chapter, ...]:
    """The whole story, oldest first."""
    found = [*_steps(told), *_moves(told), *_unchanged(told), *_withdrawn(told), *_explained(told)]
    return tuple(sorted(found, key=lambda chapter: chapter.at))


def _steps(told: Telling) -> Iterator[Chapter]:
    for step in told.found.steps:
        fact = told.fact(step.seq)
        yield Chapter(
            at=step.at,
            kind=step.kind,
            words=words_of(told, step),
            figures="; ".join(part for part in (figures_of(told, step), entered(fact)) if part),
            counted=open_hours(step.elapsed_s),
            reason=_reason(told, fact),
        )


def _reason(told: Telling, fact: Fact | None) -> str:
    return told.names.texts.get(fact.id, "") if fact is not None else ""


# what stands beside the steps: who had the ticket, what changed nothing, what was taken back


def _moves(told: Telling) -> Iterator[Chapter]:
    """Hand-overs and who began to work on it, while the clock was there; a line's own clock tells its own."""
    start, end = told.found.clock.started_at, told.until
    for fact in told.facts.values():
        at = int(fact.at.timestamp())
        if not start <= at <= end:
            continue
        if fact.kind in MOVES and told.found.clock.line is None:
            yield Chapter(
                at, "moved", _move(told, fact), reason=_reason(told, fact), line=fact.payload["to_line"]
            )
        elif fact.kind in ("ticket.taken", "ticket.assigned"):
            yield Chapter(at, "taken", _hand(told, fact))


def _move(told: Telling, fact: Fact) -> str:
    line = fact.payload["to_line"]
    team = told.names.teams.get(fact.payload["to_team_id"], "")
    values = {"name": who(told, fact), "line": line, "team": team}
    if fact.kind == "ticket.returned":
        return gettext("%(name)s gave it back to line %(line)s, %(team)s", **values)
    return gettext("%(name)s handed it over to line %(line)s, %(team)s", **values)


def _hand(told: Telling, fact: Fact) -> str:
    person = told.names.people.get(fact.payload["assignee_id"] or 0)
    if person is None:
        return gettext("%(name)s gave it back to the team", name=who(told, fact))
    if fact.payload["assignee_id"] == fact.actor_id:
        return gettext("%(name)s works on it", name=person)
    return gettext("%(name)s gave it to %(other)s", name=who(told, fact), other=person)


def _unchanged(told: Telling) -> Iterator[Chapter]:
    """A change of priority or kind, and a waiting, that this clock did not feel."""
    clock, end = told.found.clock, told.until
    felt = {fact.seq for step in told.found.steps if (fact := told.fact(step.seq)) is not None}
    for fact in told.facts.values():
        at = int(fact.at.timestamp())
        if fact.seq in felt or not clock.started_at < at <= end or clock.stopped_at == at:
            continue
        if fact.kind in CHANGES:
            stays = gettext("the target stays the same")
            yield Chapter(at, "changed", change_words(told, fact), figures=stays, reason=_reason(told, fact))
        elif fact.payload.get("new") in WAITS and clock.line is None:
            yield _felt_not(told, fact, at)


def _felt_not(told: Telling, fact: Fact, at: int) -> Chapter:
    """A waiting that changed nothing: the clock goes on, or stood still for another waiting already."""
    words, reason = wait_words(told, fact), _reason(told, fact)
    if any(pause.since <= at and (pause.until is None or at < pause.until) for pause in told.pauses):
        return Chapter(at, "paused", words, figures=waiting_for(fact), reason=reason)
    return Chapter(at, "going", words, figures=gettext("this clock does not pause"), reason=reason)


def _withdrawn(told: Telling) -> Iterator[Chapter]:
    """Breaches that were recorded and that the ledger as it is now no longer has, and answers taken back."""
    stand = {step.epoch for step in told.found.steps if step.kind == "breached"}
    for fact in told.facts.values():
        at = int(fact.at.timestamp())
        if _is_breach(fact, "sla.threshold_crossed", told) and fact.payload["epoch"] not in stand:
            words = gettext("A missed deadline was recorded here")
            yield Chapter(at, "withdrawn", words, figures=_why_withdrawn(told, fact))
        elif fact.kind == "ticket.reply_withdrawn" and told.found.clock.started_at <= at <= told.until:
            words = gettext(
                "%(name)s took the mail back before it left; it counts for nothing", name=who(told, fact)
            )
            yield Chapter(at, "withdrawn", words)


def _why_withdrawn(told: Telling, crossed: Fact) -> str:
    """What became known later, where that was written down."""
    later = {
        fact.payload["because_id"]
        for fact in told.facts.values()
        if _is_breach(fact, "sla.threshold_withdrawn", told)
        and fact.payload["epoch"] == crossed.payload["epoch"]
    }
    cause = next((fact for fact in told.facts.values() if fact.id in later), None)
    if cause is None:
        return gettext("withdrawn: what became known later shows that it was not missed")
    when = said(local(int(cause.at.timestamp())))
    return gettext("withdrawn: it became known later what had happened %(when)s", when=when)


def _is_breach(fact: Fact, kind: str, told: Telling) -> bool:
    """Whether the event is one of that kind about this clock's deadline."""
    clock, payload = told.found.clock, fact.payload
    if fact.kind != kind:
        return False
    named = (payload["metric"], payload["line"], payload["cycle"], payload["percent"])
    return named == (clock.metric.value, clock.line, clock.cycle, 100)


def _explained(told: Telling) -> Iterator[Chapter]:
    """Why it was late, as somebody said who had to know."""
    clock = told.found.clock
    for fact in told.facts.values():
        if fact.kind != "sla.breach_explained":
            continue
        named = (fact.payload["metric"], fact.payload["line"], fact.payload.get("cycle", 1))
        if named == (clock.metric.value, clock.line, clock.cycle):
            cause = CAUSES[BreachCause(fact.payload["cause"])]
            words = gettext("%(name)s said why it was late: %(cause)s", name=who(told, fact), cause=cause)
            yield Chapter(int(fact.at.timestamp()), "explained", words, reason=_reason(told, fact))
