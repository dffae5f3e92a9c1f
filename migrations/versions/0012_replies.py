"""Forwards to third parties, drafts with everything in the composer, staged files, signatures of mailboxes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = ("client", "reply", "note", "forward", "third_party")
OLD_KINDS = KINDS[:3]
INSIDE = "kind not in ('note', 'forward', 'third_party') or visibility = 'internal'"


def upgrade() -> None:
    for table in ("message", "draft"):
        _allow(table, KINDS)
    op.drop_constraint(op.f("ck_message_note_internal"), "message", type_="check")
    op.create_check_constraint(op.f("ck_message_inside_internal"), "message", INSIDE)
    op.add_column("draft", sa.Column("cc", sa.Text(), nullable=True))
    op.add_column("draft", sa.Column("third_party", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "draft", sa.Column("picked", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(
        "draft",
        sa.Column("revision", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_index("ix_draft_person_id", "draft", ["person_id"])
    op.add_column("mailbox", sa.Column("signature", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_upload_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )
    op.create_index("ix_upload_ticket_id_person_id", "upload", ["ticket_id", "person_id"])
    op.create_index(op.f("ix_upload_sha256"), "upload", ["sha256"])


def downgrade() -> None:
    op.drop_table("upload")
    op.drop_column("mailbox", "signature")
    op.drop_index("ix_draft_person_id", table_name="draft")
    for column in ("revision", "picked", "third_party", "cc"):
        op.drop_column("draft", column)
    op.execute("delete from draft where kind in ('forward', 'third_party')")
    op.execute("update message set kind = 'note' where kind in ('forward', 'third_party')")
    op.drop_constraint(op.f("ck_message_inside_internal"), "message", type_="check")
    op.create_check_constraint(
        op.f("ck_message_note_internal"), "message", "kind <> 'note' or visibility = 'internal'"
    )
    for table in ("message", "draft"):
        _allow(table, OLD_KINDS)


def _allow(table: str, kinds: tuple[str, ...]) -> None:
    """The words that the column `kind` may hold."""
    name = op.f(f"ck_{table}_messagekind")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"kind in ({words})")
