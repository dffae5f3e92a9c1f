"""How migrations run: as the owner of the tables, with time limits so that no lock holds up production."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from helpdesk import models  # noqa: F401  (fills the metadata)
from helpdesk.db import Base

LOCK_TIMEOUT = "2s"
STATEMENT_TIMEOUT = "15min"


def run(connection: Connection) -> None:
    """Bring the schema to the wanted revision in one transaction per migration."""
    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"set statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Use the caller's connection when there is one (helpdesk/schema.py), else the configured address."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)


main()
