"""What agents write keeps its form: drafts and outgoing mail have HTML beside their words."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("html", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("body_html", sa.Text(), nullable=True))
    op.add_column(
        "upload", sa.Column("inline", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("upload", "inline")
    op.drop_column("outbox", "body_html")
    op.drop_column("draft", "html")
