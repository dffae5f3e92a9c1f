"""The move from the embedded database to a server, as a person types it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from helpdesk.backup import files
from helpdesk.backup.moving import faults
from helpdesk.db import db
from helpdesk.postgres import Urls, embedded, is_running
from tests.backup.copies import ask, sums, table_names, without_its_own

Databases = Callable[[], Urls]
ENV = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "DATABASE_"))}
KEPT_ELSEWHERE = {
    ("inbound_mail", "sha256"),  # its bytes are in the row
    ("mailbox_sign_in", "state_sha256"),  # of a secret, not of a file
}


def helpdesk(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "helpdesk", *arguments]
    env = {**ENV, **more}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder with twenty tickets in its own database."""
    with TemporaryDirectory(prefix="desk") as place:
        Path(place).chmod(0o711)
        assert helpdesk("seed", "--tickets", "20", "--data", f"{place}/data").returncode == 0
        yield Path(place) / "data"


@pytest.mark.xdist_group("move")
def test_a_look_changes_nothing(folder: Path, empty_database: Databases) -> None:
    there = empty_database()
    done = helpdesk("db", "move", there.app, "--owner", there.owner, "--check", "--data", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "reachable, empty and fit for a desk" in done.stdout
    assert table_names(there.owner) == []


@pytest.mark.xdist_group("move")
def test_a_desk_at_work_is_not_moved(folder: Path, empty_database: Databases) -> None:
    there = empty_database()
    with embedded(folder):
        done = helpdesk("db", "move", there.app, "--owner", there.owner, "--data", str(folder))
    assert done.returncode == 1
    assert "Stop serve and worker first" in done.stderr
    assert table_names(there.owner) == []


@pytest.mark.xdist_group("move")
def test_everything_arrives_and_the_old_desk_says_where_it_went(
    folder: Path, empty_database: Databases
) -> None:
    there = empty_database()
    done = helpdesk("db", "move", there.app, "--owner", there.owner, "--data", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"DATABASE_URL={there.app}\n  DATABASE_OWNER_URL={there.owner}" in done.stdout
    assert f"HELPDESK_SECRET_KEY_FILE={folder}/secret.key" in done.stdout
    with embedded(folder) as here:
        before, after = sums(here.app), sums(there.app)
        left = ask(here.app, "select mail_stopped_because, moved_to is not null from firm")
    assert not is_running(folder)
    assert without_its_own(after) == without_its_own(before)
    assert after["ticket"][0] == 20
    assert left == [("moved", True)]
    assert ask(there.app, "select mail_stopped_at from firm") == [(None,)]
    new_place = {"DATABASE_URL": there.app, "HELPDESK_SECRET_KEY_FILE": f"{folder}/secret.key"}
    looked = helpdesk("doctor", "--data", str(folder), **new_place)
    assert "fine   The tables are up to date." in looked.stdout
    again = helpdesk("db", "move", there.app, "--data", str(folder), **new_place)
    assert "this desk works with a server already" in again.stderr


def test_a_database_that_cannot_take_a_desk_is_said_with_its_cure(empty_database: Databases) -> None:
    full = empty_database()
    ask(full.owner, "create table precious (id bigint)")
    assert "not empty (1 tables and sequences)" in faults(full.app, full.owner)[0]
    foreign = empty_database()
    assert "may not make tables" in faults(foreign.app, foreign.app)[0]
    [away] = faults("postgresql://nobody@127.0.0.1:1/x", "postgresql://nobody@127.0.0.1:1/x")
    assert away.startswith("The server does not answer:")
    other = empty_database()
    assert faults(other.app, foreign.owner) == ["Both addresses have to name the same database."]


def test_a_database_that_knows_no_letters_is_refused(empty_database: Databases) -> None:
    there = empty_database()
    ask_alone(there.admin, "create database plain_c template template0 locale 'C' encoding 'UTF8'")
    ask_alone(there.admin, "create database latin template template0 locale 'C' encoding 'LATIN1'")
    found = [faults(url, url) for url in (in_database(there, "plain_c"), in_database(there, "latin"))]
    assert "small and capital letters" in found[0][0]
    assert "encoding LATIN1" in found[1][0]
    for name in ("plain_c", "latin"):
        ask_alone(there.admin, f"drop database {name}")


def ask_alone(url: str, statement: str) -> None:
    import psycopg2

    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


def in_database(urls: Urls, name: str) -> str:
    return Urls(urls.folder, name).admin


def test_every_column_that_names_a_stored_file_goes_into_backups() -> None:
    named = {
        (table.name, column.name)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if "sha256" in column.name or "blob" in column.name
    }
    assert named - KEPT_ELSEWHERE == set(files.BLOB_COLUMNS)
