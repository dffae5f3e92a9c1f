"""A ticket may name another one without being on it."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_NAME = "ck_ticket_link_linkkind"


def upgrade() -> None:
    _allow("relates", "duplicate", "blocks", "mentions")


def downgrade() -> None:
    op.execute("delete from ticket_link where kind = 'mentions'")
    _allow("relates", "duplicate", "blocks")


def _allow(*values: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f(_NAME), "ticket_link", type_="check")
    op.create_check_constraint(op.f(_NAME), "ticket_link", f"kind in ({listed})")
