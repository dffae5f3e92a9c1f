"""Trouble on the way to a mail server, in a sentence that says what to mend."""

import socket
import ssl
from errno import EHOSTUNREACH, ENETUNREACH

from helpdesk.errors import N_

NO_NAME = N_("There is no server of the name %(host)s.")
NOBODY = N_("Nobody listens on port %(port)s of %(host)s.")
SILENT = N_("%(host)s did not answer in time on port %(port)s.")
NO_WAY = N_("This machine finds no way to %(host)s.")
UNTRUSTED = N_("The certificate of %(host)s cannot be trusted: %(why)s.")
NO_TLS = N_("%(host)s does not speak TLS on port %(port)s; STARTTLS may be meant.")


def in_words(trouble: BaseException, host: str, port: int) -> str | None:
    """What stands in the way; None for what the server itself said."""
    sentence, why = _sentence(trouble), getattr(trouble, "verify_message", "") or ""
    return sentence % {"host": host, "port": port, "why": why.rstrip(".")} if sentence else None


def _sentence(trouble: BaseException) -> str | None:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return UNTRUSTED
    if isinstance(trouble, ssl.SSLError):
        return NO_TLS if trouble.reason == "WRONG_VERSION_NUMBER" else None
    if isinstance(trouble, socket.gaierror):
        return NO_NAME
    if isinstance(trouble, ConnectionRefusedError):
        return NOBODY
    if isinstance(trouble, TimeoutError):
        return SILENT
    is_unreachable = isinstance(trouble, OSError) and trouble.errno in {EHOSTUNREACH, ENETUNREACH}
    return NO_WAY if is_unreachable else None
