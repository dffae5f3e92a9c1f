"""A ticket may be thrown away because it was opened by mistake."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


_NAME = "ck_ticket_discardreason"
_BEFORE = ("spam", "wrong_number", "machine_chatter", "test")


def upgrade() -> None:
    _allow(*_BEFORE, "mistake")


def downgrade() -> None:
    op.execute("update ticket set discard_reason = 'test' where discard_reason = 'mistake'")
    _allow(*_BEFORE)


def _allow(*reasons: str) -> None:
    op.drop_constraint(op.f(_NAME), "ticket", type_="check")
    listed = ", ".join(f"'{one}'" for one in reasons)
    op.create_check_constraint(op.f(_NAME), "ticket", f"discard_reason in ({listed})")
