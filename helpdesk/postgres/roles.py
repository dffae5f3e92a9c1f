"""The two roles of the desk in its own server: one owns the tables, the other only works with their rows."""

from dataclasses import dataclass
from urllib.parse import quote

from psycopg2 import sql

from helpdesk.postgres import server
from helpdesk.postgres.folder import Folder

OWNER_ROLE = "helpdesk_owner"
APP_ROLE = "helpdesk_app"
DATABASE = "helpdesk"

ROLES = {
    OWNER_ROLE: sql.SQL("create role {} login nosuperuser createdb").format(sql.Identifier(OWNER_ROLE)),
    APP_ROLE: sql.SQL("create role {} login nosuperuser").format(sql.Identifier(APP_ROLE)),
}
LIKE = "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
DEFAULT_GRANTS = (
    "alter default privileges grant select, insert, update, delete on tables to {}",
    "alter default privileges grant usage, select on sequences to {}",
    "alter default privileges grant execute on functions to {}",
)


@dataclass(frozen=True)
class Urls:
    """How to reach one database as each of the roles, in SQLAlchemy's words."""

    folder: Folder
    database: str = DATABASE

    @property
    def app(self) -> str:
        """For the running program: rows only."""
        return self._as(APP_ROLE)

    @property
    def owner(self) -> str:
        """For migrations: owns the tables, and may add databases."""
        return self._as(OWNER_ROLE)

    @property
    def admin(self) -> str:
        """For repairs by hand and for tests; the program never uses it."""
        return self._as(server.SUPERUSER)

    def _as(self, role: str) -> str:
        return (
            f"postgresql+psycopg2://{role}@/{self.database}?host={quote(str(self.folder.sockets), safe='/')}"
        )


def furnish(folder: Folder) -> Urls:
    """Make roles, database and default grants where they are missing."""
    with server.connect(folder).cursor() as cursor:
        for role, create in ROLES.items():
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(create)
        cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
        missing = cursor.fetchone() is None
        cursor.connection.close()
    urls = Urls(folder)
    return add_database(urls, DATABASE) if missing else urls


def add_database(urls: Urls, name: str, *, template: str | None = None) -> Urls:
    """One more database of the same server; with `template` a copy of one that nobody is using."""
    create = sql.SQL("create database {} owner {} template {} {}").format(
        sql.Identifier(name),
        sql.Identifier(OWNER_ROLE),
        sql.Identifier(template or "template0"),
        sql.SQL("" if template else LIKE),
    )
    _run(urls.folder, "postgres", create)
    if template is None:
        grants = (sql.SQL(grant).format(sql.Identifier(APP_ROLE)) for grant in DEFAULT_GRANTS)
        _run(urls.folder, name, *grants, user=OWNER_ROLE)
    return Urls(urls.folder, name)


def drop_database(urls: Urls) -> None:
    """Remove that database, ending whoever is connected to it."""
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(urls.database))
    _run(urls.folder, "postgres", drop)


def _run(folder: Folder, database: str, *statements: sql.Composable, user: str = server.SUPERUSER) -> None:
    connection = server.connect(folder, user=user, database=database)
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()
