"""Mailboxes have further addresses, a rate and a trusted verdict, and may sign in with OAuth."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_PROVIDERS = ("microsoft", "google", "other")
_FLOWS = ("person", "desk")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def upgrade() -> None:
    op.add_column("mailbox", sa.Column("authserv_id", sa.Text(), nullable=True))
    op.add_column(
        "mailbox",
        sa.Column(
            "list_mail", _enum("listmail", "ticket", "ignore"), server_default="ticket", nullable=False
        ),
    )
    op.add_column("mailbox", sa.Column("rate_per_minute", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_mailbox_rate_positive"), "mailbox", "rate_per_minute > 0")
    for side in ("imap", "smtp"):
        name = f"{side}_sign_in"
        kind = _enum(name, "password", "oauth")
        op.add_column("mailbox", sa.Column(name, kind, server_default="password", nullable=False))
    _create_addresses()
    _create_grants()
    _create_sign_ins()


def _create_addresses() -> None:
    op.create_table(
        "mailbox_address",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_mailbox_address_email_lower")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mailbox_address_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_address")),
        sa.UniqueConstraint("email", name=op.f("uq_mailbox_address_email")),
    )
    op.create_index(op.f("ix_mailbox_address_mailbox_id"), "mailbox_address", ["mailbox_id"])


def _create_grants() -> None:
    op.create_table(
        "mailbox_grant",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("provider", _enum("provider", *_PROVIDERS), nullable=False),
        sa.Column("flow", _enum("flow", *_FLOWS), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=True),
        sa.Column("authorize_url", sa.Text(), nullable=True),
        sa.Column("token_url", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_sign_in_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_in_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mailbox_grant_mailbox_id")),
        sa.ForeignKeyConstraint(
            ["signed_in_by_id"], ["person.id"], name=op.f("fk_mailbox_grant_signed_in_by_id")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailbox_grant")),
    )


def _create_sign_ins() -> None:
    op.create_table(
        "mailbox_sign_in",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("state_sha256", sa.Text(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_mailbox_sign_in_mailbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mailbox_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_sign_in")),
        sa.UniqueConstraint("state_sha256", name=op.f("uq_mailbox_sign_in_state_sha256")),
    )


def downgrade() -> None:
    op.drop_table("mailbox_sign_in")
    op.drop_table("mailbox_grant")
    op.drop_table("mailbox_address")
    op.drop_constraint(op.f("ck_mailbox_rate_positive"), "mailbox", type_="check")
    for column in ("smtp_sign_in", "imap_sign_in", "rate_per_minute", "list_mail", "authserv_id"):
        op.drop_column("mailbox", column)
