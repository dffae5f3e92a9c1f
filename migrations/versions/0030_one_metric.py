"""A clock's metric is the engine's own word in every table."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_TABLES = ("sla_target", "sla_clock", "sla_firing", "sla_trial_finding")
_DUE = ("first_response", "next_response", "update", "resolution", "ola")
_REPORTED = ("requester_wait", "agent_work")


def _allow(*values: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    for table in _TABLES:
        op.drop_constraint(op.f(f"ck_{table}_metric"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_metric"), table, f"metric in ({listed})")


def upgrade() -> None:
    _allow(*_DUE, *_REPORTED)


def downgrade() -> None:
    _allow(*_DUE)
