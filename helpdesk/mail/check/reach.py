"""The first steps of every try: does the name resolve, does the port answer, and does a mail server speak."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from ipaddress import ip_address

from helpdesk.i18n import gettext
from helpdesk.mail.check.certificates import certificate_of, untrusted, unverified
from helpdesk.mail.check.findings import Finding, Step, Stopped, good, note
from helpdesk.mail.models import Encryption
from helpdesk.mail.oauth.bearer import Tokens

TIMEOUT_S = 10
ANSWER_S = 10  # for what the server says once there is a line to it
ADDRESSES_TRIED = 3
GREETINGS = {"IMAP": (b"* OK", b"* PREAUTH"), "SMTP": (b"220",)}
STANDARD_PORTS = {
    ("IMAP", Encryption.TLS): 993,
    ("IMAP", Encryption.STARTTLS): 143,
    ("IMAP", Encryption.NONE): 143,
    ("SMTP", Encryption.TLS): 465,
    ("SMTP", Encryption.STARTTLS): 587,
    ("SMTP", Encryption.NONE): 25,
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server as it was typed; `password` never shows in a representation."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = field(default="", repr=False)
    token_of: Tokens | None = field(default=None, repr=False)  # signs in with a token instead


def reach(server: Server, language: str) -> Iterator[Finding]:
    """Name, port, TLS and greeting of a server that speaks `language`: IMAP or SMTP. Raises Stopped."""
    addresses = _addresses(server.host)
    if addresses != [server.host]:
        shown = ", ".join(addresses[:2])
        yield good(Step.NAME, gettext("%(host)s is %(addresses)s.", host=server.host, addresses=shown))
    with closing(_connected(server, addresses)) as line:
        yield good(Step.PORT, gettext("Port %(port)s answers.", port=server.port))
        if server.encryption is Encryption.TLS:
            with closing(_protected(server, line, language)) as inside:
                yield encrypted(server)
                yield _greeted(server, inside, language)
        else:
            yield _greeted(server, line, language)
            if server.encryption is Encryption.NONE:
                yield _unprotected()


def encrypted(server: Server) -> Finding:
    return good(Step.ENCRYPTION, gettext("Encrypted; the certificate is one for %(host)s.", host=server.host))


def _unprotected() -> Finding:
    return note(
        Step.ENCRYPTION,
        gettext("Nothing is encrypted: name, password and mail can be read on the way."),
        gettext("Choose TLS or STARTTLS unless the server stands on this machine."),
    )


def _addresses(host: str) -> list[str]:
    """Every address of the name, numbers as they are; ten seconds at most."""
    pool = ThreadPoolExecutor(1)
    try:
        found = pool.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM).result(TIMEOUT_S)
    except (OSError, UnicodeError, TimeoutError) as trouble:
        raise Stopped(
            Step.NAME,
            gettext("There is no server of the name %(host)s.", host=host),
            gettext("Check the spelling. It is often imap., smtp. or mail. before the domain."),
        ) from trouble
    finally:
        pool.shutdown(wait=False)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if any(_is_no_server(address) for address in addresses):
        raise Stopped(Step.NAME, gettext("No mail server can stand at %(host)s.", host=host))
    return addresses


def _is_no_server(address: str) -> bool:
    """Addresses of this link, of groups and of nobody: where cloud machines keep their own secrets."""
    where = ip_address(address.partition("%")[0])
    return where.is_link_local or where.is_multicast or where.is_unspecified


def _connected(server: Server, addresses: list[str]) -> socket.socket:
    """A line to the first address that answers; ten seconds for all of them together."""
    trouble: OSError = OSError()
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            patience = TIMEOUT_S / min(len(addresses), ADDRESSES_TRIED)
            line = socket.create_connection((address, server.port), patience)
            line.settimeout(ANSWER_S)
            return line
        except OSError as problem:
            trouble = problem
    raise Stopped(Step.PORT, *_silence(server, trouble)) from trouble


def _silence(server: Server, trouble: OSError) -> tuple[str, str]:
    if isinstance(trouble, ConnectionRefusedError):
        return (
            gettext("Nobody listens on port %(port)s of %(host)s.", port=server.port, host=server.host),
            gettext(
                "Check the port: IMAP is 993 with TLS or 143, sending 465 with TLS or 587 with STARTTLS."
            ),
        )
    if isinstance(trouble, TimeoutError):
        return (
            gettext("Port %(port)s of %(host)s does not answer.", port=server.port, host=server.host),
            gettext(
                "Check the port, and whether a firewall between this machine and the server lets it pass."
            ),
        )
    return (
        gettext("This machine finds no way to %(host)s.", host=server.host),
        gettext("Check the network of the machine on which the desk runs."),
    )


def _protected(server: Server, line: socket.socket, language: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=server.host)
    except ssl.SSLCertVerificationError as refusal:
        raise untrusted(refusal, _shown(server), server.host) from refusal
    except (ssl.SSLError, OSError) as trouble:
        raise Stopped(
            Step.ENCRYPTION,
            gettext("The server does not speak TLS on port %(port)s.", port=server.port),
            gettext(
                "Choose STARTTLS, or the port for TLS: %(port)s.",
                port=STANDARD_PORTS[(language, Encryption.TLS)],
            ),
        ) from trouble


def _shown(server: Server) -> bytes | None:
    """The certificate that the server shows, whoever vouches for it."""
    try:
        with closing(socket.create_connection((server.host, server.port), TIMEOUT_S)) as line:
            return certificate_of(unverified().wrap_socket(line, server_hostname=server.host))
    except OSError:
        return None


def _greeted(server: Server, line: socket.socket, language: str) -> Finding:
    try:
        said = line.recv(512)
    except OSError as trouble:
        raise Stopped(
            Step.GREETING,
            gettext("The port answers, but the server says nothing."),
            gettext("It may wait for encryption from the first byte: choose TLS."),
        ) from trouble
    if said.startswith(GREETINGS[language]):
        return good(Step.GREETING, gettext("A server for %(language)s answers.", language=language))
    raise Stopped(Step.GREETING, *_stranger(said, language, server.port))


def _stranger(said: bytes, language: str, port: int) -> tuple[str, str]:
    for other, greetings in GREETINGS.items():
        if other != language and said.startswith(greetings):
            return (
                gettext("On this port the server speaks %(language)s.", language=other),
                gettext(
                    "Use the port for %(language)s: usually %(port)s.",
                    language=language,
                    port=STANDARD_PORTS[(language, Encryption.TLS)],
                ),
            )
    return (
        gettext("What answers on port %(port)s is no mail server.", port=port),
        gettext("Check the name of the server and the port."),
    )
