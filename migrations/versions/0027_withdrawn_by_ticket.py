"""Firings that were withdrawn are found by their ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_sla_firing_withdrawn",
        "sla_firing",
        ["ticket_id"],
        postgresql_where=sa.text("withdrawn_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_sla_firing_withdrawn", table_name="sla_firing")
