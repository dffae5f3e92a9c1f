"""Categories of tickets, the tags that are offered, and routing rules that were put away."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPEN = sa.text("state not in ('resolved', 'closed')")


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.add_column("ticket", sa.Column("category_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_ticket_category_id"), "ticket", "category", ["category_id"], ["id"])
    op.create_index(
        "ix_ticket_category_due_open", "ticket", ["category_id", "sort_due", "id"], postgresql_where=_OPEN
    )
    op.add_column("routing_rule", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("routing_rule", "retired_at")
    op.drop_index("ix_ticket_category_due_open", table_name="ticket", postgresql_where=_OPEN)
    op.drop_constraint(op.f("fk_ticket_category_id"), "ticket", type_="foreignkey")
    op.drop_column("ticket", "category_id")
    op.drop_table("tag")
    op.drop_table("category")
