"""Reading a mail of ours as a client's program does."""

import re
from email.message import EmailMessage

ABOVE = re.compile(r"--- [^\n]{10,70} ---")


def said(mail: EmailMessage) -> str:
    """The plain words of a mail about a ticket, below the line above which one answers; its twin is there."""
    above, _, words = plain_of(mail).partition("\n\n")
    assert ABOVE.fullmatch(above), above
    assert twin_of(mail).startswith("<!doctype html>")
    return words


def plain_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def twin_of(mail: EmailMessage) -> str:
    """The HTML beside the plain words."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())
