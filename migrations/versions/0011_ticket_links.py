"""Links between tickets, and the doubles of a ticket found from it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "relates",
                "duplicate",
                "blocks",
                name="linkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_ticket_link_two_tickets")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ticket_link_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["ticket.id"], name=op.f("fk_ticket_link_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["ticket.id"], name=op.f("fk_ticket_link_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
    )
    op.create_index("ix_ticket_link_from_id", "ticket_link", ["from_id"])
    op.create_index("ix_ticket_link_to_id", "ticket_link", ["to_id"])
    op.create_index(
        "uq_ticket_link_pair",
        "ticket_link",
        [sa.text("least(from_id, to_id)"), sa.text("greatest(from_id, to_id)")],
        unique=True,
    )
    op.create_index(
        "ix_ticket_merged_into_id",
        "ticket",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_merged_into_id", table_name="ticket")
    op.drop_table("ticket_link")
