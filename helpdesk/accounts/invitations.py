"""Asking people in: an account that waits, the link that opens it, and taking both back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk import history
from helpdesk.accounts import people, rights, tokens
from helpdesk.accounts.events import AccountInvited, InvitationAccepted, InvitationWithdrawn
from helpdesk.accounts.models import Account, AccountToken, Membership, TeamRole, TokenPurpose
from helpdesk.accounts.tokens import Issued
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.events import publish
from helpdesk.history import Facts


@dataclass(frozen=True)
class Invitation:
    """Whom to ask in, how to write to them, and the team they will sit in (None: none yet)."""

    email: str
    name: str = ""
    language: str | None = None
    team_id: int | None = None
    role: TeamRole = TeamRole.MEMBER


@dataclass(frozen=True)
class Newcomer:
    """What an invited person says about themselves; the password is already a hash."""

    name: str
    password_hash: str
    language: str | None


def account_with(email: str) -> Account | None:
    """The account that has this address, shut ones included."""
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))


def invite(invitation: Invitation, *, mailed: bool, by: int, now: datetime) -> tuple[Account, Issued]:
    """Make an account that waits for its person, and the link for it.

    `mailed` is False when no mail can be sent and the inviter hands the link over. For what is refused see
    expect.
    """
    account = expect(invitation, by=by, now=now)
    return account, send(account, mailed=mailed, by=by, now=now)


def expect(invitation: Invitation, *, by: int, now: datetime) -> Account:
    """Make an account that waits for its person, without a link yet: `send` makes one when it is time.

    An address whose invitation was taken back may be invited again. Raises RuleViolation when the address is
    in use.
    """
    account = account_with(invitation.email)
    if account is None:
        name = invitation.name or invitation.email.partition("@")[0]
        person = people.create_person(name, language=invitation.language, zone=None, now=now)
        account = people.create_account(person, invitation.email, None, now=now)
    elif not is_withdrawn(account):
        raise RuleViolation("%(email)s already has an account here.", email=account.email)
    before = None if account.invited_at is None else rights.facts(account.person)
    account.invited_at, account.disabled_at = now, None
    if invitation.team_id is not None:
        seat = Membership(person_id=account.person_id, team_id=invitation.team_id, role=invitation.role)
        seat.since = now
        db.session.add(seat)
    db.session.flush()
    _note(account, before, by=by, now=now)
    return account


def send(account: Account, *, mailed: bool, by: int, now: datetime) -> Issued:
    """A new link for somebody who has not come in yet; the older one is worthless."""
    if account.invited_at is None:
        raise RuleViolation("%(name)s has come in already.", name=account.person.name)
    if account.disabled_at is not None:
        raise RuleViolation("This invitation was taken back. Invite the address anew.")
    issued = tokens.issue(account.id, TokenPurpose.INVITATION, email=account.email, by=by, now=now)
    publish(AccountInvited(at=now, actor_id=by, account_id=account.id, token_id=issued.id, is_mailed=mailed))
    return issued


def accept(token: AccountToken, newcomer: Newcomer, *, now: datetime) -> None:
    """Let the invited person in. The token is live and locked."""
    account = token.account
    account.password_hash, account.invited_at = newcomer.password_hash, None
    account.person.name, account.person.sort_key = newcomer.name, people.sort_key(newcomer.name)
    account.person.language = newcomer.language
    tokens.mark_used(token, now=now)
    publish(InvitationAccepted(at=now, actor_id=account.person_id, account_id=account.id))


def withdraw(account: Account, *, by: int, now: datetime) -> None:
    """Take the invitation back: its link is worthless, and the seats that waited are gone."""
    if account.invited_at is None:
        raise RuleViolation("%(name)s has come in already.", name=account.person.name)
    before = rights.facts(account.person)
    account.disabled_at = account.disabled_at or now
    tokens.end(account.id, (TokenPurpose.INVITATION,), now=now)
    for seat in _seats(account.person_id):
        seat.until = now
    db.session.flush()
    publish(InvitationWithdrawn(at=now, actor_id=by, account_id=account.id))
    _note(account, before, by=by, now=now)


def is_withdrawn(account: Account) -> bool:
    """Whether somebody was asked in and then not wanted after all."""
    return account.invited_at is not None and account.disabled_at is not None


def _note(account: Account, before: Facts | None, *, by: int, now: datetime) -> None:
    thing = (rights.KIND, account.person_id, account.person.name)
    history.changed(thing, before, rights.facts(account.person), by=by, now=now)


def _seats(person_id: int) -> Sequence[Membership]:
    current = select(Membership).where(Membership.person_id == person_id, Membership.until.is_(None))
    return db.session.scalars(current).all()
