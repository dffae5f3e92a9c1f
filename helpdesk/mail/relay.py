"""One talk with a mail relay, step by step, so that it is known whether the message was handed over."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from helpdesk.errors import N_, DomainError
from helpdesk.mail.deadline import Deadline
from helpdesk.mail.line_words import in_words
from helpdesk.mail.models import Encryption
from helpdesk.mail.oauth.bearer import Tokens, smtp_sign_in
from helpdesk.mail.relay_words import TOO_LARGE, megabytes, text_of, words_of
from helpdesk.notifications.models import DeliveryState

CONNECT_S = 15
STEP_S = 60
BEFORE_THE_DOT_S = 300.0  # from the first byte to the last one before the dot
AFTER_THE_DOT_S = 300.0  # how long the relay may think about what it was given
GOODBYE_S = 5
KNOCK_S = 60.0
LONGEST_S = BEFORE_THE_DOT_S + AFTER_THE_DOT_S + GOODBYE_S
NO_UTF8 = N_("The relay does not take addresses with letters outside of English ones before the @.")
# ValueError: what smtplib itself refuses to write on the line.
TROUBLE = (smtplib.SMTPException, OSError, ssl.SSLError, DomainError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where mail is handed over; `password` never shows in a representation.

    With `token_of` a token signs in instead of a password. Two accounts at one server are two relays: one
    that is not let in keeps nobody else waiting.
    """

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token_of: Tokens | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        return name_of(self.host, self.port, self.user)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One mail ready to go: its bytes with CRLF, and the envelope.

    `international` is the same mail with the addresses that only SMTPUTF8 (RFC 6531) can carry, for the
    recipients in `foreign`; None where there are none. `content` leaves them out.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    foreign: tuple[str, ...] = ()
    international: bytes | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one recipient's copy, with the relay's own words."""

    state: DeliveryState
    answer: str


Fates = dict[str, Fate]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each recipient; `is_relay_down` when the relay was not there to be asked at all."""

    fates: Fates
    is_relay_down: bool = False


class _Away(Exception):
    """The relay could not be reached, or would not talk; the cause says why."""


def name_of(host: str, port: int, user: str | None) -> str:
    """What the state of a relay is kept under."""
    return f"{host}:{port} ({user})" if user else f"{host}:{port}"


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


def deliver(relay: Relay, parcel: Parcel, *, before_the_dot: Callable[[], None]) -> Outcome:
    """Hand the mail over and say what became of each recipient; trouble is an answer, never an exception.

    `before_the_dot` runs when everything but the final dot was sent: from then on nobody can know, should the
    connection break, whether the relay took the mail, and its state is uncertain. Whatever the relay does,
    the talk ends within LONGEST_S.
    """
    fates: Fates = {}
    is_over = False
    try:
        with _connected(relay, BEFORE_THE_DOT_S) as (server, deadline):
            willing, content = _introduce(server, parcel, fates)
            if willing:
                _write(server, content)
                before_the_dot()
                is_over = True
                deadline.begin(AFTER_THE_DOT_S)
                fates.update(_end(server, willing))
    except _Away as away:
        words = _away_in_words(away, relay)
        return Outcome(dict.fromkeys(parcel.recipients, Fate(DeliveryState.DELAYED, words)), True)
    except TROUBLE as trouble:
        state = DeliveryState.UNCERTAIN if is_over else DeliveryState.DELAYED
        missing = [one for one in parcel.recipients if one not in fates]
        fates.update(dict.fromkeys(missing, Fate(state, words_of(trouble))))
    return Outcome(fates)


def knock(relay: Relay) -> str | None:
    """Ask whether the relay is there and lets us in, without any mail; its trouble in words, None: well."""
    try:
        with _connected(relay, KNOCK_S):
            return None
    except _Away as away:
        return _away_in_words(away, relay)
    except TROUBLE as trouble:
        return words_of(trouble)


def _away_in_words(away: _Away, relay: Relay) -> str:
    cause = away.__cause__ or away
    return in_words(cause, relay.host, relay.port) or words_of(cause)


@contextmanager
def _connected(relay: Relay, within_s: float) -> Iterator[tuple[smtplib.SMTP, Deadline]]:
    """A relay that has greeted us and knows who we are; raises _Away when it does not come to that."""
    deadline = Deadline()
    deadline.begin(within_s)
    server: smtplib.SMTP | None = None
    try:
        try:
            server = _call(relay, deadline)
            _sign_in(server, relay)
        except TROUBLE as trouble:
            raise _Away from trouble
        yield server, deadline
        _part(server, deadline)
    finally:
        deadline.end()
        if server is not None:
            server.close()


