"""Which mailbox and which relay a mail leaves through, and which of them may be used now."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import undefer

from helpdesk import standstill
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import N_, DomainError
from helpdesk.mail.models import Encryption, Mailbox, SignIn
from helpdesk.mail.oauth.bearer import token_of
from helpdesk.mail.oauth.standing import is_shut_out
from helpdesk.mail.relay import Relay, name_of, relay_of_url
from helpdesk.notifications.models import Outbox
from helpdesk.secrets_box import unseal

NO_RELAY = N_("There is no relay to send through: set HELPDESK_SMTP_URL or give the mailbox one.")
NO_MAILBOX = N_("There is no mailbox to send from.")
NOWHERE = ""  # the name of the relay of those that have none


@dataclass(frozen=True, slots=True)
class Route:
    """A mailbox that mail leaves from, the name of its relay, and how many mails a minute it may send.

    The default one sends for all mailboxes that are switched off, and what belongs to none.
    """

    mailbox_id: int
    relay: str
    per_minute: int | None
    is_default: bool


def routes() -> tuple[Route, ...]:
    """Every mailbox that can send, the default one first; one statement."""
    active = select(Mailbox).where(Mailbox.active)
    found = db.session.scalars(_for_everything(active)).all()
    return tuple(
        Route(mailbox.id, relay_name(mailbox), mailbox.rate_per_minute, mailbox is found[0])
        for mailbox in found
    )


def leaving_by(chosen: Iterable[Route], every: Iterable[Route]) -> ColumnElement[bool]:
    """Whether a mail of the outbox leaves by one of the chosen routes."""
    wanted = tuple(chosen)
    if not wanted:
        return false()
    own = func.coalesce(Outbox.mailbox_id.in_([route.mailbox_id for route in wanted]), false())
    if not any(route.is_default for route in wanted):
        return own
    known = [route.mailbox_id for route in every]
    return or_(own, Outbox.mailbox_id.is_(None), Outbox.mailbox_id.not_in(known))


def relay_name(mailbox: Mailbox) -> str:
    """Host, port and account of the relay behind a mailbox; NOWHERE without one."""
    if mailbox.smtp_host:
        return name_of(mailbox.smtp_host, _port(mailbox), _user(mailbox))
    url = settings().smtp_url
    return relay_of_url(url).name if url else NOWHERE


def mailbox_for(mail: Outbox) -> Mailbox:
    """The mailbox of the ticket, else the one for everything else. Raises DomainError if there is none."""
    statement = select(Mailbox).where(Mailbox.active).options(undefer(Mailbox.smtp_secret))
    own = statement.where(Mailbox.id == mail.mailbox_id)
    found = db.session.scalar(own) or db.session.scalar(_for_everything(statement).limit(1))
    if found is None:
        raise DomainError(NO_MAILBOX)
    return found


def can_send() -> bool:
    """Whether mail that belongs to no ticket could leave at all: a mailbox, a relay, and no standstill."""
    mailbox = db.session.scalar(_for_everything(select(Mailbox).where(Mailbox.active)).limit(1))
    has_relay = mailbox is not None and bool(mailbox.smtp_host or settings().smtp_url)
    return has_relay and not standstill.is_on()


def relay_for(mailbox: Mailbox) -> Relay:
    """The mailbox's own relay, else the installation's. Raises DomainError if there is neither."""
    if mailbox.smtp_host:
        secret = mailbox.smtp_secret
        return Relay(
            host=mailbox.smtp_host,
            port=_port(mailbox),
            encryption=mailbox.smtp_encryption,
            user=_user(mailbox),
            password=unseal(secret).decode() if secret else None,
            token_of=token_of(mailbox.id) if mailbox.smtp_sign_in is SignIn.OAUTH else None,
        )
    url = settings().smtp_url
    if url is None:
        raise DomainError(NO_RELAY)
    return relay_of_url(url)


def _user(mailbox: Mailbox) -> str | None:
    with_token = mailbox.smtp_sign_in is SignIn.OAUTH
    return mailbox.smtp_user or (mailbox.address if with_token else None)


def _port(mailbox: Mailbox) -> int:
    return mailbox.smtp_port or (465 if mailbox.smtp_encryption is Encryption.TLS else 587)


def _for_everything(active: Select[Mailbox]) -> Select[Mailbox]:
    """Mail without a ticket leaves through the default mailbox, else one with a relay, else the first.

    One that waits for somebody to sign in comes last.
    """
    usual = (Mailbox.is_default.desc(), Mailbox.smtp_host.is_(None), Mailbox.id)
    return active.order_by(is_shut_out(), *usual)
