"""The words of each contact as keys, so that the beginning of any of them finds him at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WORDS = "array_to_tsvector(array_remove(string_to_array(lookup, ' '), ''))"


def upgrade() -> None:
    op.add_column(
        "contact",
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed(_WORDS, persisted=True), nullable=False),
    )
    op.create_index("ix_contact_words", "contact", ["words"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_contact_words", table_name="contact")
    op.drop_column("contact", "words")
