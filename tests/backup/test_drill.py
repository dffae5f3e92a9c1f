"""The drill: a desk at work is backed up and made again elsewhere, with the same rows and the same files."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from flask import Flask

from helpdesk import secrets_box
from helpdesk.app import create_app
from helpdesk.backup.making import make_backup
from helpdesk.backup.restoring import restore
from helpdesk.config import Settings, load_settings
from helpdesk.db import db, transaction
from helpdesk.mail.models import Mailbox
from helpdesk.postgres import Urls, embedded, is_running
from tests.backup.conftest import CONTENTS, PASSWORD
from tests.backup.copies import ask, files, plain, sums, table_names, without_its_own
from tests.conftest import settings_for
from tests.servers import PATIENCE_S

Databases = Callable[[], Urls]


@pytest.fixture
def backup(desk: Flask, settings: Settings, place: Path) -> Path:
    file = place / "one.backup"
    make_backup(settings, file)
    return file


def into_server(backup: Path, urls: Urls, folder: Path) -> Settings:
    settings = load_settings(settings_for(urls, folder))
    restore(settings, backup)
    return settings


def test_rows_and_files_are_identical_after_a_restore_into_another_database(
    backup: Path, settings: Settings, empty_database: Databases, place: Path
) -> None:
    copy = empty_database()
    into_server(backup, copy, place / "copy")
    before, after = sums(settings.database_url or ""), sums(copy.app)
    assert without_its_own(after) == without_its_own(before)
    assert len(before) > 50
    assert before["ticket"][0] == 30
    assert files(place / "copy" / "blobs") == files(settings.data_dir / "blobs")
    assert len(files(place / "copy" / "blobs")) == len(CONTENTS)


def test_the_log_of_events_is_whole_and_says_that_this_is_a_copy(
    backup: Path, settings: Settings, empty_database: Databases, place: Path
) -> None:
    copy = empty_database()
    into_server(backup, copy, place / "copy")
    [(count,)] = ask(settings.database_url or "", "select count(*) from event")
    [(last,)] = ask(copy.app, "select kind from event order by id desc limit 1")
    assert ask(copy.app, "select count(*) from event") == [(int(str(count)) + 1,)]
    assert last == "desk.restored"
    with pytest.raises(psycopg2.Error, match="append-only"):
        ask(copy.owner, "update event set kind = 'forged'")


def test_new_rows_get_new_numbers(
    backup: Path, settings: Settings, empty_database: Databases, place: Path
) -> None:
    copy = empty_database()
    into_server(backup, copy, place / "copy")
    question = "select nextval('ticket_number'), nextval('person_id_seq')"
    assert ask(copy.app, question) == ask(settings.database_url or "", question)


def test_a_restored_data_folder_opens_its_secrets_with_the_key_of_the_backup(
    desk: Flask, settings: Settings, place: Path
) -> None:
    settings.data_dir.joinpath("secret.key").write_text(settings.secret_key)
    make_backup(settings, place / "one.backup")
    target = replace(settings, data_dir=place / "copy", database_url=None, secret_key="")
    assert restore(target, place / "one.backup").moved_aside is None
    assert not is_running(place / "copy")
    with embedded(place / "copy", durable=False) as urls:
        assert without_its_own(sums(urls.app)) == without_its_own(sums(settings.database_url or ""))
        env = {"HELPDESK_DATA_DIR": str(place / "copy"), "HELPDESK_BASE_URL": "http://127.0.0.1:8000"}
        app = create_app(load_settings(env), database_url=urls.app, process="command")
        with app.app_context():
            assert secrets_box.unseal(db.session.query(Mailbox).first().imap_secret or b"") == PASSWORD  # type: ignore[union-attr]
            db.session.remove()
            db.engine.dispose()
    assert files(place / "copy" / "blobs") == files(settings.data_dir / "blobs")
    assert sorted(one.name for one in place.iterdir()) == ["copy", "data", "one.backup"]


@contextmanager
def a_writer(url: str) -> Iterator[Callable[[], int]]:
    """Somebody who writes the same number into two tables at once, again and again, until the block ends."""
    over, written, began = threading.Event(), [0], threading.Event()

    def write() -> None:
        connection = psycopg2.connect(plain(url))
        while not over.is_set():
            with connection, connection.cursor() as cursor:
                cursor.execute("update company set note = %s where kind = 'own'", (str(written[0] + 1),))
                cursor.execute(
                    "insert into form_receipt (person_id, token, created_at)"
                    " select id, gen_random_uuid(), now() from person where kind = 'system'"
                )
            written[0] += 1
            began.set()
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert began.wait(PATIENCE_S)
    try:
        yield lambda: written[0]
    finally:
        over.set()
        thread.join()


def test_a_backup_shows_one_instant_while_others_write(
    desk: Flask, settings: Settings, empty_database: Databases, place: Path
) -> None:
    with a_writer(settings.database_url or "") as written:
        before = written()
        make_backup(settings, place / "one.backup")
        after = written()
    copy = empty_database()
    into_server(place / "one.backup", copy, place / "copy")
    [(noted,)] = ask(copy.app, "select note::int from company where kind = 'own'")
    assert ask(copy.app, "select count(*) from form_receipt") == [(noted,)]
    assert before <= int(str(noted)) < after


def test_an_older_desk_is_brought_up_to_date_on_the_way(
    desk: Flask, settings: Settings, empty_database: Databases, place: Path
) -> None:
    from helpdesk import schema

    schema.downgrade(settings.database_owner_url or "", "0008")
    made = make_backup(settings, place / "one.backup")
    assert made.manifest.revision == "0008"
    copy = empty_database()
    into_server(place / "one.backup", copy, place / "copy")
    assert ask(copy.app, "select version_num from alembic_version") == [(schema.head(),)]
    assert ask(copy.app, "select count(*) from ticket") == [(30,)]


def test_the_manifest_says_what_is_in_the_file(backup: Path, settings: Settings) -> None:
    import zipfile

    with zipfile.ZipFile(backup) as parts:
        says = json.loads(parts.read("manifest.json"))
        names = parts.namelist()
    counts = {one["table"]["name"]: one["rows"] for one in says["tables"]}
    real = {name: value[0] for name, value in sums(settings.database_url or "").items()}
    assert counts == {name: count for name, count in real.items() if name != "alembic_version"}
    assert set(says["parts"]) == {f"tables/{name}.copy" for name in counts}
    assert {f"blobs/{name[:2]}/{name}" for name in says["blobs"]} < set(names)
    assert (says["zone"], says["key_included"], says["missing"]) == ("Europe/Berlin", False, [])


def test_all_sign_ins_end(desk: Flask, settings: Settings, empty_database: Databases, place: Path) -> None:
    with transaction():
        db.session.execute(
            db.text(
                "insert into web_session (id_hash, account_id, state, created_at, active_at, expires_at)"
                " select 'x', min(id), '{}', now(), now(), now() + interval '1 day' from account"
            )
        )
    make_backup(settings, place / "one.backup")
    copy = empty_database()
    into_server(place / "one.backup", copy, place / "copy")
    live = "select count(*) from web_session where ended_at is null"
    assert ask(copy.app, live) == [(0,)]
    assert ask(settings.database_url or "", live) == [(1,)]


def test_every_table_has_a_key_to_be_copied_by(urls: Urls) -> None:
    keyless = """
        select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary)"""
    assert ask(urls.owner, keyless) == []
    assert "ticket" in table_names(urls.owner)
