"""The commands that put the desk into a file, take it out again, move it, and let mail go in the copy."""

import os
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from helpdesk import clock, schema
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.backup.errors import BackupError
from helpdesk.backup.making import make_backup
from helpdesk.backup.manifest import Manifest
from helpdesk.backup.moving import faults, move
from helpdesk.backup.restoring import restore
from helpdesk.backup.rows import Copied, connect
from helpdesk.config import KEY_FILE, Settings
from helpdesk.db import db, transaction
from helpdesk.mail.restarting import start_mail
from helpdesk.postgres import is_running
from helpdesk.running import settings_from, with_database

MIB = 1024 * 1024
STANDING_STILL = "select moved_to from firm where mail_stopped_at is not null"
KEY_SETTINGS = ("HELPDESK_SECRET_KEY", "HELPDESK_SECRET_KEY_FILE")
PLACEHOLDER = "no key was given, and none is made before the backup is open"
file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of this desk."
)


@click.command(name="backup")
@file_argument
@data_option
@click.option("--force", is_flag=True, help="Write over a file of that name.")
def backup_command(file: Path, data: Path | None, force: bool) -> None:
    """Put the whole desk into one FILE: database, attachments, secret key. The desk may go on meanwhile."""
    began, settings = time.monotonic(), settings_from(data)
    with with_database(settings) as ready:
        made = make_backup(ready, file, force=force)
    _say_figures(f"{file}, {made.bytes / MIB:.1f} MiB", made.manifest, began)
    _say_secrets(made.manifest)
    _say_missing(made.manifest)


@click.command(name="restore")
@file_argument
@data_option
@click.option("--force", is_flag=True, help="Move what lies in the data folder aside; nothing is deleted.")
def restore_command(file: Path, data: Path | None, force: bool) -> None:
    """Make the desk of that FILE again, in a new data folder or an empty database (DATABASE_URL).

    The copy neither fetches nor sends mail until you say so: helpdesk start-mail, or the bar on its pages.
    """
    began, settings = time.monotonic(), _settings_for_restore(data)
    done = restore(settings, file, force=force)
    if done.moved_aside:
        click.echo(f"What was in {settings.data_dir} now lies in {done.moved_aside}.")
    _say_figures(str(settings.data_dir), done.manifest, began)
    click.echo("Everybody signs in again. Mail stands still: nothing is fetched and nothing sent until")
    click.echo(f"  helpdesk start-mail{f' --data {data}' if data else ''}")


@click.command(name="start-mail")
@data_option
@click.option(
    "--waiting",
    type=click.Choice(["drop", "send"]),
    default="drop",
    show_default=True,
    help="What becomes of mails that waited when the copy was made: the original may have sent them.",
)
def start_mail_command(data: Path | None, waiting: str) -> None:
    """Let a restored copy fetch and send. Make sure that the desk it was made from is switched off."""
    with with_database(settings_from(data)) as ready:
        app = create_app(ready, process="command")
        with app.app_context(), transaction():
            send, now = waiting == "send", clock.now(db.session)
            count = start_mail(send_waiting=send, by=system_id(), now=now)
    became = "go out now" if send else "were dropped as perhaps sent; each can be sent again from its ticket"
    click.echo(
        "Mail goes again." + (f" Mails that waited in the copy: {count}; they {became}." if count else "")
    )


@click.command(name="move")
@click.argument("url")
@click.option("--owner", help="The same database as the role that owns the tables. By default URL.")
@click.option("--check", is_flag=True, help="Only look whether it would work.")
@data_option
def move_command(url: str, owner: str | None, check: bool, data: Path | None) -> None:
    """Move from the embedded database to an empty one of a PostgreSQL server, reached at URL.

    The desk must be stopped. The old database stays as it was and says where the desk went.
    """
    settings = settings_from(data)
    if not settings.uses_embedded_database:
        raise BackupError("DATABASE_URL is set: this desk works with a server already.")
    found = faults(url, owner or url)
    for fault in found:
        click.echo(f"WRONG  {fault}")
    if found:
        raise SystemExit(1)
    click.echo("The database there is reachable, empty and fit for a desk.")
    if not check:
        _move(settings, url, owner or url)


