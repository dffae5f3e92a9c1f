"""Acknowledgements of the last hours are counted by index."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    only = sa.text("kind = 'acknowledgement'")
    op.create_index("ix_outbox_acknowledged", "outbox", ["created_at"], postgresql_where=only)


def downgrade() -> None:
    op.drop_index("ix_outbox_acknowledged", table_name="outbox")
