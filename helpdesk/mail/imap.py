"""A session with an IMAP server: connected, signed in, watched over, and never older than one visit."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from helpdesk.errors import DomainError
from helpdesk.mail.check.findings import trimmed
from helpdesk.mail.line_words import in_words
from helpdesk.mail.mailboxes import GRACE, JOB_BUDGET, ImapAccess
from helpdesk.mail.models import Encryption, SignIn
from helpdesk.mail.oauth.bearer import imap_sign_in, token_of

TIMEOUT = SocketTimeout(connect=15, read=60)
TROUBLE = (IMAPClientError, OSError, ssl.SSLError, EOFError, UnicodeError, DomainError)


@contextmanager
def session(access: ImapAccess, *, longest: timedelta | None = None) -> Iterator[IMAPClient]:
    """A session of its own per visit, so that no dead connection outlives its error.

    A watchdog cuts the line after `longest`, None: before somebody else may reserve the mailbox. A server
    that drips a byte a minute keeps every timeout.
    """
    server = _connect(access)
    watchdog = threading.Timer((longest or JOB_BUDGET - GRACE).total_seconds(), _cut, (server,))
    watchdog.daemon = True
    watchdog.start()
    try:
        server.normalise_times = False
        if access.encryption is Encryption.STARTTLS:
            server.starttls(ssl.create_default_context())
        _sign_in(server, access)
        yield server
    except BaseException:
        _cut(server)
        raise
    else:
        _part(server)
    finally:
        watchdog.cancel()


def sentence(access: ImapAccess, trouble: Exception) -> str:
    """What to tell an administrator; never the password, which IMAP errors do not repeat."""
    if isinstance(trouble, DomainError):
        return str(trouble)
    if (words := in_words(trouble, access.host, access.port)) is not None:
        return words
    said = trimmed(trouble) or type(trouble).__name__
    return f"{access.host}:{access.port}: {said}"


def _connect(access: ImapAccess) -> IMAPClient:
    is_tls = access.encryption is Encryption.TLS
    return IMAPClient(
        access.host,
        access.port,
        ssl=is_tls,
        ssl_context=ssl.create_default_context() if is_tls else None,
        timeout=TIMEOUT,
    )


def _sign_in(server: IMAPClient, access: ImapAccess) -> None:
    if access.sign_in is SignIn.OAUTH:
        imap_sign_in(server, access.user, token_of(access.mailbox_id))
    else:
        server.login(access.user, access.password)


def _part(server: IMAPClient) -> None:
    """Say goodbye; what was stored is stored, whatever the server says to that."""
    try:
        server.logout()
    except TROUBLE:
        _cut(server)


def _cut(server: IMAPClient) -> None:
    """Hang up without a word; whoever waits for an answer on this line gets an error at once.

    First below the library, which would wait for its own reader before it closes anything.
    """
    with suppress(OSError):
        server.socket().shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        server.shutdown()
