"""What became of the deadlines after the chaos: what was lost, what doubled, what the clocks say."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from chaos_sla_desk import Stage
from sqlalchemy import func, select, text

from helpdesk import clock
from helpdesk.accounts import seats
from helpdesk.accounts.models import TeamRole
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.notifications.models import Notice
from helpdesk.sla.clocks import read
from helpdesk.sla.histories import histories_of
from helpdesk.sla.models import SlaFiring
from helpdesk.sla.verifying import verify
from helpdesk.tickets.models import Ticket

CROSSED = "sla.threshold_crossed"
DOUBLED_EVENTS = """
select count(*) from (select from event where kind = 'sla.threshold_crossed'
    group by ticket_id, payload->'metric', payload->'line', payload->'cycle', payload->'epoch',
        payload->'percent' having count(*) > 1) doubled
"""
DOUBLED_FIRINGS = """
select count(*) from (select from sla_firing where withdrawn_at is null
    group by ticket_id, metric, line, cycle, epoch, percent having count(*) > 1) doubled
"""
DOUBLED_FOLLOWS = """
select count(*) from (select from event where kind in ('sla.policy_changed', 'sla.calendar_changed')
    group by ticket_id, payload->'recompute_id' having count(*) > 1) doubled
"""
ACTED = "select count(*) from sla_firing where acts->>'{act}' = 'done'"
DONE = """
select count(*) from event join person on person.id = event.actor_id
where event.kind = '{kind}' and person.kind = 'system'
"""
VERBS = {"escalate": "ticket.escalated", "raise_priority": "ticket.priority_changed"}
Said = tuple[int, int]  # an event and a person who is told of it


@dataclass(frozen=True)
class Verdict:
    """Figures of one run; all of `lost`, `doubled` and `wrong` are to be 0."""

    seed: int
    tickets: int
    deadlines: int
    crossings: int
    notices: int
    recomputed: int
    kills: dict[str, int]
    points_never_reached: list[str]
    workers_that_failed: list[str]
    lost_crossings: int
    lost_events: int
    lost_notices: int
    lost_acts: int
    lost_recomputes: int
    doubled_crossings: int
    doubled_events: int
    doubled_notices: int
    doubled_acts: int
    doubled_recomputes: int
    wrong_crossings: int
    wrong_clocks: int

    @property
    def faults(self) -> dict[str, int]:
        """By name, only those that are not 0."""
        names = [one.name for one in fields(self) if one.name.startswith(("lost_", "doubled_", "wrong_"))]
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    @property
    def is_fine(self) -> bool:
        """Whether nothing was lost or doubled, and the run has tried what it promised to try."""
        return not (self.faults or self.points_never_reached or self.workers_that_failed)

    def plain(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "fine": self.is_fine}

    def sentences(self) -> Iterable[str]:
        """For people."""
        kills = sum(self.kills.values())
        yield f"Seed {self.seed}: {self.tickets} tickets, {self.deadlines} deadlines, {kills} times kill -9."
        yield f"{self.crossings} thresholds were crossed, {self.notices} notices written,"
        yield f"{self.recomputed} tickets followed a changed policy meanwhile."
        for point, count in sorted(self.kills.items()):
            yield f"  died {count} x {point}"
        lost = sum(count for name, count in self.faults.items() if name.startswith("lost_"))
        doubled = sum(count for name, count in self.faults.items() if name.startswith("doubled_"))
        yield f"{lost} lost, {doubled} doubled, {self.wrong_clocks} clocks that differ from the log."
        yield from (f"WRONG {name.replace('_', ' ')}: {count}" for name, count in self.faults.items())
        yield from (f"WRONG never reached: {point}" for point in self.points_never_reached)
        yield from (f"WRONG {words}" for words in self.workers_that_failed)


def verdict(
    stage: Stage, seed: int, kills: Mapping[str, int], missed: Sequence[str], failed: Sequence[str]
) -> Verdict:
    """Look at all that is written down, and compute from the logs what should be."""
    tickets = db.session.scalars(select(Ticket.id).order_by(Ticket.id)).all()
    unwritten, without_cause = _against_the_logs(tickets)
    wanted, notices = _wanted_notices(), _notices()
    crossings, events = _count(SlaFiring), _counted(DONE.format(kind=CROSSED))
    acts, verbs = _per_act(ACTED, VERBS), _per_act(DONE, VERBS)
    return Verdict(
        seed=seed,
        tickets=len(tickets),
        deadlines=_counted("select count(*) from sla_firing where percent = 100"),
        crossings=crossings,
        notices=notices.total(),
        recomputed=_counted("select count(*) from event where kind = 'sla.policy_changed'"),
        kills=dict(kills),
        points_never_reached=list(missed),
        workers_that_failed=list(failed),
        lost_crossings=unwritten,
        lost_events=max(0, crossings - events),
        lost_notices=len(wanted - notices.keys()),
        lost_acts=sum(max(0, acts[act] - verbs[act]) for act in VERBS),
        lost_recomputes=_counted("select count(*) from sla_recompute_item where state = 'waiting'"),
        doubled_crossings=_counted(DOUBLED_FIRINGS),
        doubled_events=_counted(DOUBLED_EVENTS),
        doubled_notices=sum(1 for said, count in notices.items() if count > 1 or said not in wanted),
        doubled_acts=sum(max(0, verbs[act] - acts[act]) for act in VERBS),
        doubled_recomputes=_counted(DOUBLED_FOLLOWS),
        wrong_crossings=without_cause,
        wrong_clocks=sum(len(found) for _, found in verify(tickets)),
    )


def _against_the_logs(tickets: Sequence[int]) -> tuple[int, int]:
    """Crossings by the logs that nobody wrote down, and some written down that the logs know nothing of."""
    now, unwritten, without_cause = clock.now(db.session), 0, 0
    for ticket_id, history in histories_of(tickets).items():
        reading = read(ticket_id, history, now)
        if reading is None:
            raise SystemExit(f"Ticket {ticket_id} has no policy.")
        unwritten += len(reading.unwritten)
        by_log = {
            (state.metric.value, state.line, state.cycle, epoch.epoch, crossing.percent)
            for state in reading.clocks.clocks
            for epoch in (*state.past_epochs, state)
            for crossing in epoch.crossings
        }
        without_cause += len({tuple(mark) for mark in history.marks} - by_log)
    return unwritten, without_cause


def _wanted_notices() -> set[Said]:
    """Who is to hear of what, from the crossings and who held the ticket at that moment."""
    holders = (SlaFiring.holder_team_id, SlaFiring.holder_id, Ticket.owner_id)
    statement = select(EventRow.id, EventRow.payload, *holders).join(
        SlaFiring,
        (SlaFiring.ticket_id == EventRow.ticket_id)
        & (SlaFiring.metric == EventRow.payload["metric"].astext)
        & (SlaFiring.line.is_not_distinct_from(EventRow.payload["line"].as_integer()))
        & (SlaFiring.cycle == EventRow.payload["cycle"].as_integer())
        & (SlaFiring.epoch == EventRow.payload["epoch"].as_integer())
        & (SlaFiring.percent == EventRow.payload["percent"].as_integer()),
    )
    statement = statement.join(Ticket, Ticket.id == EventRow.ticket_id)
    wanted: set[Said] = set()
    for row in db.session.execute(statement.where(EventRow.kind == CROSSED)):
        if row.payload["loud"]:
            people = _people(row.payload["tell"], row.holder_team_id, row.holder_id, row.owner_id)
            wanted |= {(row.id, person) for person in people}
    return wanted


def _people(acts: Iterable[str], team_id: int, holder_id: int | None, owner_id: int | None) -> Iterable[int]:
    """As it was at that moment; in the chaos only the desk acts, and it never changes who owns a ticket."""
    leads = seats.person_ids(team_id, role=TeamRole.LEAD) or seats.person_ids(team_id)
    for act in acts:
        if act == "tell_lead" or (act == "tell_assignee" and holder_id is None):
            yield from leads
        elif act == "tell_assignee" and holder_id is not None:
            yield holder_id
        elif act == "tell_owner" and owner_id is not None:
            yield owner_id
        elif act == "tell_manager":
            yield from (one.person_id for one in seats.managers())


def _notices() -> Counter[Said]:
    rows = select(Notice.event_id, Notice.person_id).where(Notice.kind == CROSSED)
    return Counter((row.event_id, row.person_id) for row in db.session.execute(rows))


def _per_act(question: str, verbs: Mapping[str, str]) -> dict[str, int]:
    return {act: _counted(question.format(act=act, kind=kind)) for act, kind in verbs.items()}


def _counted(question: str) -> int:
    return int(db.session.execute(text(question)).scalar_one())


def _count(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0
