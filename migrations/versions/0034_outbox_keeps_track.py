"""An outgoing mail says since when it waits and what the relay calls it; relays that are down are known."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_NOT_THERE = "state <> 'accepted'"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("relay_id", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "outbox", sa.Column("waits_for_relay", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_outbox_tried_at", "outbox", ["tried_at"], postgresql_where=sa.text("tried_at is not null")
    )
    op.create_index(
        "ix_outbox_recipient_not_there",
        "outbox_recipient",
        ["state", "outbox_id"],
        postgresql_where=sa.text(_NOT_THERE),
    )
    op.add_column(
        "mailbox", sa.Column("names_agent", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_table(
        "relay_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_state")),
    )


def downgrade() -> None:
    op.drop_table("relay_state")
    op.drop_column("mailbox", "names_agent")
    op.drop_index("ix_outbox_recipient_not_there", table_name="outbox_recipient")
    op.drop_index("ix_outbox_tried_at", table_name="outbox")
    for column in ("waits_for_relay", "tried_at", "waiting_since", "relay_id"):
        op.drop_column("outbox", column)
