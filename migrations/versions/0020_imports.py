"""Imports: each file with what its columns mean, what was found in it, and how far it got."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CARGO = ("companies", "contacts", "agents", "articles")
_STATES = ("uploaded", "mapped", "checked", "running", "done", "failed", "cancelled")


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "cargo",
            sa.Enum(*_CARGO, name="cargo", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="runstate", native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("encoding", sa.Text(), server_default="", nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("preview", postgresql.JSONB(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=True),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("progress", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("faults", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("wrong_rows", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_import_run_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_state_id", "import_run", ["state", "id"])


def downgrade() -> None:
    op.drop_index("ix_import_run_state_id", table_name="import_run")
    op.drop_table("import_run")
