"""The part of a mailbox's form about signing in without a password: whose page, and which client of ours."""

from collections.abc import Mapping

from helpdesk.admin.mailbox_typed import Typed
from helpdesk.config import settings
from helpdesk.errors import N_
from helpdesk.i18n import gettext, told
from helpdesk.mail.grant_models import Flow, MailboxGrant, Provider
from helpdesk.mail.models import Mailbox
from helpdesk.mail.oauth.ends import TENANT
from helpdesk.mail.oauth.settings import GrantSheet
from helpdesk.mail.providers import GOOGLE, MICROSOFT, Servers
from helpdesk.outbound import CallFailed, checked

PARTS = ("provider", "flow", "tenant", "client_id", "authorize_url", "token_url", "scope")
FIELDS = tuple(f"oauth_{part}" for part in PARTS)
EMPTY = {**dict.fromkeys(FIELDS, ""), "oauth_flow": Flow.PERSON.value}
ANOTHER_CLIENT = N_(
    "This is another client or another place: type its secret. The kept one goes nowhere else."
)


def of(grant: MailboxGrant | None) -> dict[str, str]:
    """These fields as they stand."""
    if grant is None:
        return dict(EMPTY)
    return {f"oauth_{part}": str(getattr(grant, part) or "") for part in PARTS}


def where(values: Mapping[str, str]) -> tuple[str, str]:
    """To whom a typed secret may be said."""
    place = (
        values["oauth_token_url"] if values["oauth_provider"] == Provider.OTHER else values["oauth_provider"]
    )
    return place, values["oauth_client_id"]


def servers_of(code: str) -> Servers | None:
    """The mail servers behind a provider's sign-in page; None where they depend on the address."""
    return {Provider.MICROSOFT.value: MICROSOFT, Provider.GOOGLE.value: GOOGLE}.get(code)


def has_secret(mailbox: Mailbox | None) -> bool:
    return mailbox is not None and mailbox.grant is not None and mailbox.grant.client_secret is not None


def sheet_of(found: Typed, mailbox: Mailbox | None) -> GrantSheet | None:
    """The provider to save; None for none. What cannot be stands in `errors`."""
    values = found.values
    if not values["oauth_provider"]:
        return None
    try:
        provider, flow = Provider(values["oauth_provider"]), Flow(values["oauth_flow"] or Flow.PERSON.value)
    except ValueError:
        found.errors["oauth_provider"] = gettext("Choose one of the list.")
        return None
    if flow is Flow.DESK and provider is Provider.GOOGLE:
        found.errors["oauth_flow"] = gettext("Google lets nobody in without a person who signs in.")
    _check_client(found)
    is_own = provider is Provider.OTHER
    secret = found.passwords.get("oauth") or None
    keeps = secret is None and _may_keep(found, mailbox)
    if secret is None and not keeps:
        _ask_for_secret(found, provider, flow, mailbox)
    return GrantSheet(
        provider=provider,
        flow=flow,
        tenant=_tenant(found, flow) if provider is Provider.MICROSOFT else None,
        client_id=values["oauth_client_id"],
        client_secret=secret,
        keeps_secret=keeps,
        authorize_url=_url(found, "authorize") if is_own and flow is Flow.PERSON else None,
        token_url=_url(found, "token") if is_own else None,
        scope=values["oauth_scope"] or None if is_own else None,
    )


def _check_client(found: Typed) -> None:
    client, scope = found.values["oauth_client_id"], found.values["oauth_scope"]
    if not client or len(client) > 300 or not client.isascii() or not client.isprintable() or " " in client:
        found.errors["oauth_client_id"] = gettext(
            "The provider shows it when the desk is registered there: a long row of letters and digits."
        )
    if len(scope) > 1000 or not scope.isascii() or not scope.isprintable():
        found.errors["oauth_scope"] = gettext("Words with spaces between them, as the provider gives them.")
    secret = found.passwords.get("oauth", "")
    if len(secret) > 1000 or not secret.isascii() or not secret.isprintable():
        found.errors["oauth_client_secret"] = gettext("A secret is Latin letters, digits and signs.")


def _tenant(found: Typed, flow: Flow) -> str | None:
    tenant = found.values["oauth_tenant"].lower()
    if tenant and not TENANT.fullmatch(tenant):
        found.errors["oauth_tenant"] = gettext("The tenant is its ID, or a domain such as firm.example.")
    if not tenant and flow is Flow.DESK:
        found.errors["oauth_tenant"] = gettext("To sign in by itself the desk has to know the tenant.")
    return tenant or None


def _url(found: Typed, which: str) -> str:
    url = found.values[f"oauth_{which}_url"]
    try:
        checked(url, inner=settings().inner_hosts)
    except CallFailed as problem:
        found.errors[f"oauth_{which}_url"] = told(problem)
    if len(url) > 500 or "#" in url or not url.isascii() or not url.isprintable() or " " in url:
        found.errors[f"oauth_{which}_url"] = gettext(
            "An address here begins with https:// and names a server."
        )
    return url


def _ask_for_secret(found: Typed, provider: Provider, flow: Flow, mailbox: Mailbox | None) -> None:
    """Google and every sign-in without a person want one; a kept one goes to nobody else."""
    if has_secret(mailbox):
        found.errors.setdefault("oauth_client_secret", gettext(ANOTHER_CLIENT))
    elif flow is Flow.DESK or provider is Provider.GOOGLE:
        found.errors.setdefault("oauth_client_secret", gettext("Type the secret of this client."))


def _may_keep(found: Typed, mailbox: Mailbox | None) -> bool:
    return mailbox is not None and has_secret(mailbox) and where(found.values) == where(of(mailbox.grant))
