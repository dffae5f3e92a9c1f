"""The one way in which the desk calls a web server: judged address, verified TLS, no redirects, soon.

Whoever could make the desk call what he likes would see the inside of the firm's network. So the name is
resolved once, each address is judged in its plain form, and the line goes to the very address judged.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from urllib.parse import SplitResult, urlencode, urlsplit

from helpdesk.errors import N_, DomainError

CONNECT_S = 5
TOTAL_S = 10
ANSWER_LIMIT = 64 * 1024
SILENT = N_("%(host)s did not answer in time.")
PORTS = frozenset({80, 443, 8443})
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215


class Obstacle(StrEnum):
    """Why a call did not come about."""

    ADDRESS = "address"  # not one that the desk may call
    NAME = "name"
    PORT = "port"
    CERTIFICATE = "certificate"
    SILENCE = "silence"
    REDIRECT = "redirect"
    SIZE = "size"
    SPEECH = "speech"  # something answered, but not as a web server does


class CallFailed(DomainError):
    """No answer, and why; the sentence is for administrators and names the host only.

    `location`: where a redirection leads, which nobody follows here.
    """

    location = ""

    def __init__(self, obstacle: Obstacle, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.obstacle = obstacle


@dataclass(frozen=True)
class Answer:
    """What the server said; never more than the limit."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Bounds:
    """How much and how long; `inner` are host names inside the network that may be called all the same."""

    limit: int = ANSWER_LIMIT
    seconds: float = TOTAL_S
    inner: tuple[str, ...] = ()
    schemes: frozenset[str] = frozenset({"https"})


def call(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    bounds: Bounds = Bounds(),
) -> Answer:
    """GET the address, or POST the form to it. Raises CallFailed; follows nothing, keeps nothing.

    No transaction may be open: this waits up to `bounds.seconds` for somebody else.
    """
    parts = checked(url, inner=bounds.inner, schemes=bounds.schemes)
    body = urlencode(form).encode() if form is not None else None
    sent = {"Accept": "application/json", "User-Agent": "Helpdesk", "Connection": "close", **(headers or {})}
    if body is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _line(parts, bounds) as connection:
        try:
            connection.request("GET" if body is None else "POST", path, body=body, headers=sent)
            return _read(connection.getresponse(), parts, bounds)
        except HTTPException as trouble:
            raise CallFailed(
                Obstacle.SPEECH, N_("What answers at %(host)s is no web server."), host=parts.hostname
            ) from trouble
        except OSError as trouble:
            raise CallFailed(Obstacle.SILENCE, SILENT, host=parts.hostname) from trouble


def checked(
    url: str, *, inner: tuple[str, ...] = (), schemes: frozenset[str] = frozenset({"https"})
) -> SplitResult:
    """The parts of an address that may be called at all. Raises CallFailed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    is_inner = host in inner
    if parts.scheme not in ({"https", "http"} if is_inner else schemes) or not host or parts.username:
        raise CallFailed(Obstacle.ADDRESS, N_("An address here begins with https:// and names a server."))
    if not (is_inner or port is None or port in PORTS):
        raise CallFailed(Obstacle.ADDRESS, N_("Port %(port)s is none that the desk calls."), port=port)
    return parts


def is_global(address: str) -> bool:
    """Whether the address belongs to the open internet, whatever it is dressed up as."""
    try:
        where: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:  # with a zone: an address of one link
        return False
    if isinstance(where, IPv6Address):
        if where.ipv4_mapped is not None:
            where = where.ipv4_mapped
        elif where.sixtofour or where.teredo or any(where in one for one in TRANSLATED):
            return False
    return where.is_global and not where.is_multicast and not where.is_reserved


def _addresses(parts: SplitResult, bounds: Bounds) -> list[str]:
    """Every address of the name, all of them allowed."""
    host, pool = parts.hostname or "", ThreadPoolExecutor(1)
    try:
        found = pool.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM).result(CONNECT_S)
    except (OSError, UnicodeError, TimeoutError) as trouble:
        raise CallFailed(
            Obstacle.NAME, N_("There is no server of the name %(host)s."), host=host
        ) from trouble
    finally:
        pool.shutdown(wait=False)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if host not in bounds.inner and not all(is_global(address) for address in addresses):
        raise CallFailed(
            Obstacle.ADDRESS,
            N_(
                "%(host)s stands inside the network. List it in HELPDESK_INNER_HOSTS if the desk may call it."
            ),
            host=host,
        )
    return addresses


@contextmanager
def _line(parts: SplitResult, bounds: Bounds) -> Iterator[HTTPConnection]:
    """A connection to the judged address that ends when its time is over, however slowly it drips."""
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    addresses = _addresses(parts, bounds)
    with closing(_connected(host, port, addresses)) as line, closing(line.dup()) as spare:
        is_over = Event()
        watch = Timer(bounds.seconds, _cut, (spare, is_over))
        watch.daemon = True
        watch.start()
        try:
            connection = HTTPConnection(host, port)
            connection.sock = _protected(line, host) if is_tls else line
            with closing(connection):
                yield connection
            if is_over.is_set():  # what was cut off may look like a whole answer
                raise CallFailed(Obstacle.SILENCE, SILENT, host=host)
        finally:
            watch.cancel()


def _cut(line: socket.socket, is_over: Event) -> None:
    is_over.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _connected(host: str, port: int, addresses: list[str]) -> socket.socket:
    trouble: OSError = OSError()
    for address in addresses[:2]:
        try:
            line = socket.create_connection((address, port), CONNECT_S / 2)
            line.settimeout(CONNECT_S)
            return line
        except OSError as problem:
            trouble = problem
    sentence = N_("Port %(port)s of %(host)s does not answer.")
    raise CallFailed(Obstacle.PORT, sentence, port=port, host=host) from trouble


def _protected(line: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except ssl.SSLCertVerificationError as refusal:
        sentence = N_("The certificate of %(host)s cannot be trusted: %(why)s.")
        raise CallFailed(Obstacle.CERTIFICATE, sentence, host=host, why=refusal.verify_message) from refusal
    except OSError as trouble:
        raise CallFailed(
            Obstacle.SPEECH, N_("%(host)s does not speak TLS on this port."), host=host
        ) from trouble


def _read(response: HTTPResponse, parts: SplitResult, bounds: Bounds) -> Answer:
    if 300 <= response.status < 400:
        failed = CallFailed(Obstacle.REDIRECT, N_("%(host)s sends the desk elsewhere."), host=parts.hostname)
        failed.location = response.headers.get("Location", "")[:2_000]
        raise failed
    body = response.read(bounds.limit + 1)
    if len(body) > bounds.limit:
        raise CallFailed(Obstacle.SIZE, N_("The answer of %(host)s is far too long."), host=parts.hostname)
    return Answer(response.status, response.headers.get_content_type(), body)
