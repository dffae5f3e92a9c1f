"""The shape of the database: bringing it up to date and giving the application role its few rights."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from helpdesk import assets

APPEND_ONLY = ("event",)
OLDEST_SERVER = 150000
_UPGRADE_LOCK = 7_302_411


def upgrade(owner_url: str, *, app_url: str, revision: str = "head") -> None:
    """Run the migrations as the owner and grant the role of `app_url` its rights.

    One process at a time: an advisory lock makes a second one wait. Both addresses may name the same role.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
        connection.commit()
        command.upgrade(_config(connection), revision)
        connection.commit()
        _grant(connection, role=make_url(app_url).username or "")
        connection.commit()
    engine.dispose()


def downgrade(owner_url: str, revision: str) -> None:
    """Take migrations back to `revision`; for drills and tests."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()
    engine.dispose()


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory(str(_folder())).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether a revision is one of this program's; a newer program's is not."""
    return revision in {one.revision for one in ScriptDirectory(str(_folder())).walk_revisions()}


def current(connection: Connection) -> str | None:
    """The revision that the database has; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    config.attributes["connection"] = connection
    return config


def _folder() -> Path:
    return Path(assets.folder("migrations"))


def _grant(connection: Connection, *, role: str) -> None:
    """Rows may be read and written, tables not changed; what is append-only takes no update and no delete."""
    owner = connection.execute(text("select current_user")).scalar_one()
    if not role or role == owner:
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"grant usage on schema public to {quoted}",
        f"grant select, insert, update, delete on all tables in schema public to {quoted}",
        f"grant usage, select on all sequences in schema public to {quoted}",
        *(f"revoke update, delete, truncate on {table} from {quoted}" for table in APPEND_ONLY),
        f"revoke insert, update, delete on alembic_version from {quoted}",
    ):
        connection.execute(text(statement))
