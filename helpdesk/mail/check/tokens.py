"""Trying the sign-in without a password: does the provider give a token, and what does a refusal mean."""

from collections.abc import Iterator

from helpdesk.errors import DomainError
from helpdesk.i18n import gettext, told
from helpdesk.mail.check.findings import Finding, Step, Stopped, good
from helpdesk.mail.check.reach import Server
from helpdesk.mail.oauth.asking import Refused
from helpdesk.mail.oauth.renewing import NeedsSignIn, token_for
from helpdesk.outbound import CallFailed, Obstacle

MICROSOFT = "office365.com"


def token_steps(mailbox_id: int | None, *, is_saved: bool) -> Iterator[Finding]:
    """Ask the provider as it is saved. Raises Stopped."""
    if mailbox_id is None or not is_saved:
        raise Stopped(
            Step.TOKEN,
            gettext("The sign-in is tried as it is saved, and here something is not saved yet."),
            gettext("Save the mailbox first, then sign in, then try it."),
        )
    try:
        token_for(mailbox_id)
    except DomainError as trouble:
        raise no_token(trouble) from trouble
    yield good(Step.TOKEN, gettext("The provider gave the desk a token."))


def no_token(trouble: DomainError) -> Stopped:
    """Why the provider gave none."""
    if isinstance(trouble, NeedsSignIn):
        cure = gettext("Press “Sign in” on this page.")
    elif isinstance(trouble, CallFailed):
        cure = _reach(trouble.obstacle)
    else:
        cure = gettext(
            "The desk tries again by itself. If it goes on, look at the provider's own state page."
        )
    said = trouble.said if isinstance(trouble, Refused) else ""
    return Stopped(Step.TOKEN, told(trouble), cure, said=said)


def token_refused(server: Server, said: object) -> Stopped:
    """The mail server does not take a token that the provider just gave."""
    cure = gettext(
        "Look whether it was this account that signed in at the provider, and whether it may use IMAP"
        " and SMTP."
    )
    if server.host.lower().endswith(MICROSOFT):
        cure = gettext(
            "Look whether it was this account that signed in. IMAP and authenticated SMTP must be allowed"
            " for the mailbox; a client that signs in by itself needs a permission for it in Exchange."
        )
    words = gettext("The server does not take the token for %(user)s.", user=server.user)
    return Stopped(Step.SIGN_IN, words, cure, said=said)


def no_xoauth2() -> Stopped:
    return Stopped(
        Step.SIGN_IN,
        gettext("The server does not offer a sign-in with a token (XOAUTH2)."),
        gettext("Choose a password for this server."),
    )


def _reach(obstacle: Obstacle) -> str:
    if obstacle in {Obstacle.NAME, Obstacle.ADDRESS}:
        return gettext("Check the address of the token endpoint.")
    if obstacle is Obstacle.CERTIFICATE:
        return gettext("The desk shows its secret to nobody whose certificate it cannot check.")
    return gettext("Check whether a firewall lets the desk's machine call the provider.")
