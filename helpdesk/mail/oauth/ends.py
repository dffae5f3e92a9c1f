"""Where the providers hand out tokens, and for what: Microsoft 365, Google, or a server of one's own."""

import re
from dataclasses import dataclass

from helpdesk.mail.grant_models import Flow, MailboxGrant, Provider

ANY_TENANT = "organizations"
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,126}")


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The two addresses of a provider and what the desk asks for; `asked` goes along to the sign-in page."""

    authorize_url: str
    token_url: str
    scope: str
    asked: tuple[tuple[str, str], ...] = ()


def ends_of(grant: MailboxGrant) -> Ends:
    """The addresses for this grant; those of Microsoft carry the tenant."""
    if grant.provider is Provider.MICROSOFT:
        return microsoft(grant.tenant or ANY_TENANT, grant.flow)
    if grant.provider is Provider.GOOGLE:
        return GOOGLE
    return Ends(
        authorize_url=grant.authorize_url or "", token_url=grant.token_url or "", scope=grant.scope or ""
    )


def microsoft(tenant: str, flow: Flow) -> Ends:
    """Of client credentials Microsoft wants the one scope `.default`: what the administrator granted."""
    own = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    by_person = (
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
    )
    return Ends(
        authorize_url=f"{own}/authorize",
        token_url=f"{own}/token",
        scope="https://outlook.office365.com/.default" if flow is Flow.DESK else by_person,
        asked=(("prompt", "select_account"),),
    )


# Google gives a refresh token only for "offline", and again only when it asks for consent again.
GOOGLE = Ends(
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106  an address
    scope="https://mail.google.com/",
    asked=(("access_type", "offline"), ("prompt", "consent")),
)
