"""What a backup and a restore refuse: each with a sentence, and with nothing half done left behind."""

import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.backup import archive
from helpdesk.backup.making import make_backup
from helpdesk.backup.restoring import restore
from helpdesk.config import Settings, load_settings
from helpdesk.errors import DomainError
from helpdesk.postgres import Urls
from tests.backup.copies import ask, files, table_names
from tests.conftest import settings_for

Databases = Callable[[], Urls]
ENOUGH_FOR_A_PART = 20_000  # bytes
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from helpdesk.cli import main
main(sys.argv[1:])
"""


@pytest.fixture
def backup(desk: Flask, settings: Settings, place: Path) -> Path:
    file = place / "one.backup"
    make_backup(settings, file)
    return file


@pytest.fixture
def target(settings: Settings, place: Path) -> Settings:
    """A new data folder with a database of its own, and the key that sealed what is in the backup."""
    return replace(settings, data_dir=place / "copy", database_url=None, database_owner_url=None)


def what_is_left(place: Path) -> list[str]:
    return sorted(one.name for one in place.iterdir())


@pytest.mark.parametrize("where", [0.001, 0.2, 0.5, 0.8, 0.97, 0.9999])
def test_one_changed_byte_anywhere_is_noticed(
    backup: Path, target: Settings, place: Path, where: float
) -> None:
    content = bytearray(backup.read_bytes())
    content[int(len(content) * where)] ^= 0x01
    backup.write_bytes(content)
    with pytest.raises(DomainError, match="damaged"):
        restore(target, backup)
    assert what_is_left(place) == ["data", "one.backup"]


@pytest.mark.parametrize("kept", [1, 10, 100, 4000])
def test_a_file_that_was_cut_off_is_noticed(backup: Path, target: Settings, place: Path, kept: int) -> None:
    backup.write_bytes(backup.read_bytes()[:-kept])
    with pytest.raises(DomainError, match="not complete: its end is missing"):
        restore(target, backup)
    assert what_is_left(place) == ["data", "one.backup"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no backup"),
        (b"PK", "no backup|not complete"),
        (b"-- PostgreSQL database dump", "no backup of a helpdesk"),
    ],
)
def test_a_foreign_file_is_no_backup(target: Settings, place: Path, content: bytes, sentence: str) -> None:
    (place / "notes.txt").write_bytes(content)
    with pytest.raises(DomainError, match=sentence):
        restore(target, place / "notes.txt")


def test_a_file_that_is_not_there_is_named(target: Settings, place: Path) -> None:
    with pytest.raises(DomainError, match=r"nowhere\.backup cannot be read: No such file"):
        restore(target, place / "nowhere.backup")


def with_manifest(backup: Path, **changes: object) -> Path:
    """The same backup with another manifest, sealed anew."""
    changed = backup.with_name("changed.backup")
    with zipfile.ZipFile(backup) as old, archive.writing(changed) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == archive.MANIFEST:
                content = json.dumps(json.loads(content) | changes).encode()
            new.add(name, content)
    return changed


def test_a_backup_of_a_newer_program_names_that_program(backup: Path, target: Settings, place: Path) -> None:
    newer = with_manifest(backup, program="9.4", revision="9999")
    with pytest.raises(
        DomainError, match=r"made by helpdesk 9\.4 .* newer .*Install that version or a newer"
    ):
        restore(target, newer)
    with pytest.raises(DomainError, match=r"made by helpdesk 9\.4.*Install helpdesk 9\.4 or newer"):
        restore(target, with_manifest_format(newer))
    assert not (place / "copy").exists()


def with_manifest_format(newer: Path) -> Path:
    newer.rename(newer.with_name("base.backup"))
    return with_manifest(newer.with_name("base.backup"), format=2)


def test_rows_that_do_not_arrive_as_they_were_leave_nothing(
    backup: Path, settings: Settings, empty_database: Databases, place: Path
) -> None:
    tables = json.loads(zipfile.ZipFile(backup).read(archive.MANIFEST))["tables"]
    for one in tables:
        one["sha256"] = "0" * 64 if one["table"]["name"] == "ticket" else one["sha256"]
    copy = empty_database()
    with pytest.raises(DomainError, match="The rows of ticket did not arrive as they were: 30 of 30"):
        restore(load_settings(settings_for(copy, place / "copy")), with_manifest(backup, tables=tables))
    assert table_names(copy.owner) == []
    assert ask(copy.owner, "select proname from pg_proc where pronamespace = 'public'::regnamespace") == []
    assert files(place / "copy" / "blobs") == {}


def test_a_folder_with_something_in_it_is_left_as_it_is(backup: Path, target: Settings, place: Path) -> None:
    (place / "copy").mkdir()
    (place / "copy" / "precious").write_text("kept")
    with pytest.raises(DomainError, match="is not empty and was left as it is"):
        restore(target, backup)
    assert files(place / "copy").keys() == {"precious"}


def test_with_force_what_lay_there_is_moved_aside_not_deleted(
    backup: Path, target: Settings, place: Path
) -> None:
    (place / "copy").mkdir()
    (place / "copy" / "precious").write_text("kept")
    done = restore(target, backup, force=True)
    assert done.moved_aside is not None
    assert done.moved_aside.name.startswith("copy.before-")
    assert (done.moved_aside / "precious").read_text() == "kept"
    assert (place / "copy" / "postgres").is_dir()


def test_a_database_with_something_in_it_is_left_as_it_is(
    backup: Path, empty_database: Databases, place: Path
) -> None:
    copy = empty_database()
    ask(copy.owner, "create table precious as select 'kept' as words")
    with pytest.raises(DomainError, match=r"not empty \(1 tables and sequences\)"):
        restore(load_settings(settings_for(copy, place / "copy")), backup)
    assert ask(copy.owner, "select words from precious") == [("kept",)]


def test_another_key_than_that_of_the_backup_is_refused(backup: Path, target: Settings, place: Path) -> None:
    with pytest.raises(DomainError, match=r"HELPDESK_SECRET_KEY is not the key of this backup.*kept outside"):
        restore(replace(target, secret_key="another key, long enough to be taken by the desk"), backup)
    with pytest.raises(DomainError, match="HELPDESK_SECRET_KEY is not the key"):
        restore(replace(target, secret_key=""), backup)
    assert what_is_left(place) == ["data", "one.backup"]


def test_a_backup_belongs_to_its_owner_and_replaces_nothing(
    backup: Path, settings: Settings, place: Path
) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    first = backup.read_bytes()
    with pytest.raises(DomainError, match="exists already and was left as it is"):
        make_backup(settings, backup)
    assert backup.read_bytes() == first
    make_backup(settings, backup, force=True)
    assert backup.read_bytes() != first
    with pytest.raises(DomainError, match="There is no folder"):
        make_backup(settings, place / "nowhere" / "one.backup")
    with pytest.raises(DomainError, match="is a folder"):
        make_backup(settings, place)


def test_a_file_that_is_gone_or_changed_is_named_and_the_rest_is_kept(
    desk: Flask, settings: Settings, place: Path
) -> None:
    first, second, _third = sorted(settings.data_dir.joinpath("blobs").rglob("*/*"))
    first.unlink()
    second.write_bytes(b"something else")
    made = make_backup(settings, place / "one.backup")
    assert made.manifest.missing == (first.name, second.name)
    assert len(made.manifest.blobs) == 1


def test_an_empty_database_is_nothing_to_back_up(empty_database: Databases, place: Path) -> None:
    settings = load_settings(settings_for(empty_database(), place / "data"))
    with pytest.raises(DomainError, match="no desk in it yet"):
        make_backup(settings, place / "one.backup")


def test_a_disk_that_is_full_is_said_and_nothing_stays(settings: Settings, urls: Urls, place: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", LIMITED.format(limit=ENOUGH_FOR_A_PART), "backup", str(place / "one.backup")],
        env={"PYTHONDONTWRITEBYTECODE": "yes", **settings_for(urls, settings.data_dir)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"There is not enough room for {place}/one.backup. Nothing was written" in done.stderr
    assert what_is_left(place) == ["data"]
