"""What a policy does at each threshold, and how long one waiting may last."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SCOPES = ("client", "line")
_ACTS = (
    "tell_owner",
    "tell_assignee",
    "tell_lead",
    "tell_manager",
    "raise_priority",
    "escalate",
    "ask_reason",
)
_TOLD_SO_FAR = """
    insert into sla_policy_step (policy_version_id, scope, percent, act)
    select version.id, scope, percent, act
    from sla_policy_version version,
        unnest(version.thresholds || 100) percent,
        unnest(array['client', 'line']) scope,
        unnest(array['tell_owner', 'tell_assignee', 'tell_lead']) act
    on conflict do nothing
"""
# No percent comes on top: a version is what its tickets run under, and a new percent would be a threshold
# that all of them crossed long ago and that nobody wrote down.
_ASKED_BESIDES = """
    insert into sla_policy_step (policy_version_id, scope, percent, act)
    select version.id, 'client', 100, 'ask_reason' from sla_policy_version version
"""
_PERCENTS_OF_STEPS = """
    update sla_policy_version version set thresholds = (
        select array_agg(distinct percent order by percent) from unnest(version.thresholds || 100) percent
    )
"""


def upgrade() -> None:
    op.add_column(
        "sla_policy_version",
        sa.Column("longest_wait_s", sa.BigInteger(), server_default="2592000", nullable=True),
    )
    op.create_table(
        "sla_policy_step",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(*_SCOPES, name="scope", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(*_ACTS, name="act", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.CheckConstraint("percent > 0", name=op.f("ck_sla_policy_step_percent")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["sla_policy_version.id"],
            name=op.f("fk_sla_policy_step_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy_step")),
        sa.UniqueConstraint(
            "policy_version_id",
            "scope",
            "percent",
            "act",
            name=op.f("uq_sla_policy_step_policy_version_id_scope_percent_act"),
        ),
    )
    op.execute(_TOLD_SO_FAR)
    op.execute(_ASKED_BESIDES)
    op.execute(_PERCENTS_OF_STEPS)


def downgrade() -> None:
    op.drop_table("sla_policy_step")
    op.drop_column("sla_policy_version", "longest_wait_s")
