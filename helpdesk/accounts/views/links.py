"""What the doors of mailed links share: finding out what a link is for, and saying why it does not work."""

from flask.typing import ResponseReturnValue

from helpdesk import clock, web
from helpdesk.accounts import tokens
from helpdesk.accounts.models import Account, AccountToken, TokenPurpose
from helpdesk.accounts.passwords import check_strength, hash_password
from helpdesk.accounts.tokens import Fault, Known
from helpdesk.config import settings
from helpdesk.db import db, end_read

GONE = 410


def look_up(secret: str, purpose: TokenPurpose) -> Known:
    """What the link stands for, to show its page; nothing is used up by looking."""
    return tokens.look_up(secret, purpose, now=clock.now(db.session))


def claim(secret: str, purpose: TokenPurpose) -> AccountToken | None:
    """The link's row for this transaction alone; None when it was used or ended meanwhile."""
    return tokens.look_up(secret, purpose, now=clock.now(db.session), lock=True).live


def gone(purpose: TokenPurpose, fault: Fault | None = Fault.USED) -> ResponseReturnValue:
    """The page of a link that does not work, with the reason and the way on."""
    return web.render("accounts/link_gone.html", nav=None, purpose=purpose, fault=fault), GONE


def hash_for(account: Account, password: str, *more_words: str) -> str:
    """The hash of a new password. Raises BadInput for a weak one; no transaction is open while hashing."""
    words = (*account.person.name.split(), account.email.partition("@")[0], settings().firm_name, *more_words)
    end_read()
    check_strength(password, words)
    return hash_password(password)
