"""Lighter indexes under clocks and notices, and a note on tickets whose clocks cannot be computed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_STOPPED = "ix_sla_clock_metric_stopped_at"


def upgrade() -> None:
    op.drop_index("ix_sla_clock_breached_at", table_name="sla_clock")
    op.drop_index(_STOPPED, table_name="sla_clock")
    op.create_index(
        _STOPPED,
        "sla_clock",
        ["metric", "stopped_at"],
        postgresql_where=sa.text("stopped_at is not null"),
    )
    op.create_index(
        "ix_notice_unread_of_ticket",
        "notice",
        ["ticket_id"],
        postgresql_where=sa.text("read_at is null"),
    )
    op.add_column("ticket_sla", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket_sla", sa.Column("failure", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_ticket_sla_failing",
        "ticket_sla",
        ["failing_since"],
        postgresql_where=sa.text("failing_since is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_sla_failing", table_name="ticket_sla")
    op.drop_column("ticket_sla", "failure")
    op.drop_column("ticket_sla", "failing_since")
    op.drop_index("ix_notice_unread_of_ticket", table_name="notice")
    op.drop_index(_STOPPED, table_name="sla_clock")
    op.create_index(_STOPPED, "sla_clock", ["metric", "stopped_at"])
    op.create_index(
        "ix_sla_clock_breached_at",
        "sla_clock",
        ["breached_at"],
        postgresql_where=sa.text("breached_at is not null"),
    )
