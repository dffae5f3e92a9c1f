"""The commands as a person types them, on a fresh data folder with nothing but the program."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ENV = {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "DATABASE_"))}


def helpdesk(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "helpdesk", *arguments]
    return subprocess.run(
        command, env=ENV, capture_output=True, text=True, timeout=120, check=False, input=typed
    )


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """A data folder not yet written to; others may pass, since PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory(prefix="desk") as place:
        Path(place).chmod(0o711)
        yield f"{place}/data"


@pytest.mark.xdist_group("cli")
def test_seeding_a_fresh_folder_needs_no_other_command(folder: str) -> None:
    done = helpdesk("seed", "--tickets", "3", "--data", folder)
    assert (done.returncode, done.stderr) == (0, "")


RITA = ("--email", "root@fernhill.example", "--name", "Rita Root")


@pytest.mark.xdist_group("cli")
def test_an_administrator_is_made_once(folder: str) -> None:
    first = helpdesk("create-admin", "--data", folder, *RITA, "--password-stdin", typed="an old brown door\n")
    assert first.returncode == 0
    assert "Rita Root is an administrator and signs in as root@fernhill.example" in first.stdout
    again = helpdesk(
        "create-admin", "--data", folder, *RITA, "--password-stdin", typed="another brown door\n"
    )
    assert again.returncode == 0
    assert "Rita Root is an administrator already" in again.stdout
    link = helpdesk("create-admin", "--data", folder, "--email", "Root@fernhill.example", "--reset-link")
    assert "http://127.0.0.1:8000/passwords/" in link.stdout


@pytest.mark.xdist_group("cli")
@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("--email", "root at fernhill", "--name", "Rita"), "", "is no e-mail address"),
        (("--email", "r@fernhill.example", "--name", " "), "", "needs a name"),
        (("--email", "r@fernhill.example", "--name", "Rita"), "short\n", "14 to 128 characters"),
        (("--email", "r@fernhill.example", "--name", "Rita"), "password123456\n", "others would try"),
        (("--email", "r@fernhill.example", "--reset-link"), "", "Nobody signs in here"),
    ],
)
def test_nonsense_makes_no_administrator(
    folder: str, words: tuple[str, ...], typed: str, sentence: str
) -> None:
    done = helpdesk("create-admin", "--data", folder, *words, "--password-stdin", typed=typed)
    assert done.returncode == 1
    assert sentence in done.stderr


@pytest.mark.xdist_group("cli")
def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(folder: str) -> None:
    found = helpdesk("doctor", "--data", folder)
    assert found.returncode == 1
    assert "WRONG  No worker has shown itself lately.\n       Start one: helpdesk worker" in found.stdout
    assert "fine   3 of 3 lines have a default team." in found.stdout


def test_a_mistyped_setting_stops_a_command_with_a_sentence() -> None:
    command = [sys.executable, "-m", "helpdesk", "doctor"]
    env = {**ENV, "HELPDESK_PROT": "8000"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "HELPDESK_PROT is not a setting; HELPDESK_PORT is one." in done.stderr


def test_help_names_every_command() -> None:
    done = helpdesk("--help")
    for command in (
        "demo",
        "serve",
        "worker",
        "db",
        "create-admin",
        "seed",
        "backup",
        "restore",
        "start-mail",
        "doctor",
    ):
        assert f"  {command} " in done.stdout
