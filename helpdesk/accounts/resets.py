"""A new password for somebody who forgot the old one: asked for by anybody, answered by a job, used once."""

from datetime import datetime

from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts import people, sessions, tokens
from helpdesk.accounts.events import PasswordReset, PasswordResetAsked
from helpdesk.accounts.models import Account, AccountToken, ResetRequest, TokenPurpose
from helpdesk.accounts.tokens import Issued
from helpdesk.db import db, notify, transaction
from helpdesk.errors import RuleViolation
from helpdesk.events import publish

CHANNEL = "resets"


def ask(email: str, language: str, *, now: datetime) -> None:
    """Note that somebody forgot a password. Whether there is such an account is looked up later, by a job."""
    db.session.add(ResetRequest(email=email.strip().lower(), language=language, created_at=now))
    db.session.flush()
    notify(CHANNEL)


def answer_requests() -> None:
    """The job: a link to everybody who asked and has an account; the others hear nothing."""
    while _answer_next():
        continue


def send_link(
    account: Account, *, mailed: bool, by: int, now: datetime, language: str | None = None
) -> Issued:
    """A link for a new password; the older one is worthless. `language` counts for who has chosen none.

    Raises RuleViolation for an account that nobody may use yet, or any more.
    """
    if account.disabled_at is not None or account.invited_at is not None:
        raise RuleViolation("%(name)s cannot come in at the moment.", name=account.person.name)
    issued = tokens.issue(account.id, TokenPurpose.RESET, email=account.email, by=by, now=now)
    asked = PasswordResetAsked(
        at=now,
        actor_id=by,
        account_id=account.id,
        token_id=issued.id,
        is_mailed=mailed,
        language=language,
    )
    publish(asked)
    return issued


def reset(token: AccountToken, password_hash: str, *, now: datetime) -> None:
    """Take the new hash, end every session and every other link. The token is live and locked."""
    account = token.account
    account.password_hash = password_hash
    tokens.mark_used(token, now=now)
    tokens.end(account.id, (TokenPurpose.RESET, TokenPurpose.ADDRESS), now=now)
    sessions.end_all(account.id, now=now)
    publish(PasswordReset(at=now, actor_id=account.person_id, account_id=account.id))


def _answer_next() -> bool:
    with transaction():
        oldest = select(ResetRequest).order_by(ResetRequest.id).limit(1)
        request = db.session.scalar(oldest.with_for_update(skip_locked=True))
        if request is None:
            return False
        now = clock.now(db.session)
        account = _account_of(request.email)
        if account is not None:
            send_link(account, mailed=True, by=people.system_id(), now=now, language=request.language)
        db.session.delete(request)
    return True


def _account_of(email: str) -> Account | None:
    """Somebody who could sign in with this address if he knew the password."""
    return db.session.scalar(
        select(Account).where(
            Account.email == email, Account.disabled_at.is_(None), Account.invited_at.is_(None)
        )
    )
