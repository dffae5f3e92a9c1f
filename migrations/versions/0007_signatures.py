"""What a person writes under every answer, and since when an invitation waits."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("signature", sa.Text(), server_default="", nullable=False))
    op.add_column("account", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "invited_at")
    op.drop_column("account", "signature")
