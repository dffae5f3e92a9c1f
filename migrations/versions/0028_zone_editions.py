"""What a release of the tz database said of a zone, kept with the calendar versions that count by it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone_edition",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("rules", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_edition")),
        sa.UniqueConstraint("zone", "hash", name=op.f("uq_zone_edition_zone_hash")),
    )
    op.add_column("calendar_version", sa.Column("zone_edition_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_calendar_version_zone_edition_id"),
        "calendar_version",
        "zone_edition",
        ["zone_edition_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_calendar_version_zone_edition_id"), "calendar_version", type_="foreignkey")
    op.drop_column("calendar_version", "zone_edition_id")
    op.drop_table("zone_edition")
