"""How the sign-in of a mailbox stands, as its page shows it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import url_for

from helpdesk.accounts.models import Person
from helpdesk.admin import mailbox_provider
from helpdesk.admin.mailbox_typed import Typed
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.i18n import gettext
from helpdesk.mail.grant_models import Flow, MailboxGrant, Provider
from helpdesk.mail.models import Mailbox, SignIn
from helpdesk.mail.oauth.ends import ends_of
from helpdesk.mail.oauth.renewing import renewal_due_at

SIDES = ("imap", "smtp")
NAMES = {Provider.MICROSOFT: "Microsoft 365", Provider.GOOGLE: "Google"}


@dataclass(frozen=True, kw_only=True)
class Signing:
    """`condition` is due (nobody signed in yet), lost (it was refused) or well; `error` what was refused."""

    condition: str
    provider: str
    host: str
    by_person: bool
    error: str
    signed_in_at: datetime | None
    signed_in_by: str
    renewed_at: datetime | None
    renewal_at: datetime | None


def signing_of(mailbox: Mailbox) -> Signing | None:
    """None for a mailbox that has no provider."""
    grant = mailbox.grant
    if grant is None:
        return None
    person = db.session.get(Person, grant.signed_in_by_id) if grant.signed_in_by_id else None
    issued, expires = grant.issued_at, grant.expires_at
    by_person, ends = grant.flow is Flow.PERSON, ends_of(grant)
    host = urlsplit(ends.authorize_url if by_person else ends.token_url).hostname or ""
    return Signing(
        condition=_condition(grant, is_due=by_person and grant.signed_in_at is None),
        provider=NAMES.get(Provider(grant.provider)) or host,
        host=host,
        by_person=by_person,
        error=gettext(grant.error) if grant.error else "",
        signed_in_at=grant.signed_in_at,
        signed_in_by=person.name if person else "",
        renewed_at=issued,
        renewal_at=renewal_due_at(issued, expires) if issued and expires else None,
    )


def redirect_uri() -> str:
    """Where providers send people back to; the same for every mailbox."""
    return settings().base_url + url_for("admin.mailbox_signed_in")


def is_wanted(typed: Typed, *sides: str) -> bool:
    """Whether a server of the form is signed in to with a token."""
    values = typed.values
    return any(values[f"{one}_sign_in"] == SignIn.OAUTH and values[f"{one}_host"] for one in sides or SIDES)


def is_saved(typed: Typed, mailbox: Mailbox | None) -> bool:
    """Whether the provider in the form is the saved one."""
    kept = mailbox_provider.of(mailbox.grant) if mailbox else mailbox_provider.EMPTY
    shown = {name: typed.values[name] for name in mailbox_provider.FIELDS}
    return shown == kept and not typed.passwords.get("oauth")


def _condition(grant: MailboxGrant, *, is_due: bool) -> str:
    if grant.needs_sign_in_since is not None:
        return "lost"
    return "due" if is_due else "well"
