"""What relays say: their answers in one line, our words where they say nothing, the ids they give."""

import re
import smtplib

from helpdesk.errors import N_

LIMIT = 500
MIB = 1024 * 1024
TOO_LARGE = N_("The mail has %(size)s and the relay takes no more than %(limit)s.")
CUT_OFF = N_("The relay closed the connection.")
TOO_SLOW = N_("The relay did not answer in time.")
OWN_NAME = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
# Amazon SES writes its own Message-ID into the mail: this one, at the domain of its region.
SES = re.compile(r"^250 (?:2\.\d+\.\d+ )?ok:? ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9]{6})$", re.IGNORECASE)
SES_HOST = re.compile(r"(?:^|\.)email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$", re.IGNORECASE)
FIRST_SES_REGION = "us-east-1"  # its mail carries no region in the domain


def text_of(code: int, said: bytes) -> str:
    """An answer of the relay as one line."""
    return _clean(f"{code} {said.decode('utf-8', 'replace')}")


def words_of(trouble: BaseException) -> str:
    """Trouble on the line in words: the relay's own where it said something."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        return text_of(trouble.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    if isinstance(trouble, TimeoutError):
        return TOO_SLOW
    words = trouble.strerror if isinstance(trouble, OSError) else None
    return _clean(words or str(trouble)) or type(trouble).__name__


def megabytes(size: int) -> str:
    """A number of bytes for people, rounded up to a tenth."""
    return f"{-(-size * 10 // MIB) / 10:g} MB"


def id_given(answer: str, relay_host: str, own_id: str) -> str | None:
    """The Message-ID under which the relay sends the mail on, where it named one that is not ours.

    SES and Exchange put their own in the place of ours, so that is what an answer refers to.
    """
    ses, host = SES.match(answer), SES_HOST.search(relay_host)
    if ses is not None and host is not None:
        region = host[1].lower()
        domain = "email" if region == FIRST_SES_REGION else region
        return f"<{ses[1].lower()}@{domain}.amazonses.com>"
    named = OWN_NAME.search(answer) if answer.startswith("250") else None
    is_new = named is not None and f"<{named[1]}>".lower() != own_id.lower()
    return f"<{named[1]}>" if named is not None and is_new else None


def _clean(text: str) -> str:
    """One line without control characters or half letters, so that any database keeps it."""
    whole = " ".join(text.split())
    return "".join(one for one in whole if one.isprintable() or one == " ")[:LIMIT]
