"""Drafts of calendars and policies, what they would have changed, and recomputes of open tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def upgrade() -> None:
    op.create_table(
        "sla_draft",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _enum("draftkind", "calendar", "policy"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("sheet", postgresql.JSONB(), nullable=False),
        sa.Column("seen_event_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "state",
            _enum("draftstate", "open", "published", "discarded"),
            server_default="open",
            nullable=False,
        ),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_sla_draft_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_draft")),
    )
    op.create_index("ix_sla_draft_state_id", "sla_draft", ["state", "id"])
    op.create_table(
        "sla_trial",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("basis", _enum("trialbasis", "opened", "was_open"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            _enum("trialstate", "waiting", "running", "done", "failed"),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("cursor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_sla_trial_by_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["sla_draft.id"], name=op.f("fk_sla_trial_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_trial")),
    )
    op.create_index("ix_sla_trial_draft_id", "sla_trial", ["draft_id"])
    op.create_index("ix_sla_trial_state_id", "sla_trial", ["state", "id"])
    op.create_table(
        "sla_trial_finding",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("trial_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "metric",
            _enum("metric", "first_response", "next_response", "update", "resolution", "ola"),
            nullable=False,
        ),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "effect",
            _enum("effect", "come", "go", "earlier", "later", "begins", "ends", "other"),
            nullable=False,
        ),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_sla_trial_finding_company_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_trial_finding_ticket_id")),
        sa.ForeignKeyConstraint(["trial_id"], ["sla_trial.id"], name=op.f("fk_sla_trial_finding_trial_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_trial_finding")),
    )
    op.create_index(
        "ix_sla_trial_finding_trial_id_effect_id", "sla_trial_finding", ["trial_id", "effect", "id"]
    )
    op.create_table(
        "sla_recompute",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("subject", _enum("subject", "calendar", "policy", "company", "zone"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("reach", _enum("reach", "onward", "retroactive"), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            _enum("recomputestate", "planned", "running", "done", "cancelled"),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("seen", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_sla_recompute_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_recompute")),
    )
    op.create_index("ix_sla_recompute_state_effective_at", "sla_recompute", ["state", "effective_at"])
    op.create_table(
        "sla_recompute_item",
        sa.Column("recompute_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            _enum("itemstate", "waiting", "changed", "skipped", "failed"),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("come", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("gone", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recompute_id"], ["sla_recompute.id"], name=op.f("fk_sla_recompute_item_recompute_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_recompute_item_ticket_id")),
        sa.PrimaryKeyConstraint("recompute_id", "ticket_id", name=op.f("pk_sla_recompute_item")),
    )
    op.create_index(
        "ix_sla_recompute_item_recompute_id_state", "sla_recompute_item", ["recompute_id", "state"]
    )


def downgrade() -> None:
    op.drop_table("sla_recompute_item")
    op.drop_table("sla_recompute")
    op.drop_table("sla_trial_finding")
    op.drop_table("sla_trial")
    op.drop_table("sla_draft")
