"""How a token is said to a mail server: XOAUTH2, by the client's own method, with one fresh try."""

import smtplib
from collections.abc import Callable
from functools import partial

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from helpdesk.mail.oauth.renewing import token_for

Tokens = Callable[[str | None], str]  # a good token; given one that was refused, another one


def token_of(mailbox_id: int) -> Tokens:
    """The tokens of that mailbox."""
    return partial(_token, mailbox_id)


def imap_sign_in(client: IMAPClient, user: str, token_of: Tokens) -> None:
    """Sign in; a token that the server does not take is renewed once. Raises LoginError."""
    token = token_of(None)
    try:
        client.oauth2_login(user, token)
    except LoginError:
        another = token_of(token)
        if another == token:
            raise
        client.oauth2_login(user, another)


def smtp_sign_in(relay: smtplib.SMTP, user: str, token_of: Tokens) -> None:
    """The same over SMTP. Raises SMTPAuthenticationError, or SMTPNotSupportedError without XOAUTH2."""
    if "XOAUTH2" not in relay.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("The relay does not offer XOAUTH2.")
    token = token_of(None)
    try:
        _say(relay, user, token)
    except smtplib.SMTPAuthenticationError:
        another = token_of(token)
        if another == token:
            raise
        _say(relay, user, another)


def _say(relay: smtplib.SMTP, user: str, token: str) -> None:
    """The first answer carries all; to the reasons of a refusal only an empty line is answered."""

    def words(challenge: bytes | None = None) -> str:
        return "" if challenge else f"user={user}\x01auth=Bearer {token}\x01\x01"

    relay.auth("XOAUTH2", words)


def _token(mailbox_id: int, refused: str | None) -> str:
    return token_for(mailbox_id, refused=refused)
