"""Mailboxes, mail texts and the firm's logo as the settings screens keep them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mailbox", sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("mailbox", sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_mailbox_default", "mailbox", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.add_column("firm", sa.Column("logo_width", sa.BigInteger(), nullable=True))
    op.add_column("firm", sa.Column("logo_height", sa.BigInteger(), nullable=True))
    op.create_table(
        "mail_text",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mail_text_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_text")),
    )
    op.create_index(
        "uq_mail_text_place",
        "mail_text",
        ["occasion", "language", "mailbox_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "mail_occasion_off",
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("occasion", name=op.f("pk_mail_occasion_off")),
    )


def downgrade() -> None:
    op.drop_table("mail_occasion_off")
    op.drop_table("mail_text")
    op.drop_column("firm", "logo_height")
    op.drop_column("firm", "logo_width")
    op.drop_index("uq_mailbox_default", table_name="mailbox")
    op.drop_column("mailbox", "connected_at")
    op.drop_column("mailbox", "is_default")
