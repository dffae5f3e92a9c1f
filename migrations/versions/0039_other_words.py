"""Both versions of a mail are found, remarks stand beside it, and pictures are shown to whom asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_BOTH = "left(text || ' ' || other_text, 200000)"
_ONE = "left(text, 200000)"


def upgrade() -> None:
    op.add_column("message", sa.Column("other_text", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "message",
        sa.Column(
            "remarks",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    _index_words_of(_BOTH)
    op.add_column(
        "attachment",
        sa.Column("is_repeated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_table(
        "pictures_shown",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_pictures_shown_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pictures_shown_person_id")),
        sa.PrimaryKeyConstraint("person_id", "message_id", name=op.f("pk_pictures_shown")),
    )
    op.create_index("ix_pictures_shown_message_id", "pictures_shown", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("pictures_shown")
    op.drop_column("attachment", "is_repeated")
    _index_words_of(_ONE)
    op.drop_column("message", "remarks")
    op.drop_column("message", "other_text")


def _index_words_of(text: str) -> None:
    """The generated columns anew, with what they are made of."""
    vectors = {
        "stems": f"to_tsvector('russian', {text})",
        "words": f"to_tsvector('simple', translate({text}, 'ёЁ', 'еЕ'))",
    }
    for name, words in vectors.items():
        op.drop_index(f"ix_message_{name}", table_name="message", postgresql_using="gin")
        op.drop_column("message", name)
        op.add_column(
            "message",
            sa.Column(name, postgresql.TSVECTOR(), sa.Computed(words, persisted=True), nullable=False),
        )
        op.create_index(f"ix_message_{name}", "message", [name], unique=False, postgresql_using="gin")
