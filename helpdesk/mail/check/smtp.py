"""Trying a relay over SMTP: greeting, encryption, sign-in, sender, and a letter if one is wished."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from helpdesk.errors import DomainError
from helpdesk.i18n import gettext
from helpdesk.mail.check.certificates import certificate_of, untrusted, unverified, without_starttls
from helpdesk.mail.check.findings import Finding, Step, Stopped, good, note
from helpdesk.mail.check.reach import TIMEOUT_S, Server, encrypted, reach
from helpdesk.mail.check.tokens import no_token, no_xoauth2, token_refused
from helpdesk.mail.models import Encryption
from helpdesk.mail.oauth.bearer import Tokens, smtp_sign_in
from helpdesk.mail.providers import hint

TROUBLE = (smtplib.SMTPException, OSError, UnicodeError)
WANTS_SIGN_IN = frozenset({530, 550, 551, 553, 554})


def smtp_steps(
    server: Server, sender: str, *, letter: bytes | None = None, to: str = ""
) -> Iterator[Finding]:
    """Every step until all is well or one fails; sends `letter` to `to` in the end. Raises Stopped."""
    yield from reach(server, "SMTP")
    with _session(server) as relay:
        if server.encryption is Encryption.STARTTLS:
            _protect(relay, server)
            yield encrypted(server)
        yield _sign_in(relay, server)
        _announce(relay, server, sender)
        yield good(Step.SENDER, gettext("The server takes mail from %(address)s.", address=sender))
        if letter is not None:
            _send(relay, sender, to, letter)
            yield good(
                Step.LETTER, gettext("A letter to %(address)s is on its way: look for it.", address=to)
            )


@contextmanager
def _session(server: Server) -> Iterator[smtplib.SMTP]:
    relay: smtplib.SMTP | None = None
    try:
        relay = _connected(server)
        relay.ehlo()
        yield relay
    except TROUBLE as trouble:
        raise Stopped(
            Step.GREETING,
            gettext("The server broke off the conversation."),
            gettext("Try again in a minute; some servers lock out for a while after wrong passwords."),
            said=_said(trouble),
        ) from trouble
    finally:
        if relay is not None:
            with suppress(*TROUBLE):
                relay.quit()
            relay.close()


def _connected(server: Server) -> smtplib.SMTP:
    if server.encryption is Encryption.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)


def _protect(relay: smtplib.SMTP, server: Server) -> None:
    try:
        relay.starttls(context=ssl.create_default_context())
        relay.ehlo()
    except ssl.SSLCertVerificationError as refusal:
        raise untrusted(refusal, _shown(server), server.host) from refusal
    except TROUBLE as trouble:
        raise without_starttls(server.port, usual=465) from trouble


def _shown(server: Server) -> bytes | None:
    try:
        with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S) as relay:
            relay.starttls(context=unverified())
            return certificate_of(relay.sock) if isinstance(relay.sock, ssl.SSLSocket) else None
    except TROUBLE:
        return None


def _sign_in(relay: smtplib.SMTP, server: Server) -> Finding:
    if not server.user:
        return note(Step.SIGN_IN, gettext("Without a name and password; some servers ask for none."))
    if server.token_of is not None:
        return _sign_in_with_token(relay, server, server.token_of)
    try:
        relay.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as refusal:
        raise Stopped(
            Step.SIGN_IN,
            gettext("The server takes no password on this line."),
            gettext("Choose TLS or STARTTLS, or leave the name empty if the server needs none."),
        ) from refusal
    except smtplib.SMTPAuthenticationError as refusal:
        raise Stopped(
            Step.SIGN_IN,
            gettext("The server refuses this name and password."),
            hint(server.host) or gettext("Type the password once more. The name is often the whole address."),
            said=_said(refusal),
        ) from refusal
    return good(Step.SIGN_IN, gettext("The server knows %(user)s.", user=server.user))


def _sign_in_with_token(relay: smtplib.SMTP, server: Server, token_of: Tokens) -> Finding:
    try:
        smtp_sign_in(relay, server.user, token_of)
    except smtplib.SMTPNotSupportedError as refusal:
        raise no_xoauth2() from refusal
    except smtplib.SMTPAuthenticationError as refusal:
        raise token_refused(server, _said(refusal)) from refusal
    except DomainError as trouble:
        raise no_token(trouble) from trouble
    return good(Step.SIGN_IN, gettext("The server knows %(user)s.", user=server.user))


def _announce(relay: smtplib.SMTP, server: Server, sender: str) -> None:
    """Say who would send, and take it back at once."""
    code, said = relay.mail(sender)
    relay.rset()
    if code == 250:
        return
    words = gettext("The server takes no mail from %(address)s.", address=sender)
    if code in WANTS_SIGN_IN and not server.user:
        cure = gettext("It wants a name and password: type them above.")
    elif code // 100 == 4:
        cure = gettext(
            "Only for now: perhaps too much was sent, or there is no room. Try again in a few minutes."
        )
    else:
        cure = gettext("Sign in with the account that owns this address, or let the server allow it.")
    raise Stopped(Step.SENDER, words, cure, said=_text(code, said))


def _send(relay: smtplib.SMTP, sender: str, to: str, letter: bytes) -> None:
    try:
        relay.sendmail(sender, [to], letter)
    except smtplib.SMTPException as refusal:
        raise Stopped(
            Step.LETTER,
            gettext("The server did not take the letter to %(address)s.", address=to),
            gettext("Often it passes mail on only after a sign-in, or only to its own people."),
            said=_said(refusal),
        ) from refusal


def _said(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return "; ".join(_text(code, said) for code, said in trouble.recipients.values())
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return _text(trouble.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return str(trouble) or type(trouble).__name__


def _text(code: int, said: bytes) -> str:
    return f"{code} {said.decode('utf-8', 'replace')}"
