"""A policy may be put away, and its lines may have more time together than the client's solution."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sla_policy", sa.Column("retired_at", sa.DateTime(timezone=True)))
    op.add_column(
        "sla_policy_version",
        sa.Column("overlap_allowed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("sla_policy_version", "overlap_allowed")
    op.drop_column("sla_policy", "retired_at")
