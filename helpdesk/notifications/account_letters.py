"""What the desk writes to its own people about their accounts: one mail to one address, no ticket."""

import secrets
from datetime import timedelta
from enum import StrEnum

from flask import current_app

from helpdesk.accounts.events import (
    AccountInvited,
    AddressChangeAsked,
    AddressChanged,
    PasswordReset,
    PasswordResetAsked,
)
from helpdesk.accounts.models import Account, AccountToken, Person
from helpdesk.accounts.tokens import LIVES
from helpdesk.config import settings
from helpdesk.db import db, notify
from helpdesk.events import Event, EventRow
from helpdesk.notifications.letters import LANGUAGES, Letter
from helpdesk.notifications.models import Outbox, OutboxKind, OutboxRecipient
from helpdesk.notifications.signing import id_domain

LINK = "<<link>>"  # the place of the link in a stored text; the link itself is put in while the mail leaves
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Occasion(StrEnum):
    """Why somebody of the staff gets a mail about the account; each has a template in every language."""

    INVITATION = "invitation"
    PASSWORD_LINK = "password_link"  # noqa: S105  the name of a template
    PASSWORD_SET = "password_set"  # noqa: S105
    ADDRESS_LINK = "address_link"
    ADDRESS_CHANGED = "address_changed"


def queue_invitation(event: AccountInvited, row: EventRow) -> None:
    """Send the link to whoever was asked in, unless the inviter hands it over himself."""
    if not event.is_mailed:
        return
    token = db.session.get_one(AccountToken, event.token_id)
    inviter = db.session.get_one(Person, event.actor_id).name
    _queue_link(Occasion.INVITATION, token, row, inviter=inviter)


def queue_password_link(event: PasswordResetAsked, row: EventRow) -> None:
    """Send the link for a new password, unless an administrator hands it over himself."""
    if not event.is_mailed:
        return
    token = db.session.get_one(AccountToken, event.token_id)
    by_administrator, asked_in = not _is_desk(event), event.language or ""
    _queue_link(Occasion.PASSWORD_LINK, token, row, by_administrator=by_administrator, asked_in=asked_in)


def queue_password_set(event: PasswordReset, row: EventRow) -> None:
    """Tell the owner that the password is a new one."""
    account = db.session.get_one(Account, event.account_id)
    _queue(_write(Occasion.PASSWORD_SET, account), account.email, row)


def queue_address_link(event: AddressChangeAsked, row: EventRow) -> None:
    """Let the owner confirm the new address from there."""
    _queue_link(Occasion.ADDRESS_LINK, db.session.get_one(AccountToken, event.token_id), row)


def queue_address_changed(event: AddressChanged, row: EventRow) -> None:
    """Tell the owner at the old address."""
    token = db.session.get_one(AccountToken, event.token_id)
    account = db.session.get_one(Account, event.account_id)
    by_administrator = event.actor_id != account.person_id
    letter = _write(
        Occasion.ADDRESS_CHANGED, account, new_address=token.email, by_administrator=by_administrator
    )
    _queue(letter, token.old_email or account.email, row)


def _queue_link(occasion: Occasion, token: AccountToken, row: EventRow, **words: str | bool) -> None:
    account = db.session.get_one(Account, token.account_id)
    life = LIVES[token.purpose]
    letter = _write(occasion, account, link=LINK, hours=life // HOUR, minutes=life // MINUTE, **words)
    _queue(letter, token.email, row, token.id)


def _write(occasion: Occasion, account: Account, **words: str | bool | int) -> Letter:
    """The letter in the person's language, else the one asked in, else the desk's.

    The template's first line is the subject.
    """
    wanted = (account.person.language, words.get("asked_in"), settings().default_language, *LANGUAGES)
    language = next(str(one) for one in wanted if one in LANGUAGES)
    template = current_app.jinja_env.get_template(f"outgoing/{language}/account/{occasion}.txt")
    name = "" if account.invited_at is not None else account.person.name
    text = template.render(firm=settings().firm_name, name=name, **words)
    subject, _, body = text.strip().partition("\n")
    return Letter(subject=subject, body=body.strip() + "\n", language=language)


def _queue(letter: Letter, email: str, row: EventRow, token_id: int | None = None) -> None:
    mail = Outbox(
        key=f"account:{row.id}",
        kind=OutboxKind.NOTICE,
        account_token_id=token_id,
        rfc_message_id=f"<{secrets.token_hex(16)}@{id_domain()}>",
        subject=letter.subject,
        body=letter.body,
        language=letter.language,
        due_at=row.effective_at,
        created_at=row.effective_at,
    )
    db.session.add(mail)
    db.session.flush()
    db.session.add(OutboxRecipient(outbox_id=mail.id, email=email, changed_at=row.effective_at))
    db.session.flush()
    notify("outbox")


def _is_desk(event: Event) -> bool:
    return db.session.get_one(Person, event.actor_id).kind == "system"
