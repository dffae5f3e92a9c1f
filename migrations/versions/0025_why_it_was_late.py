"""Breaches keep who used up the time and why it was late; notices wait for the end of quiet hours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_CAUSES = ("busy", "hard", "unnoticed", "wrong_line", "outside", "unfit", "other")


def upgrade() -> None:
    op.add_column(
        "sla_firing",
        sa.Column("acts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("sla_firing", sa.Column("shares", postgresql.JSONB(), nullable=True))
    op.add_column("sla_firing", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sla_firing", sa.Column("explanation_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "sla_firing",
        sa.Column(
            "cause",
            sa.Enum(*_CAUSES, name="breachcause", native_enum=False, length=40, create_constraint=True),
            nullable=True,
        ),
    )
    op.create_foreign_key(
        op.f("fk_sla_firing_explanation_id"), "sla_firing", "event", ["explanation_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_sla_firing_explained"), "sla_firing", "(explanation_id is null) = (cause is null)"
    )
    op.create_index(
        "ix_sla_firing_breach", "sla_firing", ["at", "id"], postgresql_where=sa.text("percent = 100")
    )
    op.create_index(
        "ix_sla_firing_unexplained",
        "sla_firing",
        ["ticket_id"],
        postgresql_where=sa.text("asked_at is not null and explanation_id is null"),
    )
    op.add_column("notice", sa.Column("visible_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "notification_hours",
        sa.Column("quiet_outside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "notification_hours",
        sa.Column("p1_passes", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )


def downgrade() -> None:
    for column in ("p1_passes", "quiet_outside"):
        op.drop_column("notification_hours", column)
    op.drop_column("notice", "visible_from")
    for index in ("ix_sla_firing_unexplained", "ix_sla_firing_breach"):
        op.drop_index(index, table_name="sla_firing")
    op.drop_constraint(op.f("ck_sla_firing_explained"), "sla_firing", type_="check")
    op.drop_constraint(op.f("fk_sla_firing_explanation_id"), "sla_firing", type_="foreignkey")
    for column in ("cause", "explanation_id", "asked_at", "shares", "acts"):
        op.drop_column("sla_firing", column)
