"""Signatures of people and mailboxes may have a form beside their plain words."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("account", "mailbox"):
        op.add_column(table, sa.Column("signature_html", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in ("account", "mailbox"):
        op.drop_column(table, "signature_html")
