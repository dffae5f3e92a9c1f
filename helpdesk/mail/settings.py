"""What an administrator does to mailboxes: connect one, change it, switch it off and on, send from it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import undefer

from helpdesk import history
from helpdesk.accounts.models import Team
from helpdesk.db import db
from helpdesk.errors import N_, BadInput, StaleChange
from helpdesk.mail.models import Encryption, ListMail, Mailbox, MailboxAddress, SignIn
from helpdesk.mail.oauth import settings as grants
from helpdesk.mail.oauth.settings import GrantSheet
from helpdesk.mail.relays import try_soon
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
    sign_in: SignIn = SignIn.PASSWORD


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A mailbox as the screen asks for it; the address is lower case."""

    address: str
    name: str
    language: str
    team_id: int | None
    plus_addressing: bool
    signature: str
    signature_html: str | None = None
    imap: Side
    folder: str
    smtp: Side
    grant: GrantSheet | None = None
    addresses: tuple[str, ...] = ()
    authserv_id: str | None = None
    list_mail: ListMail = ListMail.TICKET
    rate_per_minute: int | None = None
    names_agent: bool = False
    move_to: str | None = None
    probes_daily: bool = False


def connect(sheet: Sheet, *, by: int, now: datetime) -> Mailbox:
    """Add a mailbox. Raises BadInput at the field when its address or account is taken."""
    _check_free(sheet, None)
    mailbox = Mailbox(created_at=now, connected_at=now)
    _write(mailbox, sheet)
    db.session.add(mailbox)
    db.session.flush()
    _write_beside(mailbox, sheet)
    history.changed(("mailbox", mailbox.id, mailbox.address), None, facts(mailbox), by=by, now=now)
    return mailbox


def change(mailbox: Mailbox, sheet: Sheet, *, seen: str, by: int, now: datetime) -> None:
    """Let the sheet hold. Raises StaleChange unless `seen` is its present mark, BadInput when taken."""
    if seen != mark(mailbox):
        raise StaleChange(CHANGED_MEANWHILE)
    _check_free(sheet, mailbox)
    before, account, places = facts(mailbox), _account(mailbox), _places(mailbox)
    _write(mailbox, sheet)
    if _account(mailbox) != account:
        _begin_anew(mailbox, now)
    if _places(mailbox) != places:
        grants.forget_account(mailbox.id)
    mailbox.next_poll_at = None
    try_soon(now=now)
    _write_beside(mailbox, sheet)
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
    of_grant = mailbox.grant.client_secret if mailbox.grant else None
    secrets = (mailbox.imap_secret or b"", mailbox.smtp_secret or b"", of_grant or b"")
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
        "signature_html": mailbox.signature_html,
        "active": mailbox.active is not False,
        "is_default": bool(mailbox.is_default),
        "imap": _place(mailbox.imap_host, mailbox.imap_port, mailbox.imap_encryption),
        "imap_user": mailbox.imap_user,
        "folder": mailbox.imap_folder if mailbox.imap_host else None,
        "smtp": _place(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_encryption),
        "smtp_user": mailbox.smtp_user,
        "imap_sign_in": SignIn(mailbox.imap_sign_in or SignIn.PASSWORD).value if mailbox.imap_host else None,
        "smtp_sign_in": SignIn(mailbox.smtp_sign_in or SignIn.PASSWORD).value if mailbox.smtp_host else None,
        "addresses": [one.email for one in mailbox.further] or None,
        "authserv_id": mailbox.authserv_id,
        "list_mail": ListMail(mailbox.list_mail or ListMail.TICKET).value,
        "rate_per_minute": mailbox.rate_per_minute,
        "names_agent": bool(mailbox.names_agent),
        "move_to": mailbox.move_to if mailbox.imap_host else None,
        "probes_daily": bool(mailbox.probes_daily),
        **grants.facts(mailbox.grant),
    }


def _addresses_of(mailbox_id: int) -> tuple[str, ...]:
    """The further addresses of a mailbox."""
    found = select(MailboxAddress.email).where(MailboxAddress.mailbox_id == mailbox_id)
    return tuple(db.session.scalars(found.order_by(MailboxAddress.email)))


def _place(host: str | None, port: int | None, encryption: Encryption) -> str | None:
    return f"{host}:{port} ({Encryption(encryption).value})" if host else None


