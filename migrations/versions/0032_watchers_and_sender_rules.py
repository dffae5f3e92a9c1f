"""Watchers of tickets, and what the desk was told about senders."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_WATCH_STATES = ("watching", "proposed", "declined")
_ACTS = ("trust_reply_to", "not_spam", "external_id")


def upgrade() -> None:
    _watchers()
    _sender_rules()


def _watchers() -> None:
    op.create_table(
        "ticket_watcher",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger(), sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("contact_id", sa.BigInteger(), sa.ForeignKey("contact.id")),
        sa.Column("state", _choice("watchstate", *_WATCH_STATES), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), sa.ForeignKey("message.id")),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.UniqueConstraint("ticket_id", "email"),
    )
    op.create_index("ix_ticket_watcher_email", "ticket_watcher", ["email"])


def _sender_rules() -> None:
    op.create_table(
        "sender_rule",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("act", _choice("senderact", *_ACTS), nullable=False),
        sa.Column("expression", sa.Text()),
        sa.Column("created_by_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("pattern = lower(pattern)", name="pattern_lower"),
        sa.CheckConstraint("(act = 'external_id') = (expression is not null)", name="expression_for_ids"),
    )
    once = ["pattern", "act", sa.text("coalesce(expression, '')")]
    op.create_index("uq_sender_rule_once", "sender_rule", once, unique=True)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40, create_constraint=True)


def downgrade() -> None:
    op.drop_table("sender_rule")
    op.drop_table("ticket_watcher")
