"""The embedded server: started, shared, killed and started again, for real."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from helpdesk.postgres import PostgresError, Urls, add_database, drop_database, embedded, is_running
from helpdesk.postgres.folder import Folder, check_socket, prepare
from helpdesk.postgres.server import connect, running_pid, start

STAY = """
import sys
from helpdesk.postgres import embedded
with embedded(sys.argv[1]):
    print("in", flush=True)
    sys.stdin.read()
"""
FORK = """
import os, sys
from helpdesk.postgres import embedded, is_running
with embedded(sys.argv[1], durable=False):
    child = os.fork()
    if child == 0:
        sys.exit(0)
    os.waitpid(child, 0)
    print(is_running(sys.argv[1]))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A data folder that the server's own user can reach, unlike pytest's when root runs it."""
    with TemporaryDirectory(prefix="desk-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


def ask(url: str, question: str) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        result = connection.execute(text(question))
        return result.scalar() if result.returns_rows else None


def another_command(place: Path) -> "subprocess.Popen[str]":
    """A second command on the same data folder; it leaves when its input ends."""
    command = [sys.executable, "-c", STAY, str(place)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "in\n"
    return process


def test_it_starts_and_stops(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        assert is_running(place)
        assert str(ask(urls.app, "show server_version")).startswith("18")
    assert not is_running(place)


def test_russian_is_lowered_and_stemmed(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        assert ask(urls.app, "select lower('ПЕЧАТЬ Ёлка')") == "печать ёлка"
        assert (
            ask(urls.app, "select to_tsvector('russian', 'ПЕЧАТИ Printers')::text") == "'printer':2 'печат':1"
        )


def test_the_program_works_with_rows_and_may_not_change_tables(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        ask(urls.owner, "create table note (id bigint generated always as identity, words text)")
        ask(urls.app, "insert into note (words) values ('kept')")
        assert ask(urls.app, "select words from note") == "kept"
        with pytest.raises(ProgrammingError, match="permission denied"):
            ask(urls.app, "create table mine (id bigint)")
        with pytest.raises(ProgrammingError, match="must be owner"):
            ask(urls.app, "alter table note disable trigger all")
        assert ask(urls.app, "select rolsuper from pg_roles where rolname = current_user") is False
        assert ask(urls.owner, "select rolsuper from pg_roles where rolname = current_user") is False


def test_what_was_written_is_there_after_a_restart(place: Path) -> None:
    with embedded(place) as urls:
        ask(urls.owner, "create table note as select 'kept' as words")
    with embedded(place) as urls:
        assert ask(urls.app, "select words from note") == "kept"


def a_busy_backend(folder: Folder) -> int:
    """The process of a connection that is too busy to notice the end of its server."""
    connection = connect(folder)
    backend: int = connection.info.backend_pid
    send = "do $$ begin perform pg_advisory_lock(1); loop end loop; end $$"
    threading.Thread(target=quietly, args=(connection, send), daemon=True).start()
    with connect(folder).cursor() as other:
        while not locks(other):
            pass
    return backend


def quietly(connection: Any, statement: str) -> None:
    with contextlib.suppress(psycopg2.Error):
        connection.cursor().execute(statement)


def locks(cursor: Any) -> bool:
    cursor.execute("select exists (select from pg_locks where locktype = 'advisory')")
    return bool(cursor.fetchone()[0])


def set_soon() -> threading.Event:
    over = threading.Event()
    threading.Timer(0.3, over.set).start()
    return over


def test_it_comes_back_after_everything_was_killed(place: Path) -> None:
    process = another_command(place)
    with embedded(place) as urls:
        ask(urls.owner, "create table note as select 'kept' as words")
        folder = urls.folder
        process.kill()
        process.wait()
        busy = a_busy_backend(folder)
        os.kill(running_pid(folder) or 0, signal.SIGKILL)
        assert not start(folder, over=set_soon(), durable=True), "it waited for who keeps the memory"
        os.kill(busy, signal.SIGKILL)
    with embedded(place) as urls:
        assert ask(urls.app, "select words from note") == "kept"
    assert not is_running(place)


def test_a_note_that_names_a_stranger_does_not_hinder_it(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        note = urls.folder.cluster / "postmaster.pid"
        lines = note.read_text().splitlines()
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with embedded(place, durable=False) as urls:
        assert ask(urls.app, "select 1") == 1


def test_two_commands_share_one_server_and_the_last_stops_it(place: Path) -> None:
    with contextlib.ExitStack() as starting:
        with embedded(place, durable=False) as urls:
            first = running_pid(urls.folder)
            process = another_command(place)
            assert running_pid(urls.folder) == first
            door = starting.enter_context((urls.folder.root / "postgres.lock").open("a"))
            fcntl.flock(door, fcntl.LOCK_EX)  # as the other does while it starts the server again
            given_up = threading.Timer(30, fcntl.flock, (door, fcntl.LOCK_UN))
            given_up.start()
        assert given_up.is_alive(), "it waited for whoever starts the server"
        given_up.cancel()
    assert is_running(place)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not is_running(place)


def test_a_command_that_was_killed_no_longer_counts(place: Path) -> None:
    process = another_command(place)
    process.kill()
    process.wait()
    assert is_running(place)
    with embedded(place, durable=False):
        pass
    assert not is_running(place)


def test_a_forked_child_leaves_the_server_to_its_parent(place: Path) -> None:
    command = [sys.executable, "-c", FORK, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "True"


def test_a_copy_of_a_database_has_its_tables_and_its_grants(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        template: Urls = add_database(urls, "template_desk")
        ask(template.owner, "create table note as select 'kept' as words")
        copy = add_database(urls, "copy_desk", template="template_desk")
        assert ask(copy.app, "select words from note") == "kept"
        drop_database(copy)
        with pytest.raises(psycopg2.OperationalError, match="does not exist"):
            psycopg2.connect(copy.app.replace("+psycopg2", ""))


def test_nothing_stays_in_shared_memory_or_among_the_processes(place: Path) -> None:
    with embedded(place, durable=False) as urls:
        folder = urls.folder
        os.kill(running_pid(folder) or 0, signal.SIGKILL)
    with embedded(place, durable=False):
        inode = folder.cluster.stat().st_ino
    keys = {int(line.split()[0]) for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}
    assert inode not in keys
    commands = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    assert not any(str(folder.cluster) in command for command in commands)


def test_a_folder_with_too_long_a_name_is_refused_in_words() -> None:
    with pytest.raises(PostgresError, match="too long a name"):
        check_socket(Path("/tmp") / ("x" * 90))


def test_a_place_where_no_folder_can_be_made_is_refused_in_words(place: Path) -> None:
    place.mkdir()
    (place / "file").write_text("in the way")
    with pytest.raises(PostgresError, match="cannot be made"):
        prepare(place / "file" / "data")


def test_data_of_another_release_is_refused_in_words(place: Path) -> None:
    (place / "postgres").mkdir(parents=True)
    (place / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresError, match="PostgreSQL 15"):
        prepare(place)
