"""Trying a mailbox over IMAP: sign-in, folder, and what else the server can do."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, ngettext
from helpdesk.mail.check.certificates import certificate_of, untrusted, unverified, without_starttls
from helpdesk.mail.check.findings import Finding, Step, Stopped, good, note, trimmed
from helpdesk.mail.check.reach import TIMEOUT_S, Server, encrypted, reach
from helpdesk.mail.check.tokens import no_token, no_xoauth2, token_refused
from helpdesk.mail.models import Encryption
from helpdesk.mail.oauth.bearer import Tokens, imap_sign_in
from helpdesk.mail.providers import hint

TROUBLE = (IMAPClientError, OSError, EOFError, UnicodeError)
FOLDERS_SHOWN = 20


def imap_steps(server: Server, folder: str, *, move_to: str | None = None) -> Iterator[Finding]:
    """Every step until all is well or one fails. Raises Stopped. Changes nothing on the server."""
    yield from reach(server, "IMAP")
    with _session(server) as client:
        if server.encryption is Encryption.STARTTLS:
            _protect(client, server)
            yield encrypted(server)
        _sign_in(client, server)
        yield good(Step.SIGN_IN, gettext("The server knows %(user)s.", user=server.user))
        messages = _open(client, folder)
        yield good(
            Step.FOLDER,
            ngettext(
                "Folder %(folder)s is there, with %(num)s message.",
                "Folder %(folder)s is there, with %(num)s messages.",
                messages,
                folder=folder,
            ),
        )
        yield from _extras(client, move_to)


@contextmanager
def _session(server: Server) -> Iterator[IMAPClient]:
    timeout = SocketTimeout(connect=TIMEOUT_S, read=TIMEOUT_S)
    is_tls = server.encryption is Encryption.TLS
    context = ssl.create_default_context() if is_tls else None
    try:
        client = IMAPClient(server.host, server.port, ssl=is_tls, ssl_context=context, timeout=timeout)
        try:
            yield client
        finally:
            with suppress(*TROUBLE):
                client.logout()
    except TROUBLE as trouble:
        raise Stopped(
            Step.SIGN_IN,
            gettext("The server broke off the conversation."),
            gettext("Try again in a minute; some servers lock out for a while after wrong passwords."),
            said=trouble,
        ) from trouble


def _protect(client: IMAPClient, server: Server) -> None:
    try:
        client.starttls(ssl.create_default_context())
    except ssl.SSLCertVerificationError as refusal:
        raise untrusted(refusal, _shown(server), server.host) from refusal
    except TROUBLE as trouble:
        raise without_starttls(server.port, usual=993) from trouble


def _shown(server: Server) -> bytes | None:
    try:
        client = IMAPClient(server.host, server.port, ssl=False, timeout=TIMEOUT_S)
        client.starttls(unverified())
        with closing(client.socket()) as line:
            return certificate_of(line) if isinstance(line, ssl.SSLSocket) else None
    except (OSError, *TROUBLE):
        return None


def _sign_in(client: IMAPClient, server: Server) -> None:
    if server.token_of is not None:
        _sign_in_with_token(client, server, server.token_of)
        return
    try:
        client.login(server.user, server.password)
    except LoginError as refusal:
        if client.has_capability("LOGINDISABLED"):
            raise Stopped(
                Step.SIGN_IN,
                gettext("The server takes a password only over an encrypted line."),
                gettext("Choose TLS or STARTTLS."),
            ) from refusal
        raise Stopped(
            Step.SIGN_IN,
            gettext("The server refuses this name and password."),
            hint(server.host)
            or gettext(
                "Type the password once more. The name is often the whole address; some servers want only"
                " what stands before the @."
            ),
            said=refusal,
        ) from refusal


def _sign_in_with_token(client: IMAPClient, server: Server, token_of: Tokens) -> None:
    if not client.has_capability("AUTH=XOAUTH2"):
        raise no_xoauth2()
    try:
        imap_sign_in(client, server.user, token_of)
    except LoginError as refusal:
        raise token_refused(server, refusal) from refusal
    except DomainError as trouble:
        raise no_token(trouble) from trouble


def _open(client: IMAPClient, folder: str) -> int:
    """How many messages lie in the folder; opened for reading only."""
    try:
        return int(client.select_folder(folder, readonly=True)[b"EXISTS"])
    except IMAPClientError as refusal:
        names = [str(name) for _, _, name in client.list_folders()]
        shown = ", ".join(trimmed(name) for name in names[:FOLDERS_SHOWN])
        raise Stopped(
            Step.FOLDER,
            gettext("There is no folder %(folder)s.", folder=folder),
            gettext("These are there: %(folders)s.", folders=shown),
        ) from refusal


def _extras(client: IMAPClient, move_to: str | None) -> Iterator[Finding]:
    """What else the server can do; without any of it the desk works as well."""
    known = [name for name in ("IDLE", "UIDPLUS", "MOVE") if client.has_capability(name)]
    if known:
        words = gettext("The server can also %(names)s.", names=", ".join(known))
        yield good(Step.EXTRAS, words)
    else:
        yield note(Step.EXTRAS, gettext("An old server: neither IDLE nor UIDPLUS. The desk needs neither."))
    if move_to is not None:
        yield _shelf(client, move_to)


def _shelf(client: IMAPClient, folder: str) -> Finding:
    """The folder for what was fetched; `folder_exists` asks without opening or changing anything."""
    if not client.folder_exists(folder):
        raise Stopped(
            Step.FOLDER,
            gettext("There is no folder %(folder)s to move mail to.", folder=folder),
            gettext("Make it in the mailbox, or leave the field empty: then mail stays where it is."),
        )
    if client.has_capability("MOVE"):
        return good(Step.EXTRAS, gettext("What was fetched can be moved to %(folder)s.", folder=folder))
    return note(
        Step.EXTRAS,
        gettext("The server cannot move mail in one step; the desk copies it to %(folder)s.", folder=folder),
    )
