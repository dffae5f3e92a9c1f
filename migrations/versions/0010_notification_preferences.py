"""What people want to be told, where and when, and which notices left as mail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


TOPICS = (
    "assigned",
    "returned",
    "mentioned",
    "client_answered",
    "at_risk",
    "breached",
    "escalated",
    "arrived",
    "noted",
    "resolved",
    "not_delivered",
    "trouble",
)


def upgrade() -> None:
    op.create_table(
        "notification_preference",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(*TOPICS, name="topic", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("in_desk", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notification_preference_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "notification_hours",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "mail_when",
            sa.Enum(
                "never",
                "away",
                "always",
                name="mailwhen",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("away_minutes", sa.BigInteger(), nullable=False),
        sa.Column("quiet_from", sa.BigInteger(), nullable=True),
        sa.Column("quiet_until", sa.BigInteger(), nullable=True),
        sa.Column("quiet_days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("breach_passes", sa.Boolean(), nullable=False),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(quiet_from is null) = (quiet_until is null)", name=op.f("ck_notification_hours_quiet_both")
        ),
        sa.CheckConstraint("quiet_from between 0 and 1439", name=op.f("ck_notification_hours_quiet_from")),
        sa.CheckConstraint("quiet_until between 0 and 1439", name=op.f("ck_notification_hours_quiet_until")),
        sa.CheckConstraint(
            "away_minutes between 1 and 1440", name=op.f("ck_notification_hours_away_minutes")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_hours_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_hours")),
    )
    op.add_column(
        "notice", sa.Column("in_desk", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column(
        "notice", sa.Column("by_mail", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("notice", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id", "ticket_id"],
        postgresql_where=sa.text("read_at is null and in_desk"),
    )
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["person_id"],
        postgresql_where=sa.text("by_mail and mailed_at is null and read_at is null"),
    )
    op.create_index(
        "ix_notice_mailed",
        "notice",
        ["person_id", "mailed_at"],
        postgresql_where=sa.text("mailed_at is not null"),
    )


def downgrade() -> None:
    for name in ("ix_notice_mailed", "ix_notice_waiting", "ix_notice_unread"):
        op.drop_index(name, table_name="notice")
    for column in ("mailed_at", "by_mail", "in_desk"):
        op.drop_column("notice", column)
    op.drop_table("notification_hours")
    op.drop_table("notification_preference")
