"""Each waiting is a row of its own: for whom, why, until when, and when it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at is null")
_AWAKE = sa.text("wake_at is not null")

# Every waiting of the past, from the log: it ended with the next event after which the ticket stood elsewhere.
_PAST = """
    insert into ticket_wait
        (ticket_id, event_id, state, about, reason, since, wake_at, by_id, ended_at, ended_seq)
    select t.id, e.id, e.payload ->> 'new', 'other', coalesce(words.text, ''), e.effective_at,
        coalesce((e.payload ->> 'wake_at')::timestamptz,
            greatest(e.effective_at + interval '30 days', date_trunc('hour', now()) + interval '1 day')),
        e.actor_id,
        coalesce(over.effective_at, case when t.state not like 'waiting%' then t.last_event_at end),
        coalesce(over.seq, case when t.state not like 'waiting%' then t.event_seq end)
    from event e
    join ticket t on t.id = e.ticket_id
    left join event_text words on words.event_id = e.id
    left join lateral (
        select n.seq, n.effective_at from event n
        where n.ticket_id = e.ticket_id and n.seq > e.seq and n.payload ? 'state'
            and n.payload ->> 'state' <> e.payload ->> 'new'
        order by n.seq limit 1
    ) over on true
    where e.kind = 'ticket.state_changed' and e.payload ->> 'new' like 'waiting%'
    order by e.id"""
# A ticket that was thrown away while it waited, and brought back, waits on.
_AGAIN = """
    update ticket_wait set ended_at = null, ended_seq = null where id in (
        select max(w.id) from ticket_wait w join ticket t on t.id = w.ticket_id
        where t.state like 'waiting%' group by w.ticket_id
        having bool_and(w.ended_at is not null))"""
_STANDING = """
    update ticket t set waiting_since = w.since, wake_at = coalesce(t.wake_at, w.wake_at)
    from ticket_wait w where w.ticket_id = t.id and w.ended_at is null"""


def upgrade() -> None:
    op.create_table(
        "ticket_wait",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("state", _words("waitingfor", "waiting_client", "waiting_third_party"), nullable=False),
        sa.Column(
            "about",
            _words("waitreason", "information", "agreed_date", "delivery", "vendor", "other"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(ended_at is null) = (ended_seq is null)", name=op.f("ck_ticket_wait_ended")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_wait_ticket_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ticket_wait_event_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_wait_contact_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ticket_wait_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_wait")),
        sa.UniqueConstraint("event_id", name=op.f("uq_ticket_wait_event_id")),
    )
    op.create_index("ix_ticket_wait_ticket_id", "ticket_wait", ["ticket_id", "id"])
    op.create_index(
        "uq_ticket_wait_standing", "ticket_wait", ["ticket_id"], unique=True, postgresql_where=_OPEN
    )
    op.add_column("ticket", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_ticket_wake_at", "ticket", ["wake_at", "id"], postgresql_where=_AWAKE)
    for statement in (_PAST, _AGAIN, _STANDING):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_ticket_wake_at", table_name="ticket", postgresql_where=_AWAKE)
    op.drop_column("ticket", "waiting_since")
    op.drop_table("ticket_wait")


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