def _call(relay: Relay, deadline: Deadline) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if relay.encryption is Encryption.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, timeout=CONNECT_S, context=context)
    else:
        server = smtplib.SMTP(relay.host, relay.port, timeout=CONNECT_S)
    deadline.watch(server)
    if server.sock is not None:
        server.sock.settimeout(STEP_S)
    if relay.encryption is Encryption.STARTTLS:
        server.starttls(context=context)
    server.ehlo_or_helo_if_needed()
    return server


def _sign_in(server: smtplib.SMTP, relay: Relay) -> None:
    if relay.token_of is not None:
        smtp_sign_in(server, relay.user or "", relay.token_of)
    elif relay.user:
        server.login(relay.user, relay.password or "")


def _part(server: smtplib.SMTP, deadline: Deadline) -> None:
    """Say goodbye; what the relay answered to the mail itself stands whatever happens now."""
    deadline.begin(GOODBYE_S)
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        return


def _introduce(server: smtplib.SMTP, parcel: Parcel, fates: Fates) -> tuple[list[str], bytes]:
    """MAIL and RCPT: the recipients that the relay takes, and the bytes to give it; refusals to `fates`."""
    has_utf8 = server.has_extn("smtputf8")
    is_utf8 = has_utf8 and parcel.international is not None
    content = (parcel.international if is_utf8 else None) or parcel.content
    wanted = _speakable(parcel, fates, has_utf8=has_utf8)
    limit = _size_limit(server)
    if limit and len(content) > limit:
        words = TOO_LARGE % {"size": megabytes(len(content)), "limit": megabytes(limit)}
        fates.update(dict.fromkeys(wanted, Fate(DeliveryState.FAILED, words)))
        return [], content
    if not wanted:
        return [], content
    code, said = server.mail(parcel.sender, _options(server, content, is_utf8=is_utf8))
    if code != 250:
        fates.update(dict.fromkeys(wanted, _refusal(code, said)))
        return [], content
    willing = [one for one in wanted if _is_taken(server, one, fates)]
    return (willing if willing and _may_write(server, willing, fates) else []), content


def _speakable(parcel: Parcel, fates: Fates, *, has_utf8: bool) -> list[str]:
    """The recipients that can be named to this relay."""
    if has_utf8:
        return list(parcel.recipients)
    fates.update(dict.fromkeys(parcel.foreign, Fate(DeliveryState.FAILED, NO_UTF8)))
    return [one for one in parcel.recipients if one not in parcel.foreign]


def _size_limit(server: smtplib.SMTP) -> int:
    """What the relay takes in bytes (RFC 1870); 0 where it does not say."""
    said = server.esmtp_features.get("size", "").split()
    return int(said[0]) if said and said[0].isdigit() else 0


def _options(server: smtplib.SMTP, content: bytes, *, is_utf8: bool) -> list[str]:
    size = [f"size={len(content)}"] if server.has_extn("size") else []
    return [*size, *(["SMTPUTF8", "BODY=8BITMIME"] if is_utf8 else [])]


def _is_taken(server: smtplib.SMTP, recipient: str, fates: Fates) -> bool:
    code, said = server.rcpt(recipient)
    if code not in {250, 251}:
        fates[recipient] = _refusal(code, said)
    return code in {250, 251}


def _may_write(server: smtplib.SMTP, willing: list[str], fates: Fates) -> bool:
    code, said = server.docmd("DATA")
    if code != 354:
        fates.update(dict.fromkeys(willing, _refusal(code, said)))
    return code == 354


def _write(server: smtplib.SMTP, content: bytes) -> None:
    """The message with leading dots doubled (RFC 5321, 4.5.2), without the dot that ends it."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    stuffed = whole.replace(b"\r\n.", b"\r\n..")
    if server.sock is not None:
        server.sock.settimeout(BEFORE_THE_DOT_S)  # for all of it together
    server.send(b"." + stuffed if stuffed.startswith(b".") else stuffed)


def _end(server: smtplib.SMTP, willing: list[str]) -> Fates:
    if server.sock is not None:
        server.sock.settimeout(AFTER_THE_DOT_S)
    server.send(b".\r\n")
    code, said = server.getreply()
    is_taken = 200 <= code < 300
    fate = Fate(DeliveryState.ACCEPTED, text_of(code, said)) if is_taken else _refusal(code, said)
    return dict.fromkeys(willing, fate)


def _refusal(code: int, said: bytes) -> Fate:
    """4xx is for now, 5xx is for good; without an answer (-1) nothing was decided."""
    if code < 0:
        raise smtplib.SMTPServerDisconnected("The relay closed the connection.")
    return Fate(DeliveryState.FAILED if code >= 500 else DeliveryState.DELAYED, text_of(code, said))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
