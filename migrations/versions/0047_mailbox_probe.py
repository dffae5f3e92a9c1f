"""A mailbox may write to itself once a day, to show that mail still goes the whole way."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mailbox", sa.Column("probes_daily", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_table(
        "mailbox_probe",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mailbox_probe_mailbox_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mailbox_probe_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_probe")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_mailbox_probe_outbox_id")),
    )
    op.create_index("ix_mailbox_probe_mailbox_id", "mailbox_probe", ["mailbox_id", "sent_at"])


def downgrade() -> None:
    op.drop_table("mailbox_probe")
    op.drop_column("mailbox", "probes_daily")
