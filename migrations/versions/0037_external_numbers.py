"""Other systems' numbers for our tickets, and the marks that our mail carried in subjects."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "external_ticket",
        sa.Column("sender", sa.Text(), primary_key=True),
        sa.Column("external_id", sa.Text(), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger(), sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("ix_external_ticket_ticket_id", "external_ticket", ["ticket_id"])
    op.create_table(
        "subject_prefix",
        sa.Column("prefix", sa.Text(), primary_key=True),
        sa.Column("since", _TIME, nullable=False),
        sa.CheckConstraint("prefix = upper(prefix)", name="prefix_upper"),
    )
    _remember_prefixes()


def _remember_prefixes() -> None:
    """What went out before this table was there."""
    op.execute(
        r"""
        insert into subject_prefix (prefix, since)
        select upper(substring(subject from '^\[([A-Za-z0-9]{1,8})#[0-9]+\]')), min(created_at)
        from outbox where subject ~ '^\[[A-Za-z0-9]{1,8}#[0-9]+\]' group by 1
        """
    )


def downgrade() -> None:
    op.drop_table("subject_prefix")
    op.drop_table("external_ticket")
