"""What an administrator sets about signing in without a password; tokens live only as long as it stays."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete

from helpdesk import history
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.mail.grant_models import Flow, MailboxGrant, MailboxSignIn, Provider
from helpdesk.mail.models import Mailbox
from helpdesk.mail.oauth.renewing import locked
from helpdesk.secrets_box import seal

WITH_A_PERSON = N_("Here a person signs in: press “Sign in”.")


@dataclass(frozen=True, kw_only=True)
class GrantSheet:
    """The provider as the screen asks for it; `client_secret` None keeps what is kept."""

    provider: Provider
    flow: Flow
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    keeps_secret: bool = True
    tenant: str | None = None
    authorize_url: str | None = None
    token_url: str | None = None
    scope: str | None = None


def write(mailbox_id: int, sheet: GrantSheet | None) -> None:
    """Let the sheet hold. Tokens of another provider, client or account are forgotten; None forgets all."""
    grant = locked(mailbox_id)
    if sheet is None:
        db.session.execute(delete(MailboxSignIn).where(MailboxSignIn.mailbox_id == mailbox_id))
        if grant is not None:
            db.session.delete(grant)
        return
    if grant is None:
        grant = MailboxGrant(mailbox_id=mailbox_id, generation=0)
        db.session.add(grant)
    elif _place(grant) != _place(sheet):
        grant.refresh_token, grant.signed_in_at, grant.signed_in_by_id = None, None, None
    elif sheet.client_secret is None:
        return
    _begin_anew(grant)
    grant.provider, grant.flow, grant.tenant = sheet.provider, sheet.flow, sheet.tenant
    grant.client_id, grant.scope = sheet.client_id, sheet.scope
    grant.authorize_url, grant.token_url = sheet.authorize_url, sheet.token_url
    if sheet.client_secret is not None or not sheet.keeps_secret:
        grant.client_secret = seal(sheet.client_secret.encode()) if sheet.client_secret else None


def forget_account(mailbox_id: int) -> None:
    """Another account is wanted: what the old one gave opens nothing any more."""
    grant = locked(mailbox_id)
    if grant is not None:
        _begin_anew(grant)
        grant.refresh_token, grant.signed_in_at, grant.signed_in_by_id = None, None, None


def try_again(mailbox: Mailbox, *, by: int, now: datetime) -> None:
    """What was mended at the provider counts from now on. Raises RuleViolation where a person signs in."""
    grant = locked(mailbox.id)
    if grant is None or grant.flow is not Flow.DESK:
        raise RuleViolation(WITH_A_PERSON)
    _begin_anew(grant)
    mailbox.next_poll_at = None


def facts(grant: MailboxGrant | None) -> dict[str, history.Value]:
    """The provider as the history tells it; secrets and tokens never."""
    if grant is None:
        return {}
    return {
        "provider": Provider(grant.provider).value,
        "flow": Flow(grant.flow).value,
        "tenant": grant.tenant,
        "client_id": grant.client_id,
        "authorize_url": grant.authorize_url,
        "token_url": grant.token_url,
        "scope": grant.scope,
    }


def _begin_anew(grant: MailboxGrant) -> None:
    grant.generation = (grant.generation or 0) + 1
    grant.access_token, grant.issued_at, grant.expires_at = None, None, None
    grant.lease_until, grant.needs_sign_in_since, grant.error = None, None, None


def _place(one: MailboxGrant | GrantSheet) -> tuple[object, ...]:
    """Who is asked as whom for what."""
    return (
        one.provider, one.flow, one.tenant, one.client_id, one.authorize_url, one.token_url, one.scope
    )  # fmt: skip
