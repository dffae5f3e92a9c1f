"""Events are never changed or removed, whoever asks."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'table % is append-only', tg_table_name using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        "create trigger event_append_only before update or delete on event"
        " for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger event_no_truncate before truncate on event"
        " for each statement execute function refuse_change()"
    )


def downgrade() -> None:
    op.execute("drop trigger event_no_truncate on event")
    op.execute("drop trigger event_append_only on event")
    op.execute("drop function refuse_change()")
