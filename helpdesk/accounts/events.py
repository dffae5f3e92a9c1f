"""What can happen at the sign-in door."""

from dataclasses import dataclass
from typing import ClassVar

from helpdesk.events import Event


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A person began a session."""

    kind: ClassVar[str] = "account.signed_in"
    account_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A person left."""

    kind: ClassVar[str] = "account.signed_out"
    account_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """Somebody gave a wrong password; `account_id` is None when no account has that address."""

    kind: ClassVar[str] = "account.sign_in_failed"
    account_id: int | None


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event):
    """A person ended one of their sessions from another."""

    kind: ClassVar[str] = "account.session_ended"
    account_id: int
    session_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A person chose a new password; all other sessions of the account ended."""

    kind: ClassVar[str] = "account.password_changed"
    account_id: int


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Event):
    """An account was shut; all its sessions ended."""

    kind: ClassVar[str] = "account.disabled"
    account_id: int
