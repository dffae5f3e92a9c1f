"""A canned answer may have a form beside its plain words."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("canned_answer", sa.Column("html", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("canned_answer", "html")
