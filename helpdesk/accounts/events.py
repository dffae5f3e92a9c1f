"""What can happen to an account and at the sign-in door."""

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


@dataclass(frozen=True, kw_only=True)
class AccountInvited(Event):
    """Somebody was asked in. `is_mailed` is False when the link was shown to the inviter instead."""

    kind: ClassVar[str] = "account.invited"
    account_id: int
    token_id: int
    is_mailed: bool


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    """The invited person chose a name and a password and came in."""

    kind: ClassVar[str] = "account.invitation_accepted"
    account_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Event):
    """An invitation was taken back; its link is worthless and the account is shut."""

    kind: ClassVar[str] = "account.invitation_withdrawn"
    account_id: int


@dataclass(frozen=True, kw_only=True)
class PasswordResetAsked(Event):
    """A link for a new password was made: by the desk for whoever asked, or by an administrator."""

    kind: ClassVar[str] = "account.password_reset_asked"
    account_id: int
    token_id: int
    is_mailed: bool
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    """A person set a new password with a link; all sessions of the account ended."""

    kind: ClassVar[str] = "account.password_reset"
    account_id: int


@dataclass(frozen=True, kw_only=True)
class AddressChangeAsked(Event):
    """A person wants to sign in with another address, which has to be confirmed there."""

    kind: ClassVar[str] = "account.address_change_asked"
    account_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class AddressChanged(Event):
    """An account has another address; `token_id` names the row that holds the old and the new one."""

    kind: ClassVar[str] = "account.address_changed"
    account_id: int
    token_id: int


@dataclass(frozen=True, kw_only=True)
class OtherSessionsEnded(Event):
    """A person ended all their sessions but one."""

    kind: ClassVar[str] = "account.other_sessions_ended"
    account_id: int


@dataclass(frozen=True, kw_only=True)
class AccountReopened(Event):
    """A shut account may be used again."""

    kind: ClassVar[str] = "account.reopened"
    account_id: int
