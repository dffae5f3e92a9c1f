"""A message that came in knows which one it copies, what stayed on the server, and whether it was moved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_WORDS = """to_tsvector('simple',
    left(coalesce(subject, ''), 500) || ' ' || coalesce(from_email, '') || ' '
    || replace(coalesce(from_email, ''), '@', ' '))"""
_LEFT_OVER = "uid is not null and (flagged_at is null or (moved_to is not null and moved_at is null))"


def upgrade() -> None:
    _of_messages()
    _of_mailboxes()
    op.create_index("ix_inbound_mail_mailbox_id", "inbound_mail", ["mailbox_id", "id"])
    op.create_index("ix_inbound_mail_received_at", "inbound_mail", ["received_at", "id"])
    op.create_index("ix_inbound_mail_words", "inbound_mail", [sa.text(_WORDS)], postgresql_using="gin")
    op.create_index(
        "ix_inbound_mail_copy_of_id",
        "inbound_mail",
        ["copy_of_id"],
        postgresql_where=sa.text("copy_of_id is not null"),
    )
    op.create_index(
        "ix_inbound_mail_left_over",
        "inbound_mail",
        ["mailbox_id", "uid"],
        postgresql_where=sa.text(_LEFT_OVER),
    )


def _of_messages() -> None:
    op.add_column("inbound_mail", sa.Column("copy_of_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_inbound_mail_copy_of_id"), "inbound_mail", "inbound_mail", ["copy_of_id"], ["id"]
    )
    op.add_column(
        "inbound_mail", sa.Column("is_partial", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "inbound_mail",
        sa.Column("left_behind", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("inbound_mail", sa.Column("copied_at", sa.DateTime(timezone=True)))
    op.add_column("inbound_mail", sa.Column("moved_at", sa.DateTime(timezone=True)))
    op.add_column("inbound_mail", sa.Column("moved_to", sa.Text()))
    op.add_column("inbound_mail", sa.Column("read_by", sa.Text()))
    op.execute(
        "update inbound_mail set copy_of_id = substring(reason from 6)::bigint"
        " where state = 'ignored' and reason ~ '^copy:[0-9]{1,18}$'"
        " and exists (select from inbound_mail kept"
        " where kept.id = substring(inbound_mail.reason from 6)::bigint)"
    )


def _of_mailboxes() -> None:
    op.add_column("mailbox", sa.Column("move_to", sa.Text()))
    op.add_column("mailbox", sa.Column("move_error", sa.Text()))
    op.add_column(
        "mailbox", sa.Column("move_failures", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("mailbox", sa.Column("next_move_at", sa.DateTime(timezone=True)))
    op.add_column("mailbox", sa.Column("scan_since", sa.Date()))
    op.add_column("mailbox", sa.Column("scan_until", sa.BigInteger()))
    op.add_column("mailbox", sa.Column("renumbered_at", sa.DateTime(timezone=True)))
    op.add_column("mailbox", sa.Column("silence_told_at", sa.DateTime(timezone=True)))
    op.add_column("mailbox", sa.Column("listened_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for column in (
        "listened_until",
        "silence_told_at",
        "renumbered_at",
        "scan_until",
        "scan_since",
        "next_move_at",
        "move_failures",
        "move_error",
        "move_to",
    ):
        op.drop_column("mailbox", column)
    for index in ("left_over", "copy_of_id", "words", "received_at", "mailbox_id"):
        op.drop_index(f"ix_inbound_mail_{index}", table_name="inbound_mail")
    for column in ("read_by", "moved_to", "moved_at", "copied_at", "left_behind", "is_partial", "copy_of_id"):
        op.drop_column("inbound_mail", column)
