"""The system as a person, and the two companies without which no mail could be taken in."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "insert into person (kind, name, sort_key, created_at)"
        " values ('system', 'Helpdesk', 'helpdesk', now())"
    )
    op.execute(
        "insert into company (kind, name, sort_key, confirmed_at, created_at) values"
        " ('unknown', 'Unknown client', 'unknown client', now(), now()),"
        " ('own', 'Our firm', 'our firm', now(), now())"
    )


def downgrade() -> None:
    op.execute("delete from company where kind in ('unknown', 'own')")
    op.execute("delete from person where kind = 'system'")
