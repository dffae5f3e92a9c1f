"""The first administrator, made from the shell before anybody can sign in, and the way back in."""

from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from helpdesk import clock, history
from helpdesk.accounts import resets, rights, teams
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.models import Account, Grant, GrantKind
from helpdesk.accounts.passwords import check_strength, hash_password
from helpdesk.accounts.people import create_account, create_person, system_id
from helpdesk.accounts.teams import TeamSheet
from helpdesk.config import settings
from helpdesk.db import db, transaction
from helpdesk.errors import BadInput, RuleViolation
from helpdesk.i18n import gettext

CLAIM_LOCK = 7_302_413


def create_administrator(*, email: str, name: str, password: str) -> None:
    """Make a person with an account and the administrator's grant.

    Raises BadInput for an address, name or password that cannot be, RuleViolation when the address is taken.
    """
    address, name = address_of(email), name_of(name)
    check_strength(password, (*name.split(), address.partition("@")[0]))
    hashed = hash_password(password)
    with transaction():
        if db.session.scalar(select(Account.id).where(Account.email == address)):
            raise RuleViolation("%(address)s already signs in here.", address=address)
        now = clock.now(db.session)
        person = create_person(name, language=None, zone=None, now=now)
        create_account(person, address, hashed, now=now)
        db.session.add(Grant(person_id=person.id, kind=GrantKind.ADMINISTRATOR, since=now))
        db.session.flush()
        thing = (rights.KIND, person.id, person.name)
        history.changed(thing, None, rights.facts(person), by=person.id, now=now)
        ensure_lines(by=person.id, now=now)


def is_unclaimed() -> bool:
    """Whether nobody can sign in yet, because nobody was ever let in."""
    return db.session.scalar(select(Account.id).limit(1)) is None


def ensure_lines(*, by: int, now: datetime) -> None:
    """Give each line that has no team its first one, so that what comes in always has a place."""
    with force_locale(settings().default_language):
        names = (gettext("Service desk"), gettext("Administrators"), gettext("Developers"))
    for line, name in enumerate(names, start=1):
        if teams.default_of(line) is None:
            teams.create(TeamSheet(name=name, line=line, answers_client=line < 3), by=by, now=now)


def name_of(text: str) -> str:
    """The name with single spaces. Raises BadInput when it is none."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 100 or not any(sign.isalpha() for sign in name):
        raise BadInput("The administrator needs a name of at most 100 characters.", "name")
    return name


def promote(email: str) -> tuple[str, bool] | None:
    """Make whoever has this address an administrator: the name, and whether that is new.

    None when nobody has it. Raises RuleViolation for an account that is shut or still waits.
    """
    with transaction():
        account = db.session.scalar(select(Account).where(Account.email == address_of(email)))
        if account is None:
            return None
        if account.disabled_at is not None:
            raise RuleViolation("The account of %(email)s is shut.", email=account.email)
        if account.invited_at is not None:
            raise RuleViolation("%(email)s is invited and has not come in yet.", email=account.email)
        is_new = not rights.rights_of(account.person_id).is_administrator
        if is_new:
            rights.make_administrator(account.person, by=system_id(), now=clock.now(db.session))
        return account.person.name, is_new


def password_link(email: str) -> str:
    """The path of a link for a new password, for who cannot get mail. Raises RuleViolation for nobody."""
    with transaction():
        account = db.session.scalar(
            select(Account).where(
                Account.email == address_of(email),
                Account.disabled_at.is_(None),
                Account.invited_at.is_(None),
            )
        )
        if account is None:
            raise RuleViolation("Nobody signs in here as %(email)s.", email=email)
        return resets.send_link(account, mailed=False, by=system_id(), now=clock.now(db.session)).path
