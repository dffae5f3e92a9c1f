"""One talk with a mail relay, step by step, so that it is known whether the message was handed over."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from helpdesk.errors import DomainError
from helpdesk.mail.models import Encryption
from helpdesk.notifications.models import DeliveryState

TIMEOUT_S = 60
TROUBLE = (smtplib.SMTPException, OSError, ssl.SSLError, DomainError)


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where mail is handed over; `password` never shows in a representation."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One mail ready to go: its bytes with CRLF, and the envelope."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one recipient's copy, with the relay's own words."""

    state: DeliveryState
    answer: str


Fates = dict[str, Fate]


def relay_of_url(url: str) -> Relay:
    """smtps: TLS from the first byte. smtp: STARTTLS, except on this very machine."""
    parts = urlsplit(url)
    is_tls, host = parts.scheme == "smtps", parts.hostname or ""
    plain_or_start = Encryption.NONE if _is_loopback(host) else Encryption.STARTTLS
    return Relay(
        host=host,
        port=parts.port or (465 if is_tls else 587),
        encryption=Encryption.TLS if is_tls else plain_or_start,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def deliver(relay: Relay, parcel: Parcel, *, before_the_dot: Callable[[], None]) -> Fates:
    """Hand the mail over and say what became of each recipient; trouble is an answer, never an exception.

    `before_the_dot` runs when everything but the final dot was sent: from then on nobody can know, should the
    connection break, whether the relay took the mail, and its state is uncertain.
    """
    fates: Fates = {}
    is_over = False
    try:
        with _connected(relay) as server:
            willing = _introduce(server, parcel, fates)
            if willing:
                _write(server, parcel.content)
                before_the_dot()
                is_over = True
                fates.update(_end(server, willing))
    except TROUBLE as trouble:
        state = DeliveryState.UNCERTAIN if is_over else DeliveryState.DELAYED
        missing = [one for one in parcel.recipients if one not in fates]
        fates.update(dict.fromkeys(missing, Fate(state, _words(trouble))))
    return fates


@contextmanager
def _connected(relay: Relay) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if relay.encryption is Encryption.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT_S)
    try:
        if relay.encryption is Encryption.STARTTLS:
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if relay.user:
            server.login(relay.user, relay.password or "")
        yield server
        _part(server)
    finally:
        server.close()


def _part(server: smtplib.SMTP) -> None:
    """Say goodbye; what the relay answered to the mail itself stands whatever happens now."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        return


def _introduce(server: smtplib.SMTP, parcel: Parcel, fates: Fates) -> list[str]:
    """MAIL and RCPT; the recipients that the relay takes. Refusals are written into `fates`."""
    code, said = server.mail(parcel.sender, _options(server, parcel))
    if code != 250:
        fates.update(dict.fromkeys(parcel.recipients, _refusal(code, said)))
        return []
    willing = []
    for recipient in parcel.recipients:
        code, said = server.rcpt(recipient)
        if code in {250, 251}:
            willing.append(recipient)
        else:
            fates[recipient] = _refusal(code, said)
    return willing if willing and _may_write(server, willing, fates) else []


def _options(server: smtplib.SMTP, parcel: Parcel) -> list[str]:
    return [f"size={len(parcel.content)}"] if server.has_extn("size") else []


def _may_write(server: smtplib.SMTP, willing: list[str], fates: Fates) -> bool:
    code, said = server.docmd("DATA")
    if code != 354:
        fates.update(dict.fromkeys(willing, _refusal(code, said)))
    return code == 354


def _write(server: smtplib.SMTP, content: bytes) -> None:
    """The message with leading dots doubled (RFC 5321, 4.5.2), without the dot that ends it."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    stuffed = whole.replace(b"\r\n.", b"\r\n..")
    server.send(b"." + stuffed if stuffed.startswith(b".") else stuffed)


def _end(server: smtplib.SMTP, willing: list[str]) -> Fates:
    server.send(b".\r\n")
    code, said = server.getreply()
    is_taken = 200 <= code < 300
    fate = Fate(DeliveryState.ACCEPTED, _text(code, said)) if is_taken else _refusal(code, said)
    return dict.fromkeys(willing, fate)


def _refusal(code: int, said: bytes) -> Fate:
    """4xx is for now, 5xx is for good; without an answer (-1) nothing was decided."""
    if code < 0:
        raise smtplib.SMTPServerDisconnected("The relay closed the connection.")
    return Fate(DeliveryState.FAILED if code >= 500 else DeliveryState.DELAYED, _text(code, said))


def _text(code: int, said: bytes) -> str:
    return f"{code} {' '.join(said.decode('utf-8', 'replace').split())}"[:500]


def _words(trouble: BaseException) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return _text(trouble.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return (" ".join(str(trouble).split()) or type(trouble).__name__)[:500]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
