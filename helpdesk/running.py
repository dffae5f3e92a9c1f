"""What every command needs before it starts: settings that hold, and a database that answers."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from helpdesk import blobs, secrets_box
from helpdesk.config import Settings, load_settings
from helpdesk.postgres import embedded, is_furnished


def settings_from(data: Path | None, env: Mapping[str, str] | None = None, **more: str) -> Settings:
    """The settings of the environment with `--data` and other command-line choices on top.

    Raises SettingsError.
    """
    merged = {**(os.environ if env is None else env), **more}
    if data is not None:
        merged["HELPDESK_DATA_DIR"] = str(data)
    return load_settings(merged)


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with database addresses;

    Our own PostgreSQL runs while the block runs, if none was named.
    """
    configure_process(settings)
    if not settings.uses_embedded_database:
        yield settings
        return
    with embedded(settings.data_dir) as urls:
        yield settings.with_database(urls.app, urls.owner)


def has_database(settings: Settings) -> bool:
    """Whether a desk was ever set up here: False for a folder that holds none, such as a mistyped one."""
    return not settings.uses_embedded_database or is_furnished(settings.data_dir)


def configure_process(settings: Settings) -> None:
    """Set what a process has one of: the folder of files and the installation's key."""
    blobs.configure(settings.data_dir / "blobs")
    secrets_box.configure(settings.secret_key)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a child process finds the same installation."""
    own = {
        "DATABASE_URL": settings.database_url or "",
        "DATABASE_OWNER_URL": settings.database_owner_url or "",
        "HELPDESK_DATA_DIR": str(settings.data_dir),
        "HELPDESK_SECRET_KEY": settings.secret_key,
    }
    return {**os.environ, **own}
