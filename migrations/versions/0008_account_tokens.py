"""Links that invite, set a new password or confirm an address; only their hashes are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_token",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "reset",
                "address",
                name="tokenpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("old_email", sa.Text(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_token_account_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_account_token_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_token_digest")),
    )
    op.create_index(
        "uq_account_token_live",
        "account_token",
        ["account_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("used_at is null and ended_at is null"),
    )
    op.create_table(
        "reset_request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )
    op.add_column("outbox", sa.Column("account_token_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_outbox_account_token_id"), "outbox", "account_token", ["account_token_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("outbox", "account_token_id")
    op.drop_table("reset_request")
    op.drop_index("uq_account_token_live", table_name="account_token")
    op.drop_table("account_token")
