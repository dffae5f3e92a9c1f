"""Links that work once: 256 random bits, of which the database keeps only the hash, each for one purpose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, undefer

from helpdesk.accounts.models import Account, AccountToken, TokenPurpose
from helpdesk.accounts.sessions import digest, new_secret
from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.secrets_box import seal, unseal

LIVES: Mapping[TokenPurpose, timedelta] = {
    TokenPurpose.INVITATION: timedelta(hours=72),
    TokenPurpose.RESET: timedelta(minutes=30),
    TokenPurpose.ADDRESS: timedelta(hours=24),
}
PATHS: Mapping[TokenPurpose, str] = {
    TokenPurpose.INVITATION: "/invitations",
    TokenPurpose.RESET: "/passwords",
    TokenPurpose.ADDRESS: "/addresses",
}
LONGEST_SECRET = 100


class Fault(StrEnum):
    """Why a link does not work."""

    UNKNOWN = "unknown"
    USED = "used"
    ENDED = "ended"
    EXPIRED = "expired"
    SHUT = "shut"


@dataclass(frozen=True)
class Issued:
    """A new link; `path` is shown or mailed once and never kept in clear."""

    id: int
    path: str = field(repr=False)


@dataclass(frozen=True)
class Known:
    """What stands behind a link: its row, or why it does not work."""

    token: AccountToken | None
    fault: Fault | None

    @property
    def live(self) -> AccountToken | None:
        return self.token if self.fault is None else None


def issue(
    account_id: int,
    purpose: TokenPurpose,
    *,
    email: str,
    by: int,
    now: datetime,
    old_email: str | None = None,
) -> Issued:
    """A new link in place of the account's older one for the same purpose."""
    end(account_id, (purpose,), now=now)
    secret = new_secret()
    token = AccountToken(
        account_id=account_id,
        purpose=purpose,
        digest=digest(secret),
        sealed=seal(secret.encode()),
        email=email,
        old_email=old_email,
        created_by_id=by,
        created_at=now,
        expires_at=now + LIVES[purpose],
    )
    db.session.add(token)
    db.session.flush()
    return Issued(token.id, _path(purpose, secret))


def look_up(secret: str, purpose: TokenPurpose, *, now: datetime, lock: bool = False) -> Known:
    """What this link stands for; with `lock` nobody else can use it until the transaction ends."""
    if len(secret) > LONGEST_SECRET:
        return Known(None, Fault.UNKNOWN)
    if lock:
        _lock_account(secret)
    statement = (
        select(AccountToken)
        .where(AccountToken.digest == digest(secret), AccountToken.purpose == purpose)
        .options(joinedload(AccountToken.account, innerjoin=True))
        .execution_options(populate_existing=True)
    )
    token = db.session.scalar(statement)
    return Known(token, _fault(token, now))


def end(account_id: int, purposes: Iterable[TokenPurpose], *, now: datetime) -> None:
    """Make the account's links for these purposes worthless."""
    db.session.execute(
        update(AccountToken)
        .where(AccountToken.account_id == account_id, AccountToken.purpose.in_(list(purposes)))
        .where(AccountToken.used_at.is_(None), AccountToken.ended_at.is_(None))
        .values(ended_at=now, sealed=None)
    )


def mark_used(token: AccountToken, *, now: datetime) -> None:
    """Never again."""
    token.used_at, token.sealed = now, None
    db.session.flush()


def path_to_send(token_id: int, *, now: datetime) -> str:
    """The link for the mail that is leaving now. Raises BadInput when it would not work any more."""
    token = db.session.get_one(AccountToken, token_id, options=[undefer(AccountToken.sealed)])
    is_over = token.used_at is not None or token.ended_at is not None or token.expires_at <= now
    if is_over or token.sealed is None:
        raise BadInput("Its link had run out or was replaced by a newer one.")
    return _path(token.purpose, unseal(token.sealed).decode())


def forget_secret(token_id: int) -> None:
    """The mail has left, or never will: only the hash stays."""
    db.session.execute(update(AccountToken).where(AccountToken.id == token_id).values(sealed=None))


def _lock_account(secret: str) -> None:
    owner = select(AccountToken.account_id).where(AccountToken.digest == digest(secret))
    db.session.execute(
        select(Account.id).where(Account.id.in_(owner)).with_for_update(key_share=True, of=Account)
    )


def _path(purpose: TokenPurpose, secret: str) -> str:
    return f"{PATHS[purpose]}/{secret}"


def _fault(token: AccountToken | None, now: datetime) -> Fault | None:
    if token is None:
        return Fault.UNKNOWN
    if token.used_at is not None:
        return Fault.USED
    if token.ended_at is not None:
        return Fault.ENDED
    if token.expires_at <= now:
        return Fault.EXPIRED
    return Fault.SHUT if token.account.disabled_at is not None else None
