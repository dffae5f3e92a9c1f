"""Whose desk this is before anybody can sign in: a code from the shell, then the first administrator."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from helpdesk import firm, secrets_box
from helpdesk.accounts import first
from helpdesk.accounts.models import Account
from helpdesk.accounts.people import create_account, create_person
from helpdesk.accounts.rights import make_administrator
from helpdesk.db import db
from helpdesk.errors import N_, RuleViolation
from helpdesk.firm import Choices

GROUP, GROUPS = 4, 4


@dataclass(frozen=True)
class Founder:
    """The first administrator; the password is already a hash."""

    name: str
    email: str
    password_hash: str
    language: str


def code() -> str:
    """What `helpdesk serve` prints and the first page asks for: whoever reads the shell owns the desk.

    Derived from the installation's key, worthless once somebody can sign in.
    """
    letters = secrets_box.key_for("first start").hex()
    return "-".join(letters[at * GROUP : (at + 1) * GROUP] for at in range(GROUPS))


def is_code(typed: str) -> bool:
    """Whether this is the code, however it is spaced; takes as long for a wrong one."""
    letters = "".join(sign for sign in typed.lower() if sign.isalnum())
    return hmac.compare_digest(letters.encode(), code().replace("-", "").encode())


def claim(founder: Founder, choices: Choices, *, now: datetime) -> int:
    """Make the first administrator, the firm and its three lines; the id of the account.

    Raises RuleViolation when somebody was faster.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(first.CLAIM_LOCK)))
    if not first.is_unclaimed():
        raise RuleViolation(N_("This desk belongs to somebody already. Sign in, or ask for an invitation."))
    person = create_person(founder.name, language=founder.language, zone=choices.zone, now=now)
    account: Account = create_account(person, founder.email, founder.password_hash, now=now)
    make_administrator(person, by=person.id, now=now)
    firm.change(choices, by=person.id, now=now)
    first.ensure_lines(by=person.id, now=now)
    return account.id
