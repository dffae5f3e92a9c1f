"""Tables of SLA policies, contracts, clocks (a cache of the ledger) and the thresholds that have fired."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Integer, Text

from helpdesk.db import Base
from helpdesk.sla.acts import Act, Scope
from helpdesk.sla.rules.values import Metric as Metric  # noqa: PLC0414


class ClockPhase(StrEnum):
    """What a clock does now."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    IDLE = "idle"


class BreachCause(StrEnum):
    """Why a deadline was missed, as people say it afterwards."""

    BUSY = "busy"
    HARD = "hard"
    UNNOTICED = "unnoticed"
    WRONG_LINE = "wrong_line"
    OUTSIDE = "outside"
    UNFIT = "unfit"
    OTHER = "other"


class SlaPolicy(Base):
    """A named set of targets; the default one catches tickets without a contract."""

    __tablename__ = "sla_policy"
    __table_args__ = (
        Index("uq_sla_policy_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class SlaPolicyVersion(Base):
    """One edition of a policy; never changed once made. `reopen_grace_s` is in seconds of real time.

    `longest_wait_s` too: how long one waiting for others may last, None for as long as it takes.

    `overlap_allowed`: the lines may have more time together than the client's solution, on purpose.
    """

    __tablename__ = "sla_policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"))
    n: Mapped[int]
    valid_from: Mapped[datetime]
    on_change: Mapped[str] = mapped_column(server_default="carry")
    reopen: Mapped[str] = mapped_column(server_default="resume")
    reopen_grace_s: Mapped[int] = mapped_column(server_default="604800")
    ola_reentry: Mapped[str] = mapped_column(server_default="resume")
    pause_states: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    thresholds: Mapped[list[int]] = mapped_column(ARRAY(Integer()), server_default=text("'{75,90,100}'"))
    forgive: Mapped[bool] = mapped_column(server_default=text("false"))
    overlap_allowed: Mapped[bool] = mapped_column(server_default=text("false"))
    longest_wait_s: Mapped[int | None] = mapped_column(server_default="2592000")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    policy: Mapped[SlaPolicy] = relationship(lazy="raise")
    targets: Mapped[list["SlaTarget"]] = relationship(lazy="raise")
    steps: Mapped[list["SlaPolicyStep"]] = relationship(lazy="raise")


class SlaTarget(Base):
    """So many open seconds of a calendar for a metric and priority (and type; for OLA also a line)."""

    __tablename__ = "sla_target"
    __table_args__ = (
        UniqueConstraint(
            "policy_version_id", "metric", "line", "priority", "type", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("seconds > 0", name="seconds"),
        CheckConstraint("(metric = 'ola') = (line is not null)", name="ola_has_line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"))
    metric: Mapped[Metric]
    line: Mapped[int | None] = mapped_column(SmallInteger)
    priority: Mapped[str]
    type: Mapped[str | None]
    seconds: Mapped[int]
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))


class SlaPolicyStep(Base):
    """What a version does when `percent` of a target is used up; one row for each act."""

    __tablename__ = "sla_policy_step"
    __table_args__ = (
        UniqueConstraint("policy_version_id", "scope", "percent", "act"),
        CheckConstraint("percent > 0", name="percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"))
    scope: Mapped[Scope]
    percent: Mapped[int] = mapped_column(SmallInteger)
    act: Mapped[Act]


class Contract(Base):
    """A company's agreement: which policy holds for it, from an instant until another (null: open-ended)."""

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"))
    name: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]

    policy: Mapped[SlaPolicy] = relationship(lazy="raise")


class TicketSla(Base):
    """Which policy version a ticket runs under, and through which contract (null: the default policy).

    `failing_since`: since when its clocks cannot be computed, `failure` is the kind of error.
    """

    __tablename__ = "ticket_sla"
    __table_args__ = (
        Index("ix_ticket_sla_failing", "failing_since", postgresql_where=text("failing_since is not null")),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    missed: Mapped[bool] = mapped_column(server_default=text("false"))
    failing_since: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(server_default="")


class SlaClock(Base):
    """The present state of one clock: a cache that can be rebuilt from the ticket's events at any time.

    Seconds are open seconds of the clock's calendar. When running, elapsed now = `elapsed_s` + open seconds
    since `checkpoint_at`. `next_fire_at` is null when nothing is to come, so such rows are not in the
    sweep's index.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "metric", "line", "cycle", postgresql_nulls_not_distinct=True),
        Index("ix_sla_clock_next_fire_at", "next_fire_at", postgresql_where=text("next_fire_at is not null")),
        Index(
            "ix_sla_clock_metric_stopped_at",
            "metric",
            "stopped_at",
            postgresql_where=text("stopped_at is not null"),
        ),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[Metric]
    line: Mapped[int | None] = mapped_column(SmallInteger)
    cycle: Mapped[int] = mapped_column(SmallInteger)
    epoch: Mapped[int] = mapped_column(SmallInteger)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"))
    calendar_version_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_version.id"))
    target_s: Mapped[int]
    phase: Mapped[ClockPhase]
    started_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    elapsed_s: Mapped[int]
    checkpoint_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    met: Mapped[bool | None]
    breached_at: Mapped[datetime | None]
    missed_once: Mapped[bool] = mapped_column(server_default=text("false"))
    next_fire_at: Mapped[datetime | None]
    next_percent: Mapped[int | None] = mapped_column(SmallInteger)
    event_seq: Mapped[int]


class SlaFiring(Base):
    """A threshold that was crossed:

    Exactly one standing row whatever dies, keyed without the rebuildable clock's id. `withdrawn_at`: since
    when it is known that it was not crossed after all; such a row stays, and another may follow.

    `acts` says what became of each act of the policy: done, refused or why it had become pointless. `shares`
    of a missed solution are the client's seconds by line, and who answers for it. `asked_at`: the desk wants
    to know why; `explanation_id` is the event of the answer, whose words are kept with it.
    """

    __tablename__ = "sla_firing"
    __table_args__ = (
        Index(
            "uq_sla_firing_standing",
            "ticket_id",
            "metric",
            "line",
            "cycle",
            "epoch",
            "percent",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("(explanation_id is null) = (cause is null)", name="explained"),
        Index("ix_sla_firing_at", "at"),
        Index("ix_sla_firing_withdrawn", "ticket_id", postgresql_where=text("withdrawn_at is not null")),
        Index("ix_sla_firing_breach", "at", "id", postgresql_where=text("percent = 100")),
        Index(
            "ix_sla_firing_unexplained",
            "ticket_id",
            postgresql_where=text("asked_at is not null and explanation_id is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[Metric]
    line: Mapped[int | None] = mapped_column(SmallInteger)
    cycle: Mapped[int] = mapped_column(SmallInteger)
    epoch: Mapped[int] = mapped_column(SmallInteger)
    percent: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    holder_line: Mapped[int] = mapped_column(SmallInteger)
    holder_team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    told: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    acts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    shares: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    asked_at: Mapped[datetime | None]
    explanation_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    cause: Mapped[BreachCause | None]
