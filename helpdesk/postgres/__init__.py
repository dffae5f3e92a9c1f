"""The PostgreSQL that comes with the desk, started, watched and stopped below its data folder."""

from helpdesk.postgres.folder import PostgresError, is_furnished
from helpdesk.postgres.roles import APP_ROLE, OWNER_ROLE, Urls, add_database, drop_database
from helpdesk.postgres.supervisor import embedded, is_running

__all__ = [
    "APP_ROLE",
    "OWNER_ROLE",
    "PostgresError",
    "Urls",
    "add_database",
    "drop_database",
    "embedded",
    "is_furnished",
    "is_running",
]
