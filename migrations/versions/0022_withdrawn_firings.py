"""A threshold that turns out not to have been crossed is marked withdrawn, and may be crossed again later."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KEY = ["ticket_id", "metric", "line", "cycle", "epoch", "percent"]
_OLD = "uq_sla_firing_ticket_id_metric_line_cycle_epoch_percent"
_NEW = "uq_sla_firing_standing"


def upgrade() -> None:
    op.add_column("sla_firing", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(_OLD, "sla_firing", type_="unique")
    op.create_index(
        _NEW,
        "sla_firing",
        _KEY,
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.execute("delete from sla_firing where withdrawn_at is not null")
    op.drop_index(_NEW, table_name="sla_firing")
    op.create_unique_constraint(_OLD, "sla_firing", _KEY, postgresql_nulls_not_distinct=True)
    op.drop_column("sla_firing", "withdrawn_at")