def warn_of_standstill(settings: Settings) -> None:
    """Tell whoever starts a copy that mail stands still in it; the settings carry a database's address."""
    with closing(connect(settings.database_url or "")) as connection, connection.cursor() as cursor:
        cursor.execute(STANDING_STILL)
        found = cursor.fetchone()
    if found is None:
        return
    if found[0]:
        click.echo(f"This desk has moved to {found[0]}: set DATABASE_URL to work with it there.", err=True)
    click.echo("Mail stands still in this copy: nothing is fetched or sent (helpdesk start-mail).", err=True)


def _move(settings: Settings, url: str, owner: str) -> None:
    if is_running(settings.data_dir):
        raise BackupError(
            "The desk is running. Stop serve and worker first, so that nothing is lost between."
        )
    began = time.monotonic()
    with with_database(settings) as ready:
        schema.upgrade(ready.database_owner_url or "", app_url=ready.database_url or "")
        moved = move(ready, url, owner)
    _say_tables(moved.tables)
    click.echo(
        f"{sum(one.rows for one in moved.tables)} rows arrived, each table compared, "
        f"in {time.monotonic() - began:.1f} s. From now on set:\n"
    )
    click.echo(f"  DATABASE_URL={url}")
    if not moved.is_one_role:
        click.echo(f"  DATABASE_OWNER_URL={owner}")
    click.echo(f"  HELPDESK_DATA_DIR={settings.data_dir}")
    if (settings.data_dir / KEY_FILE).exists():
        click.echo(f"  HELPDESK_SECRET_KEY_FILE={settings.data_dir / KEY_FILE}")
    click.echo("\nThe old database in the data folder was left as it was; mail stands still in it.")
    if moved.is_one_role:
        click.echo(
            "One role does everything there. Two, as the README describes, keep the log safe from changes."
        )


def _settings_for_restore(data: Path | None) -> Settings:
    """Without a key of its own: none may be made in a folder that is still to come."""
    is_given = os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")
    if is_given or any(os.environ.get(name) for name in KEY_SETTINGS):
        return settings_from(data)
    env = {**os.environ, KEY_SETTINGS[0]: PLACEHOLDER}
    return replace(settings_from(data, env), secret_key="")


def _say_figures(what: str, manifest: Manifest, began: float) -> None:
    size = manifest.blob_bytes / MIB
    click.echo(f"{what}: {manifest.firm} as of {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC,")
    click.echo(
        f"{manifest.rows} rows in {len(manifest.tables)} tables, {len(manifest.blobs)} files "
        f"({size:.1f} MiB), in {time.monotonic() - began:.1f} s."
    )


def _say_tables(tables: tuple[Copied, ...]) -> None:
    for one in tables:
        if one.rows:
            click.echo(f"  {one.rows:>9}  {one.table.name}  {one.sha256[:12]}")


def _say_secrets(manifest: Manifest) -> None:
    if manifest.key_included:
        click.echo("THIS FILE HOLDS SECRETS: all mail and the key that opens the passwords of mailboxes.")
        click.echo("Whoever has it can read everything. Keep it where only administrators come.")
    else:
        click.echo("THIS FILE HOLDS ALL MAIL. Keep it where only administrators come.")
        click.echo("It does not hold HELPDESK_SECRET_KEY: keep that too, apart from it, or passwords of")
        click.echo("mailboxes cannot be opened after a restore.")


def _say_missing(manifest: Manifest) -> None:
    if manifest.missing:
        click.echo(
            f"{len(manifest.missing)} files that the database names were not in the folder, or not as they "
            "were; everything else is in the backup. Look for them in an older one:",
            err=True,
        )
        for name in manifest.missing[:10]:
            click.echo(f"  {name}", err=True)
