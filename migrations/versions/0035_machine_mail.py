"""What a mail is, who cannot be reached, which alerts belong together, and which caps bit."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KINDS = (
    "person",
    "thanks",
    "automatic",
    "away",
    "list",
    "bounce",
    "receipt",
    "complaint",
    "spam",
)
_SHUT = """
    update contact_address set undeliverable_reason = '' where undeliverable_at is not null"""


def upgrade() -> None:
    op.add_column("contact_address", sa.Column("undeliverable_reason", sa.Text(), nullable=True))
    op.add_column("contact_address", _at("complained_at"))
    op.execute(_SHUT)
    for table in ("inbound_mail", "message"):
        op.add_column(table, sa.Column("mail_kind", _words("mailkind", *_KINDS), nullable=True))
    for name in ("delivered_at", "read_at"):
        op.add_column("outbox_recipient", _at(name))
    _make_returns()
    _make_alerts()
    _make_bites()


def downgrade() -> None:
    for table in ("cap_bite", "ticket_alert", "address_return"):
        op.drop_table(table)
    for name in ("delivered_at", "read_at"):
        op.drop_column("outbox_recipient", name)
    for table in ("message", "inbound_mail"):
        op.drop_column(table, "mail_kind")
    for name in ("complained_at", "undeliverable_reason"):
        op.drop_column("contact_address", name)


def _make_returns() -> None:
    op.create_table(
        "address_return",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kind", _words("returnkind", "hard", "soft", "policy", "delayed"), nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("shuts", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _at("at", nullable=False),
        _at("cleared_at"),
        sa.Column("outbox_recipient_id", sa.BigInteger(), nullable=True),
        sa.Column("inbound_mail_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_address_return_email_lower")),
        _points_to("address_return", "outbox_recipient_id", "outbox_recipient.id"),
        _points_to("address_return", "inbound_mail_id", "inbound_mail.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_return")),
    )
    op.create_index("ix_address_return_email_at", "address_return", ["email", "at"])
    op.create_index(op.f("ix_address_return_outbox_recipient_id"), "address_return", ["outbox_recipient_id"])
    op.create_index("uq_address_return_report", "address_return", ["inbound_mail_id", "email"], unique=True)


def _make_alerts() -> None:
    op.create_table(
        "ticket_alert",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("mails", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        _at("first_at", nullable=False),
        _at("last_at", nullable=False),
        _at("recovered_at"),
        _points_to("ticket_alert", "ticket_id", "ticket.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_alert")),
    )
    op.create_index("ix_ticket_alert_sender_topic", "ticket_alert", ["sender", "topic"])
    op.create_index("uq_ticket_alert_ticket_id", "ticket_alert", ["ticket_id"], unique=True)


def _make_bites() -> None:
    op.create_table(
        "cap_bite",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("cap", _words("cap", "address", "domain", "tickets"), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("inbound_mail_id", sa.BigInteger(), nullable=True),
        _at("at", nullable=False),
        _at("released_at"),
        sa.Column("released_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(outbox_id is null) <> (inbound_mail_id is null)", name=op.f("ck_cap_bite_one_thing")
        ),
        _points_to("cap_bite", "ticket_id", "ticket.id"),
        _points_to("cap_bite", "outbox_id", "outbox.id"),
        _points_to("cap_bite", "inbound_mail_id", "inbound_mail.id"),
        _points_to("cap_bite", "released_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_bite")),
    )
    held, on_ticket = sa.text("released_at is null"), sa.text("ticket_id is not null")
    op.create_index("ix_cap_bite_held", "cap_bite", ["who", "at"], postgresql_where=held)
    op.create_index("ix_cap_bite_ticket_id", "cap_bite", ["ticket_id"], postgresql_where=on_ticket)
    for column in ("outbox_id", "inbound_mail_id"):
        op.create_index(f"uq_cap_bite_{column}", "cap_bite", [column], unique=True)


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
