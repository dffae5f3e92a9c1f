"""Words of subjects and messages as they stand, so that half a word finds them; tags and last activity by index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SUBJECT = "to_tsvector('simple', translate(left(subject, 2000), 'ёЁ', 'еЕ'))"
_TEXT = "to_tsvector('simple', translate(left(text, 200000), 'ёЁ', 'еЕ'))"


def upgrade() -> None:
    for table, words in (("ticket", _SUBJECT), ("message", _TEXT)):
        op.add_column(
            table,
            sa.Column("words", postgresql.TSVECTOR(), sa.Computed(words, persisted=True), nullable=False),
        )
        op.create_index(f"ix_{table}_words", table, ["words"], postgresql_using="gin")
    op.create_index("ix_ticket_tags", "ticket", ["tags"], postgresql_using="gin")
    op.create_index("ix_ticket_active_at", "ticket", ["active_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_active_at", table_name="ticket")
    op.drop_index("ix_ticket_tags", table_name="ticket")
    for table in ("message", "ticket"):
        op.drop_index(f"ix_{table}_words", table_name=table)
        op.drop_column(table, "words")
