"""The address that an account signs in with: its shape, and changing it only after the new one answered."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from helpdesk import history
from helpdesk.accounts import rights, tokens
from helpdesk.accounts.events import AddressChangeAsked, AddressChanged
from helpdesk.accounts.models import Account, AccountToken, TokenPurpose
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, RuleViolation
from helpdesk.events import publish

FIELD = "email"


def address_of(text: str) -> str:
    """The address as it is kept. Raises BadInput when the text is none."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        sentence = N_("“%(email)s” is no e-mail address. It looks like name@firm.example.")
        if not text.strip():
            sentence = N_("Type an e-mail address, such as name@firm.example.")
        raise BadInput(sentence, FIELD, email=text.strip()[:100]) from error
    return found.normalized.lower()


def ask(account_id: int, email: str, *, by: int, now: datetime) -> None:
    """Write to the new address; nothing changes until its owner opens the link.

    Whether somebody else has the address is told only there, so that nobody can try out addresses.
    """
    account = db.session.get_one(Account, account_id)
    if email == account.email:
        raise BadInput("This is your address already.", FIELD)
    issued = tokens.issue(
        account_id, TokenPurpose.ADDRESS, email=email, old_email=account.email, by=by, now=now
    )
    publish(AddressChangeAsked(at=now, actor_id=by, account_id=account_id, token_id=issued.id))


def confirm(token: AccountToken, *, now: datetime) -> None:
    """The new address answered. The token is live and locked. Raises RuleViolation when it is taken."""
    account = token.account
    _refuse_taken(account.id, token.email)
    token.old_email = account.email
    _move(account, token.email, by=account.person_id, now=now)
    tokens.mark_used(token, now=now)
    tokens.end(account.id, (TokenPurpose.RESET, TokenPurpose.INVITATION), now=now)
    publish(AddressChanged(at=now, actor_id=account.person_id, account_id=account.id, token_id=token.id))


def set_for(account: Account, email: str, *, by: int, now: datetime) -> None:
    """An administrator gives the account another address; its owner is told at the old one."""
    _refuse_taken(account.id, email)
    issued = tokens.issue(
        account.id, TokenPurpose.ADDRESS, email=email, old_email=account.email, by=by, now=now
    )
    tokens.end(account.id, tuple(TokenPurpose), now=now)
    _move(account, email, by=by, now=now)
    publish(AddressChanged(at=now, actor_id=by, account_id=account.id, token_id=issued.id))


def _move(account: Account, email: str, *, by: int, now: datetime) -> None:
    before = rights.facts(account.person)
    account.email = email
    db.session.flush()
    thing = (rights.KIND, account.person_id, account.person.name)
    history.changed(thing, before, rights.facts(account.person), by=by, now=now)


def _refuse_taken(account_id: int, email: str) -> None:
    other = select(Account.id).where(Account.email == email, Account.id != account_id)
    if db.session.scalar(other) is not None:
        raise RuleViolation("%(email)s belongs to another account here.", email=email)
