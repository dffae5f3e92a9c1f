"""Real mail servers for tests: a Dovecot of this run, and an SMTP sink that answers as the test says."""

import os
import pwd
import shutil
import socket
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient

PASSWORD = "open-sesame"
PATIENCE_S = 120  # for a server to be up; it takes a moment, and on a busy machine a long one
MOST_PORTS = 200
_kept: deque[socket.socket] = deque()
CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 0
first_valid_uid = 1
mail_location = maildir:{base}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running IMAP server; every user name exists, all with one password."""

    host: str
    port: int

    @contextmanager
    def as_user(self, user: str) -> Iterator[IMAPClient]:
        """A session of that user in his INBOX, as any mail program has it."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def put(self, user: str, raw: bytes) -> None:
        """Lay a message into the user's INBOX."""
        with self.as_user(user) as client:
            client.append("INBOX", raw)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of this run; without it the test fails."""
    with running_dovecot() as server:
        yield server


@contextmanager
def running_dovecot(more: str = "") -> Iterator[Dovecot]:
    """An unprivileged Dovecot on a free port with its own folders, with these further lines of setup."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert program, "The package dovecot-imapd is missing."
    with TemporaryDirectory(prefix="desk-imap-") as place:
        process, port = _start_dovecot(program, Path(place), more)
        try:
            yield Dovecot("127.0.0.1", port)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _start_dovecot(program: str, base: Path, more: str = "") -> tuple[subprocess.Popen[bytes], int]:
    who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = subprocess.run(["id", "-gn", who.pw_name], capture_output=True, text=True, check=True).stdout
    port = free_port()
    config = base / "dovecot.conf"
    words = {"base": base, "user": who.pw_name, "group": group.strip(), "port": port, "password": PASSWORD}
    config.write_text(CONFIG.format(**words, uid=who.pw_uid, gid=who.pw_gid) + more)
    for folder in ("run", "state", "mail"):
        (base / folder).mkdir()
    if os.geteuid() == 0:
        for path in (base, *base.iterdir()):
            os.chown(path, who.pw_uid, who.pw_gid)
    as_whom = {"user": who.pw_uid, "group": who.pw_gid} if os.geteuid() == 0 else {}
    process = subprocess.Popen([program, "-F", "-c", str(config)], **as_whom)  # type: ignore[call-overload]
    _wait_until_open(port, process, base / "log")
    return process, port


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(10 * PATIENCE_S):
        assert process.poll() is None, log.read_text() if log.exists() else "Dovecot did not start."
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as greeting:
                greeting.recv(10)
                return
        except OSError:
            process_wait(process)
    raise AssertionError("Dovecot does not answer.")


def process_wait(process: "subprocess.Popen[bytes]") -> None:
    """A tenth of a second, or less when the process ends."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def free_port() -> int:
    """A port of this machine on which nobody listens, and which nobody else is given.

    It stays bound here, without listening: whoever names it may bind it beside (SO_REUSEADDR), while the
    kernel gives it to no other test and to no outgoing connection.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    _kept.append(probe)
    if len(_kept) > MOST_PORTS:
        _kept.popleft().close()
    port: int = probe.getsockname()[1]
    return port


@dataclass(frozen=True)
class Taken:
    """One message that the sink took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class Script:
    """How the sink answers: per recipient, to DATA as a whole, and whether it hangs up after the dot."""

    recipients: dict[str, str] = field(default_factory=dict)
    data: str = "250 2.0.0 Queued as 17"
    hangs_up: bool = False


class Sink:
    """A relay that keeps what it takes and answers as its script says."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.script = Script()
        self.port = free_port()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            server_hostname="sink",
            ready_timeout=PATIENCE_S,
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.script.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.script.data.startswith("250"):
            raw = bytes(envelope.content or b"")  # type: ignore[arg-type]
            self.taken.append(Taken((envelope.mail_from or "").strip("<>"), tuple(envelope.rcpt_tos), raw))
        if self.script.hangs_up and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return self.script.data


@pytest.fixture
def smtp_sink() -> Iterator[Sink]:
    """A relay on this machine; stop() and start() it to take it away and bring it back."""
    sink = Sink()
    sink.start()
    yield sink
    sink.stop()
