"""Indexes for what every mail, call and event asks, so that it costs the same in the tenth year."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("inbound_mail_id", "call_id"):
        op.create_index(
            f"ix_message_{column}", "message", [column], postgresql_where=sa.text(f"{column} is not null")
        )
    op.create_index("ix_inbound_mail_from_email", "inbound_mail", ["from_email", "processed_at"])
    op.create_index("ix_outbox_recipient_email", "outbox_recipient", ["email"])
    op.create_index("ix_notice_event_id", "notice", ["event_id"])


def downgrade() -> None:
    op.drop_index("ix_notice_event_id", table_name="notice")
    op.drop_index("ix_outbox_recipient_email", table_name="outbox_recipient")
    op.drop_index("ix_inbound_mail_from_email", table_name="inbound_mail")
    for column in ("call_id", "inbound_mail_id"):
        op.drop_index(f"ix_message_{column}", table_name="message")
