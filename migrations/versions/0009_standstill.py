"""A restored or moved desk neither fetches nor sends until somebody says so."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REASONS = "mail_stopped_because in ('restored', 'moved')"
BOTH = "(mail_stopped_at is null) = (mail_stopped_because is null)"


def upgrade() -> None:
    op.add_column("firm", sa.Column("mail_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("firm", sa.Column("mail_stopped_because", sa.Text(), nullable=True))
    op.add_column("firm", sa.Column("backup_made_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("firm", sa.Column("moved_to", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_firm_stop_reason"), "firm", REASONS)
    op.create_check_constraint(op.f("ck_firm_stop_whole"), "firm", BOTH)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_firm_stop_whole"), "firm")
    op.drop_constraint(op.f("ck_firm_stop_reason"), "firm")
    for column in ("moved_to", "backup_made_at", "mail_stopped_because", "mail_stopped_at"):
        op.drop_column("firm", column)
