"""The way to the provider's sign-in page and back: a state that counts once, and a secret only we know.

The state ties the answer to who went (RFC 6749, 10.12), the PKCE verifier ties it to this desk (RFC 7636).
What comes back opens a mailbox and nothing else: nobody is signed in to the desk by it.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from sqlalchemy import delete, select

from helpdesk import history
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation, StaleChange
from helpdesk.mail.grant_models import Flow, MailboxGrant, MailboxSignIn
from helpdesk.mail.models import Mailbox
from helpdesk.mail.oauth.asking import Client, Tokens
from helpdesk.mail.oauth.ends import ends_of
from helpdesk.mail.oauth.renewing import client_of, keep, locked
from helpdesk.secrets_box import seal, unseal

LIFE = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)
STRANGER = N_("This sign-in was not begun here, or it was finished already. Press “Sign in” once more.")
TOO_LATE = N_("That took longer than a quarter of an hour. Press “Sign in” once more.")
CHANGED = N_("The settings of this mailbox were changed meanwhile. Press “Sign in” once more.")
NO_PERSON = N_("This mailbox signs in by itself; nobody has to.")
NO_REFRESH = N_(
    "The provider gave no lasting access, only for an hour. Allow offline access for this client."
)


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Somebody came back from the provider: what is needed to fetch the tokens."""

    mailbox_id: int
    client: Client
    verifier: str = field(repr=False)


def begin(mailbox: Mailbox, *, by: int, redirect_uri: str, now: datetime) -> str:
    """The provider's page to go to. Raises RuleViolation when nobody has to sign in here."""
    grant = locked(mailbox.id)
    if grant is None or grant.flow is not Flow.PERSON:
        raise RuleViolation(NO_PERSON)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    db.session.execute(delete(MailboxSignIn).where(MailboxSignIn.created_at < now - KEPT_FOR))
    db.session.add(
        MailboxSignIn(
            mailbox_id=mailbox.id,
            person_id=by,
            state_sha256=_hash(state),
            verifier=seal(json.dumps([verifier, _print_of(grant)]).encode()),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    db.session.flush()
    ends = ends_of(grant)
    asked = {
        "response_type": "code",
        "client_id": grant.client_id,
        "redirect_uri": redirect_uri,
        "scope": ends.scope,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": mailbox.imap_user or mailbox.smtp_user or mailbox.address,
        **dict(ends.asked),
    }
    joint = "&" if urlsplit(ends.authorize_url).query else "?"
    return f"{ends.authorize_url}{joint}{urlencode(asked)}"


def take(state: str, *, by: int, now: datetime) -> Returned:
    """Use the state up. Raises RuleViolation for one that is unknown, somebody else's, used or too old, and
    StaleChange when the settings are new.
    """
    gone = db.session.scalar(
        select(MailboxSignIn).where(MailboxSignIn.state_sha256 == _hash(state)).with_for_update()
    )
    if gone is None or gone.person_id != by or gone.used_at is not None or gone.verifier is None:
        raise RuleViolation(STRANGER)
    (verifier, client_print), grant = json.loads(unseal(gone.verifier)), locked(gone.mailbox_id)
    gone.used_at, gone.verifier = now, None
    if gone.expires_at <= now:
        raise RuleViolation(TOO_LATE)
    if grant is None or _print_of(grant) != client_print:
        raise StaleChange(CHANGED)
    return Returned(mailbox_id=gone.mailbox_id, client=client_of(grant), verifier=verifier)


def finish(returned: Returned, tokens: Tokens, *, by: int, now: datetime) -> Mailbox:
    """Keep what was given and look into the mailbox at once. Raises StaleChange when the settings are new."""
    grant = locked(returned.mailbox_id)
    if grant is None or client_of(grant) != returned.client or grant.flow is not Flow.PERSON:
        raise StaleChange(CHANGED)
    if tokens.refresh is None:
        raise RuleViolation(NO_REFRESH)
    keep(grant, tokens, asked_at=now, now=now)
    grant.signed_in_at, grant.signed_in_by_id = now, by
    mailbox = db.session.get_one(Mailbox, returned.mailbox_id)
    mailbox.failures, mailbox.failing_since, mailbox.error, mailbox.next_poll_at = 0, None, None, None
    thing, new = ("mailbox", mailbox.id, mailbox.address), {"access": history.SECRET_CHANGED}
    history.changed(thing, {"access": None}, new, by=by, now=now)
    return mailbox


def challenge(verifier: str) -> str:
    """S256 of RFC 7636, 4.2."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _print_of(grant: MailboxGrant) -> str:
    """Changes whenever who asks for what where does."""
    client = client_of(grant)
    return _hash(json.dumps([client.token_url, client.client_id, client.client_secret, client.scope]))


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
