"""What must not stand in the tree: addresses of registries, paths of one machine, other people's files."""

import hashlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Registries' host names by the first 16 digits of their SHA-256, so that none stands here either.
REGISTRIES = frozenset(
    {
        "0dc11026ac75c015", "1ba4e37997a2e986", "3ca29e55be4befa4", "5cd04dc6512f5c57", "8743857e3ea00fd1",
        "8b5bb5eb9d758455", "9495278a74715c7e", "a4aa2ac280bb8d1a", "c899567ee9068517", "d6d7019ca9fcbf07",
        "e680c440a2e92079",
    }
)  # fmt: skip
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|farm|Users|home/(?!desk\b)\w+)/[\w.]")
LOCKS = ("package-lock.json", "requirements.txt", "requirements-build.txt", "requirements-test.txt")


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def texts() -> Iterator[tuple[str, str]]:
    for file in tracked():
        content = file.read_bytes()
        if b"\0" not in content:
            yield file.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")


def is_registry(host: str) -> bool:
    return hashlib.sha256(host.encode()).hexdigest()[:16] in REGISTRIES


def test_no_address_of_a_package_registry_stands_anywhere() -> None:
    found = [
        (name, host)
        for name, text in texts()
        for host in set(HOST.findall(text.lower()))
        if is_registry(host)
    ]
    assert found == []


def test_no_path_of_one_machine_stands_anywhere() -> None:
    assert [(name, found.group(0)) for name, text in texts() if (found := MACHINE_PATH.search(text))] == []


def test_locks_carry_hashes_and_no_addresses() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text("utf-8")
        assert re.search(r"--hash=sha256:|\"integrity\": \"sha512-", text), name
        assert not re.search(r"--index-url|--find-links|--trusted-host|\"resolved\"", text), name


def test_nothing_built_or_fetched_is_committed() -> None:
    foreign = re.compile(r"(^|/)(node_modules|vendor|\.venv|dist|build)/|\.(mo|woff2|whl)$|\.min\.(js|css)$")
    assert [name for file in tracked() if foreign.search(name := file.relative_to(ROOT).as_posix())] == []
