"""The firm's own choices, and the history of every setting."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firm",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("ticket_prefix", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("accent", sa.Text(), nullable=True),
        sa.Column("logo_sha256", sa.Text(), nullable=True),
        sa.Column("logo_type", sa.Text(), nullable=True),
        sa.Column("assistant_step", sa.Text(), nullable=True),
        sa.Column("assistant_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_firm_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
    )
    op.execute("insert into firm (id) values (1)")
    op.create_table(
        "setting_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("thing_kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("thing_name", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_setting_change_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_change")),
    )
    op.create_index("ix_setting_change_thing", "setting_change", ["thing_kind", "thing_id", "id"])
    op.create_index(op.f("ix_setting_change_event_id"), "setting_change", ["event_id"])


def downgrade() -> None:
    op.drop_table("setting_change")
    op.drop_table("firm")
