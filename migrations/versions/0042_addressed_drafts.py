"""A draft remembers to whom its writer was shown that it goes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shown = sa.Column("addressed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("draft", shown)


def downgrade() -> None:
    op.drop_column("draft", "addressed")
