"""An access token that is good now: renewed before it ends, by one worker at a time, and never lost.

A provider may give a new refresh token with each renewal and refuse the old one from then on. So a renewal is
reserved under a lease, asked for with no transaction open, and stored whole in one; what was asked for under
an older generation is thrown away.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import undefer

from helpdesk import clock, standstill
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import N_, DomainError
from helpdesk.mail.grant_models import Flow, MailboxGrant
from helpdesk.mail.oauth.alarm import announce
from helpdesk.mail.oauth.asking import Client, Refused, Tokens, by_itself, renew
from helpdesk.mail.oauth.ends import ends_of
from helpdesk.secrets_box import seal, unseal

USED_BEFORE_RENEWAL = 0.8
LEASE = timedelta(seconds=60)
PATIENCE_S = 15.0
PAUSE_S = 0.1
STORING_PAUSES_S = (0.5, 1, 2, 4, 8)
NO_GRANT = N_("Nobody has signed in to this mailbox yet.")
IN_HAND = N_("Another process is renewing the sign-in of this mailbox and has not finished.")
STILL = N_(
    "Mail stands still in this copy: a token asked for here would shut out the desk it was copied from."
)
log = logging.getLogger(__name__)


class NeedsSignIn(DomainError):
    """No token will come until somebody signs in, or mends the client."""


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """One reserved renewal. `spare` is the present token, good for a while yet; None if there is none."""

    mailbox_id: int
    generation: int
    client: Client
    flow: Flow
    asked_at: datetime
    refresh_token: str = field(repr=False)
    spare: str | None = field(repr=False)


def token_for(mailbox_id: int, *, refused: str | None = None) -> str:
    """A token for the mail server; `refused` is one that it did not take. No transaction may be open.

    Raises NeedsSignIn, or DomainError when the provider is out of reach.
    """
    until, pause = monotonic() + PATIENCE_S, Event()
    while monotonic() < until:
        with transaction():
            found = _look(mailbox_id, refused, now=clock.now(db.session))
        token = found if isinstance(found, str) else _renewed(found) if found else None
        if token is not None:
            return token
        pause.wait(PAUSE_S)
    raise DomainError(IN_HAND)


def client_of(grant: MailboxGrant) -> Client:
    """Who asks for this grant, with the secret opened."""
    ends = ends_of(grant)
    return Client(
        token_url=ends.token_url,
        client_id=grant.client_id,
        scope=ends.scope,
        client_secret=unseal(grant.client_secret).decode() if grant.client_secret else None,
        inner=settings().inner_hosts,
    )


def locked(mailbox_id: int) -> MailboxGrant | None:
    """The grant with its secrets, locked for change."""
    secrets = (MailboxGrant.client_secret, MailboxGrant.refresh_token, MailboxGrant.access_token)
    return db.session.scalar(
        select(MailboxGrant)
        .where(MailboxGrant.mailbox_id == mailbox_id)
        .options(*(undefer(secret) for secret in secrets))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def keep(grant: MailboxGrant, tokens: Tokens, *, asked_at: datetime, now: datetime) -> None:
    """Store what was given, both tokens at once; the clock of its life runs from when it was asked for."""
    grant.access_token = seal(tokens.access.encode())
    if tokens.refresh is not None:
        grant.refresh_token = seal(tokens.refresh.encode())
    grant.issued_at = min(asked_at, now)
    grant.expires_at = grant.issued_at + timedelta(seconds=tokens.life_s)
    grant.generation += 1
    grant.lease_until, grant.needs_sign_in_since, grant.error = None, None, None


def renewal_due_at(issued_at: datetime, expires_at: datetime) -> datetime:
    """At four fifths of its life."""
    return issued_at + (expires_at - issued_at) * USED_BEFORE_RENEWAL


def _is_renewal_due(grant: MailboxGrant, now: datetime) -> bool:
    if grant.issued_at is None or grant.expires_at is None:
        return True
    return now >= renewal_due_at(grant.issued_at, grant.expires_at)


def _good_token(grant: MailboxGrant, refused: str | None, now: datetime) -> str | None:
    if grant.access_token is None or grant.expires_at is None or grant.expires_at <= now:
        return None
    token = unseal(grant.access_token).decode()
    return token if token != refused else None


def _look(mailbox_id: int, refused: str | None, *, now: datetime) -> str | Renewal | None:
    """The token, or a renewal reserved for the caller; None while somebody else renews it."""
    grant = locked(mailbox_id)
    if grant is None:
        raise NeedsSignIn(NO_GRANT)
    token = _good_token(grant, refused, now)
    if grant.needs_sign_in_since is not None and token is None:
        raise NeedsSignIn(grant.error or NO_GRANT)
    is_lasting = grant.flow is Flow.DESK or grant.refresh_token is not None
    if token is None and not is_lasting:
        raise NeedsSignIn(NO_GRANT)
    is_settled = grant.needs_sign_in_since is not None or not is_lasting or not _is_renewal_due(grant, now)
    is_in_hand = grant.lease_until is not None and grant.lease_until > now
    if is_in_hand or (token is not None and is_settled):
        return token
    if standstill.is_on():
        raise DomainError(STILL)
    grant.lease_until = now + LEASE
    refresh = unseal(grant.refresh_token).decode() if grant.refresh_token else ""
    return Renewal(
        mailbox_id=mailbox_id,
        generation=grant.generation,
        client=client_of(grant),
        flow=grant.flow,
        asked_at=now,
        refresh_token=refresh,
        spare=token,
    )


def _renewed(renewal: Renewal) -> str | None:
    """The new token; None when another one was stored meanwhile, which counts then."""
    try:
        tokens = _ask(renewal)
    except Refused as refusal:
        log.warning("oauth: mailbox=%d refused: %s", renewal.mailbox_id, refusal.code)
        with transaction():
            _call_for_help(renewal, refusal, now=clock.now(db.session))
        return renewal.spare
    except DomainError as trouble:
        log.warning("oauth: mailbox=%d not renewed: %s", renewal.mailbox_id, trouble)
        with transaction():
            _let_go(renewal)
        if renewal.spare is None:
            raise
        return renewal.spare
    return tokens.access if _stored(renewal, tokens) else None


def _ask(renewal: Renewal) -> Tokens:
    if renewal.flow is Flow.DESK:
        return by_itself(renewal.client)
    return renew(renewal.client, renewal.refresh_token)


def _stored(renewal: Renewal, tokens: Tokens) -> bool:
    """Store them whole; a database that is away for a moment costs nobody a new sign-in."""
    pause = Event()
    for seconds in STORING_PAUSES_S:
        try:
            return _store(renewal, tokens)
        except SQLAlchemyError:
            log.exception("oauth: mailbox=%d: cannot store its tokens yet", renewal.mailbox_id)
            pause.wait(seconds)
    return _store(renewal, tokens)


def _store(renewal: Renewal, tokens: Tokens) -> bool:
    with transaction():
        grant = locked(renewal.mailbox_id)
        if grant is None or grant.generation != renewal.generation:
            return False
        keep(grant, tokens, asked_at=renewal.asked_at, now=clock.now(db.session))
    return True


def _let_go(renewal: Renewal) -> None:
    """Somebody may try again at once."""
    grant = locked(renewal.mailbox_id)
    if grant is not None and grant.generation == renewal.generation:
        grant.lease_until = None


def _call_for_help(renewal: Renewal, refusal: Refused, *, now: datetime) -> None:
    """From now on a person has to sign in; whoever runs the desk hears of it once."""
    grant = locked(renewal.mailbox_id)
    if grant is None or grant.generation != renewal.generation:
        return
    grant.lease_until, grant.generation = None, grant.generation + 1
    grant.needs_sign_in_since = now
    grant.error = refusal.sentence % refusal.values if refusal.values else refusal.sentence
    announce(renewal.mailbox_id, now=now)
