"""The process that opens mails, so that a hostile one can break nothing but this process."""

import resource
import signal
import sys
from multiprocessing.connection import Connection

from helpdesk.mail.body_alone import open_body
from helpdesk.mail.opening import open_mail

CPU_SECONDS = 2
READY = b"ready"
MAIL, BODY = b"mail", b"body"
OPENING = {MAIL: open_mail, BODY: open_body}
MEMORY_BYTES = 1024**3


def serve(connection: Connection) -> None:
    """Answer each mail or body with what it says, or with what went wrong, until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    connection.send_bytes(READY)
    while True:
        try:
            kind, raw = connection.recv_bytes(), connection.recv_bytes()
        except EOFError:
            return
        _allow_cpu()
        connection.send(_answer(kind, raw))


def _answer(kind: bytes, raw: bytes) -> object:
    try:
        return OPENING[kind](raw)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent keeps the mail and goes on
        return f"{type(error).__name__}: {error}"[:500]


def _allow_cpu() -> None:
    """The kernel ends this process when one mail takes longer, to the hundredth of a second.

    Its own limit, which counts whole seconds and which nothing in here can lift, stands behind that.
    """
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, hard))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
