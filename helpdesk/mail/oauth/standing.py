"""Which mailboxes wait for somebody to sign in."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from helpdesk.db import db
from helpdesk.mail.grant_models import Flow, MailboxGrant
from helpdesk.mail.models import Mailbox, SignIn


@dataclass(frozen=True)
class Waiting:
    """A mailbox that nobody can use before somebody signs in."""

    id: int
    address: str


def needs_sign_in() -> ColumnElement[bool]:
    """Whether a server of the mailbox wants a token and none will come."""
    fetching = Mailbox.imap_host.is_not(None) & (Mailbox.imap_sign_in == SignIn.OAUTH)
    return or_(fetching, _sends_with_token()) & ~_has_grant()


def is_shut_out() -> ColumnElement[bool]:
    """Whether a mailbox can send nothing, because its own relay wants a token and none will come."""
    return _sends_with_token() & ~_has_grant()


def waiting_for_sign_in() -> list[Waiting]:
    """Those in use, by address."""
    found = select(Mailbox.id, Mailbox.address).where(Mailbox.active, needs_sign_in())
    return [Waiting(row.id, row.address) for row in db.session.execute(found.order_by(Mailbox.address))]


def _sends_with_token() -> ColumnElement[bool]:
    return Mailbox.smtp_host.is_not(None) & (Mailbox.smtp_sign_in == SignIn.OAUTH)


def _has_grant() -> ColumnElement[bool]:
    good = select(MailboxGrant.mailbox_id).where(
        MailboxGrant.mailbox_id == Mailbox.id,
        MailboxGrant.needs_sign_in_since.is_(None),
        or_(MailboxGrant.flow == Flow.DESK, MailboxGrant.refresh_token.is_not(None)),
    )
    return good.exists()