def _write(mailbox: Mailbox, sheet: Sheet) -> None:
    mailbox.address, mailbox.name, mailbox.language = sheet.address, sheet.name, sheet.language
    mailbox.team_id, mailbox.plus_addressing = sheet.team_id, sheet.plus_addressing
    mailbox.signature, mailbox.signature_html = sheet.signature, sheet.signature_html
    mailbox.imap_folder = sheet.folder
    imap, smtp = sheet.imap, sheet.smtp
    mailbox.imap_host, mailbox.imap_port, mailbox.imap_encryption = imap.host, imap.port, imap.encryption
    mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_encryption = smtp.host, smtp.port, smtp.encryption
    mailbox.imap_user, mailbox.smtp_user = imap.user, smtp.user
    mailbox.imap_sign_in, mailbox.smtp_sign_in = imap.sign_in, smtp.sign_in
    mailbox.authserv_id, mailbox.list_mail = sheet.authserv_id, sheet.list_mail
    mailbox.rate_per_minute, mailbox.names_agent = sheet.rate_per_minute, sheet.names_agent
    mailbox.probes_daily = sheet.probes_daily and imap.host is not None
    if sheet.move_to != mailbox.move_to:
        mailbox.move_error, mailbox.move_failures, mailbox.next_move_at = None, 0, None
    mailbox.move_to = sheet.move_to
    mailbox.imap_secret = _secret(imap, mailbox.imap_secret if mailbox.id else None)
    mailbox.smtp_secret = _secret(smtp, mailbox.smtp_secret if mailbox.id else None)


def _write_beside(mailbox: Mailbox, sheet: Sheet) -> None:
    """What hangs on the mailbox: its further addresses and its provider."""
    db.session.flush()
    wanted, present = set(sheet.addresses), set(_addresses_of(mailbox.id))
    gone = delete(MailboxAddress).where(MailboxAddress.mailbox_id == mailbox.id)
    db.session.execute(gone.where(MailboxAddress.email.in_(present - wanted)))
    db.session.add_all(MailboxAddress(mailbox_id=mailbox.id, email=one) for one in sorted(wanted - present))
    grants.write(mailbox.id, sheet.grant)
    db.session.flush()
    db.session.expire(mailbox, ("further", "grant"))


def _secret(side: Side, kept: bytes | None) -> bytes | None:
    if not side.host or not side.user or side.sign_in is SignIn.OAUTH:
        return None
    return seal(side.password.encode()) if side.password else kept


def _new_secrets(sheet: Sheet) -> dict[str, history.Value]:
    typed = {"imap_secret": sheet.imap.password, "smtp_secret": sheet.smtp.password}
    typed["client_secret"] = sheet.grant.client_secret if sheet.grant else None
    return {name: history.SECRET_CHANGED for name, password in typed.items() if password}


def _noted(mailbox: Mailbox, before: dict[str, history.Value], *, by: int, now: datetime) -> None:
    db.session.flush()
    history.changed(("mailbox", mailbox.id, mailbox.address), before, facts(mailbox), by=by, now=now)


def _account(mailbox: Mailbox) -> tuple[str, str, str]:
    """Which folder of whom on which server."""
    return _account_of(
        mailbox.imap_host, mailbox.imap_user, mailbox.imap_folder, fallback_user=mailbox.address
    )


def _places(mailbox: Mailbox) -> tuple[str | None, ...]:
    """Where tokens are shown: what was given for one server goes to no other, nor less protected."""
    imap, smtp = mailbox.imap_encryption, mailbox.smtp_encryption
    return mailbox.imap_host, imap, mailbox.smtp_host, smtp


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
    _check_address(sheet.address, "address", own_id)
    for address in sheet.addresses:
        _check_address(address, "addresses", own_id)
    if mailbox is None or mailbox.active:
        account = _account_of(sheet.imap.host, sheet.imap.user, sheet.folder, fallback_user=sheet.address)
        _check_account(account, own_id)


def _check_address(address: str, field_name: str, own_id: int) -> None:
    """No two mailboxes have one address, neither as the main one nor as a further one."""
    other = db.session.scalar(select(Mailbox).where(Mailbox.address == address, Mailbox.id != own_id))
    if other is not None and not other.active:
        raise BadInput(
            N_("A mailbox with this address is switched off: switch that one on again."), field_name
        )
    further = select(Mailbox).join(MailboxAddress, MailboxAddress.mailbox_id == Mailbox.id)
    other = other or db.session.scalar(further.where(MailboxAddress.email == address, Mailbox.id != own_id))
    if other is None:
        return
    if other.address == address and field_name == "address":
        raise BadInput(N_("There is a mailbox with this address already."), field_name)
    sentence = N_("%(address)s belongs to the mailbox %(mailbox)s already.")
    raise BadInput(sentence, field_name, address=address, mailbox=other.address)


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
