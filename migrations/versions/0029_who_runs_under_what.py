"""Which tickets run under a version of a policy or through a contract is asked by index."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_COLUMNS = ("policy_version_id", "contract_id")


def upgrade() -> None:
    for column in _COLUMNS:
        op.create_index(f"ix_ticket_sla_{column}", "ticket_sla", [column])


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_ticket_sla_{column}", table_name="ticket_sla")
