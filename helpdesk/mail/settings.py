"""What an administrator does to mailboxes: connect one, change it, switch it off and on, send from it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from helpdesk import history
from helpdesk.accounts.models import Team
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, StaleChange
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.secrets_box import seal

CHANGED_MEANWHILE = N_("Somebody else changed this mailbox meanwhile. Look at what is new, then save again.")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two servers of a mailbox; `password` None keeps what is kept, host None means no server."""

    host: str | None
    port: int | None
    encryption: Encryption
    user: str | None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A mailbox as the screen asks for it; the address is lower case."""

    address: str
    name: str
    language: str
    team_id: int | None
    plus_addressing: bool
    signature: str
    imap: Side
    folder: str
    smtp: Side


def connect(sheet: Sheet, *, by: int, now: datetime) -> Mailbox:
    """Add a mailbox. Raises BadInput at the field when its address or account is taken."""
    _check_free(sheet, None)
    mailbox = Mailbox(created_at=now, connected_at=now)
    _write(mailbox, sheet)
    db.session.add(mailbox)
    db.session.flush()
    history.changed(("mailbox", mailbox.id, mailbox.address), None, facts(mailbox), by=by, now=now)
    return mailbox


def change(mailbox: Mailbox, sheet: Sheet, *, seen: str, by: int, now: datetime) -> None:
    """Let the sheet hold. Raises StaleChange unless `seen` is its present mark, BadInput when taken."""
    if seen != mark(mailbox):
        raise StaleChange(CHANGED_MEANWHILE)
    _check_free(sheet, mailbox)
    before, account = facts(mailbox), _account(mailbox)
    _write(mailbox, sheet)
    if _account(mailbox) != account:
        _begin_anew(mailbox, now)
    mailbox.next_poll_at = None
    db.session.flush()
    after = {**facts(mailbox), **_new_secrets(sheet)}
    history.changed(("mailbox", mailbox.id, mailbox.address), before, after, by=by, now=now)


def retire(mailbox: Mailbox, *, by: int, now: datetime) -> None:
    """Fetch nothing from it and send nothing through it any more; what came stays."""
    before = facts(mailbox)
    mailbox.active, mailbox.is_default = False, False
    _noted(mailbox, before, by=by, now=now)


def bring_back(mailbox: Mailbox, *, by: int, now: datetime) -> None:
    """Switch it on again. Raises BadInput when another one fetches the same account by now."""
    _check_account(_account(mailbox), mailbox.id)
    before = facts(mailbox)
    mailbox.active, mailbox.next_poll_at = True, None
    _noted(mailbox, before, by=by, now=now)


def make_default(mailbox: Mailbox, *, by: int, now: datetime) -> None:
    """Send from it what belongs to no ticket. Raises BadInput for one that is switched off."""
    if not mailbox.active:
        raise BadInput(N_("This mailbox is switched off."))
    before = facts(mailbox)
    db.session.execute(update(Mailbox).where(Mailbox.is_default).values(is_default=False))
    mailbox.is_default = True
    _noted(mailbox, before, by=by, now=now)


def locked(mailbox_id: int) -> Mailbox:
    """The mailbox, locked for change, with its secrets."""
    return db.session.scalars(
        select(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .options(undefer(Mailbox.imap_secret), undefer(Mailbox.smtp_secret))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def mark(mailbox: Mailbox) -> str:
    """Changes whenever a setting of the mailbox does; forms carry it. Says nothing about the secrets."""
    secrets = (mailbox.imap_secret or b"", mailbox.smtp_secret or b"")
    text = repr((sorted(facts(mailbox).items(), key=lambda one: one[0]), secrets))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def facts(mailbox: Mailbox) -> dict[str, history.Value]:
    """The mailbox as its history tells it; secrets never."""
    team = db.session.get(Team, mailbox.team_id) if mailbox.team_id else None
    return {
        "address": mailbox.address,
        "name": mailbox.name,
        "language": mailbox.language,
        "team": team.name if team else None,
        "plus_addressing": bool(mailbox.plus_addressing),
        "signature": mailbox.signature or None,
        "active": mailbox.active is not False,
        "is_default": bool(mailbox.is_default),
        "imap": _place(mailbox.imap_host, mailbox.imap_port, mailbox.imap_encryption),
        "imap_user": mailbox.imap_user,
        "folder": mailbox.imap_folder if mailbox.imap_host else None,
        "smtp": _place(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_encryption),
        "smtp_user": mailbox.smtp_user,
    }


def _place(host: str | None, port: int | None, encryption: Encryption) -> str | None:
    return f"{host}:{port} ({Encryption(encryption).value})" if host else None


def _write(mailbox: Mailbox, sheet: Sheet) -> None:
    mailbox.address, mailbox.name, mailbox.language = sheet.address, sheet.name, sheet.language
    mailbox.team_id, mailbox.plus_addressing = sheet.team_id, sheet.plus_addressing
    mailbox.signature, mailbox.imap_folder = sheet.signature, sheet.folder
    imap, smtp = sheet.imap, sheet.smtp
    mailbox.imap_host, mailbox.imap_port, mailbox.imap_encryption = imap.host, imap.port, imap.encryption
    mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_encryption = smtp.host, smtp.port, smtp.encryption
    mailbox.imap_user, mailbox.smtp_user = imap.user, smtp.user
    mailbox.imap_secret = _secret(imap, mailbox.imap_secret if mailbox.id else None)
    mailbox.smtp_secret = _secret(smtp, mailbox.smtp_secret if mailbox.id else None)


def _secret(side: Side, kept: bytes | None) -> bytes | None:
    if not side.host or not side.user:
        return None
    return seal(side.password.encode()) if side.password else kept


def _new_secrets(sheet: Sheet) -> dict[str, history.Value]:
    typed = {"imap_secret": sheet.imap.password, "smtp_secret": sheet.smtp.password}
    return {name: history.SECRET_CHANGED for name, password in typed.items() if password}


def _noted(mailbox: Mailbox, before: dict[str, history.Value], *, by: int, now: datetime) -> None:
    db.session.flush()
    history.changed(("mailbox", mailbox.id, mailbox.address), before, facts(mailbox), by=by, now=now)


def _account(mailbox: Mailbox) -> tuple[str, str, str]:
    """Which folder of whom on which server."""
    return _account_of(
        mailbox.imap_host, mailbox.imap_user, mailbox.imap_folder, fallback_user=mailbox.address
    )


def _account_of(
    host: str | None, user: str | None, folder: str, *, fallback_user: str
) -> tuple[str, str, str]:
    name = folder.upper() if folder.upper() == "INBOX" else folder
    return (host or "").lower(), (user or fallback_user).lower(), name


def _begin_anew(mailbox: Mailbox, now: datetime) -> None:
    """Another account counts its messages anew, and what lay there before is not ours."""
    mailbox.uidvalidity, mailbox.last_uid, mailbox.connected_at = None, 0, now
    mailbox.failures, mailbox.failing_since, mailbox.error, mailbox.polled_at = 0, None, None, None


def _check_free(sheet: Sheet, mailbox: Mailbox | None) -> None:
    own_id = mailbox.id if mailbox else 0
    same = select(Mailbox).where(Mailbox.address == sheet.address, Mailbox.id != own_id)
    other = db.session.scalar(same)
    if other is not None and other.active:
        raise BadInput(N_("There is a mailbox with this address already."), "address")
    if other is not None:
        raise BadInput(
            N_("A mailbox with this address is switched off: switch that one on again."), "address"
        )
    if mailbox is None or mailbox.active:
        account = _account_of(sheet.imap.host, sheet.imap.user, sheet.folder, fallback_user=sheet.address)
        _check_account(account, own_id)


def _check_account(account: tuple[str, str, str], own_id: int) -> None:
    """Two mailboxes on one folder would each take half of the mail."""
    host = account[0]
    if not host:
        return
    others = select(Mailbox).where(
        Mailbox.active, Mailbox.id != own_id, func.lower(Mailbox.imap_host) == host
    )
    for other in db.session.scalars(others):
        if _account(other) == account:
            raise BadInput(
                N_("%(address)s fetches this folder of this account already. Take another folder."),
                "imap_user",
                address=other.address,
            )
