"""What people do to their own account: signing in and out, a new password, a changed profile."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.accounts import people, sessions
from helpdesk.accounts.events import (
    OtherSessionsEnded,
    PasswordChanged,
    SessionEnded,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from helpdesk.accounts.models import Account, Person, Theme
from helpdesk.db import db
from helpdesk.events import publish
from helpdesk.rich.typed import words_and_form


@dataclass(frozen=True)
class Profile:
    """What a person decides about the desk's face and the end of answers.

    None follows the browser and the installation. `signature_html` is what the editor sent, "": there was
    none.
    """

    name: str
    language: str | None
    zone: str | None
    theme: Theme
    signature: str = ""
    signature_html: str = ""
    phone: str = ""


def note_sign_in(account_id: int, session_id: int, *, now: datetime) -> int:
    """Write down that the session began; gives back the person's id."""
    account = db.session.get_one(Account, account_id)
    account.last_sign_in_at = now
    publish(SignedIn(at=now, actor_id=account.person_id, account_id=account_id, session_id=session_id))
    return account.person_id


def note_sign_out(account_id: int, session_id: int, *, by: int, now: datetime) -> None:
    """Write down that the person left."""
    publish(SignedOut(at=now, actor_id=by, account_id=account_id, session_id=session_id))


def note_failure(account_id: int | None, *, now: datetime) -> None:
    """Write down a wrong password; the desk itself is the author, because nobody is known to have tried."""
    publish(SignInFailed(at=now, actor_id=people.system_id(), account_id=account_id))


def end_session(session_id: int, account_id: int, *, by: int, now: datetime) -> None:
    """End one session of the account from another."""
    sessions.end(session_id, now=now)
    publish(SessionEnded(at=now, actor_id=by, account_id=account_id, session_id=session_id))


def end_other_sessions(account_id: int, *, but: int | None, by: int, now: datetime) -> None:
    """End every session of the account except the one given."""
    sessions.end_all(account_id, now=now, but=but)
    publish(OtherSessionsEnded(at=now, actor_id=by, account_id=account_id))


def change_profile(account_id: int, profile: Profile) -> None:
    """Keep name, language, zone, theme, phone and signature."""
    account = db.session.get_one(Account, account_id)
    account.theme, account.phone = profile.theme, profile.phone
    account.signature, account.signature_html = words_and_form(
        profile.signature, profile.signature_html, (account.signature, account.signature_html)
    )
    _rename(account.person, profile.name)
    account.person.language, account.person.zone = profile.language, profile.zone


def change_password(
    account_id: int, password_hash: str, *, keep_session: int | None, by: int, now: datetime
) -> None:
    """Take the new hash and end every other session of the account."""
    account = db.session.get_one(Account, account_id)
    account.password_hash = password_hash
    sessions.end_all(account_id, now=now, but=keep_session)
    publish(PasswordChanged(at=now, actor_id=by, account_id=account_id))


def keep_stronger_hash(account_id: int, password_hash: str) -> None:
    """Replace the hash of the same password by one with today's cost."""
    db.session.get_one(Account, account_id).password_hash = password_hash


def _rename(person: Person, name: str) -> None:
    person.name, person.sort_key = name, people.sort_key(name)
