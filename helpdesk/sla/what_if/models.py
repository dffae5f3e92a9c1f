"""Tables of drafts, of trials on past tickets with what they found, and of recomputes of open tickets."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base
from helpdesk.sla.models import Metric


class DraftKind(StrEnum):
    """What is being changed."""

    CALENDAR = "calendar"
    POLICY = "policy"


class DraftState(StrEnum):
    """An open draft may still be published; the others are history."""

    OPEN = "open"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class TrialBasis(StrEnum):
    """Which tickets of a period are looked at: those opened in it, or those open at some time in it."""

    OPENED = "opened"
    WAS_OPEN = "was_open"


class TrialState(StrEnum):
    """How far a trial got."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Effect(StrEnum):
    """What a draft would do to one clock."""

    COME = "come"
    GO = "go"
    EARLIER = "earlier"
    LATER = "later"
    BEGINS = "begins"
    ENDS = "ends"
    OTHER = "other"


class Subject(StrEnum):
    """What a recompute follows: a new version of hours or of a policy, another contract, other zone rules."""

    CALENDAR = "calendar"
    POLICY = "policy"
    COMPANY = "company"
    ZONE = "zone"


class Reach(StrEnum):
    """How open tickets follow: what was counted stays, or everything is counted again."""

    ONWARD = "onward"
    RETROACTIVE = "retroactive"


class RecomputeState(StrEnum):
    """How far a recompute got; a planned one waits for its instant."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """What became of one ticket in a recompute; one that is skipped needed nothing."""

    WAITING = "waiting"
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"


class SlaDraft(Base):
    """A sheet that is not in force. `seen_event_id` is the last change of its subject that it knows of."""

    __tablename__ = "sla_draft"
    __table_args__ = (Index("ix_sla_draft_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DraftKind]
    subject_id: Mapped[int]
    sheet: Mapped[dict[str, Any]]
    seen_event_id: Mapped[int]
    since: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(server_default="")
    state: Mapped[DraftState] = mapped_column(server_default="open")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SlaTrial(Base):
    """One look at past tickets. `cursor` is the last ticket done, `counts` the sums of what was found."""

    __tablename__ = "sla_trial"
    __table_args__ = (Index("ix_sla_trial_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("sla_draft.id"), index=True)
    basis: Mapped[TrialBasis]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    as_of: Mapped[datetime]
    state: Mapped[TrialState] = mapped_column(server_default="waiting")
    cursor: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class SlaTrialFinding(Base):
    """A clock that the draft would have changed, before and after; `why` holds codes and figures."""

    __tablename__ = "sla_trial_finding"
    __table_args__ = (Index("ix_sla_trial_finding_trial_id_effect_id", "trial_id", "effect", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("sla_trial.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[Metric]
    line: Mapped[int | None] = mapped_column(SmallInteger)
    cycle: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[str]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    effect: Mapped[Effect]
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]
    why: Mapped[dict[str, Any]]


class SlaRecompute(Base):
    """Open tickets that are to follow a change from `effective_at` on; `seen` are the figures known then.

    `subject_id` is a calendar, a policy or a company, `version_id` the version that is to hold (none for a
    company). They are no foreign keys: a version still to come may be taken back. `finished_at` is the end of
    the last round; while what failed is tried again, it stands.
    """

    __tablename__ = "sla_recompute"
    __table_args__ = (Index("ix_sla_recompute_state_effective_at", "state", "effective_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Subject]
    subject_id: Mapped[int]
    version_id: Mapped[int | None]
    reach: Mapped[Reach]
    effective_at: Mapped[datetime]
    state: Mapped[RecomputeState] = mapped_column(server_default="planned")
    total: Mapped[int] = mapped_column(server_default=text("0"))
    seen: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    why: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class SlaRecomputeItem(Base):
    """One ticket of a recompute; `come` and `gone` count breaches of the client's clocks."""

    __tablename__ = "sla_recompute_item"
    __table_args__ = (Index("ix_sla_recompute_item_recompute_id_state", "recompute_id", "state"),)

    recompute_id: Mapped[int] = mapped_column(ForeignKey("sla_recompute.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    state: Mapped[ItemState] = mapped_column(server_default="waiting")
    come: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    gone: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    failure: Mapped[str] = mapped_column(server_default="")
    done_at: Mapped[datetime | None]
