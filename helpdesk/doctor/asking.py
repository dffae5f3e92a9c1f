"""Whether the mail servers answer right now: each is tried step by step, and nothing is changed on it."""

from collections.abc import Iterator

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk import clock, standstill
from helpdesk.app import create_app
from helpdesk.db import db
from helpdesk.doctor.finding import Fault, Finding, Patient, judged
from helpdesk.errors import DomainError
from helpdesk.mail.check import findings as steps
from helpdesk.mail.check.findings import Outcome
from helpdesk.mail.check.imap import imap_steps
from helpdesk.mail.check.reach import Server
from helpdesk.mail.check.smtp import smtp_steps
from helpdesk.mail.mailboxes import access_of, is_silent
from helpdesk.mail.models import Mailbox, SignIn
from helpdesk.mail.oauth.bearer import token_of
from helpdesk.mail.routes import relay_for


def mail_servers(patient: Patient) -> list[Finding]:
    """Every mailbox in use can be read, and its own relay takes mail."""
    try:
        app = create_app(patient.settings, process="command")
    except DomainError:
        return []  # the folder of files is not there, which is said elsewhere
    with app.app_context(), force_locale("en"):
        active = select(Mailbox).where(Mailbox.active).order_by(Mailbox.address)
        boxes = db.session.scalars(active.options(undefer(Mailbox.imap_secret), undefer(Mailbox.smtp_secret)))
        faults = [fault for box in boxes for fault in _faults_of(box)] + _silent()
        db.session.remove()
        db.engine.dispose()
    return judged("The mail servers of all mailboxes answer.", faults)


def _silent() -> list[Fault]:
    """A mailbox whose server answers may be looked into by nobody any more; that no worker ever ran is said
    elsewhere.
    """
    if standstill.is_on():
        return []
    unheard = (is_silent(clock.now(db.session)), Mailbox.polled_at.is_not(None))
    silent = select(Mailbox.address).where(*unheard).order_by(Mailbox.address)
    cure = "See that helpdesk worker runs and what it logs; it looks into each mailbox every minute."
    return [
        Fault(f"Nobody has read the mailbox {address} for a quarter of an hour.", cure)
        for address in db.session.scalars(silent)
    ]


def _faults_of(box: Mailbox) -> Iterator[Fault]:
    try:
        incoming = _incoming(box) if box.imap_host else ()
        outgoing = _outgoing(box) if box.smtp_host else ()
    except DomainError:
        return  # its password does not open, which is said elsewhere
    cure = f"Under Settings, Mailboxes, open {box.address}, correct it and press Try it."
    for what, found in (("cannot be read", incoming), ("cannot send", outgoing)):
        last = found[-1] if found else None
        if last is not None and last.outcome is Outcome.BAD:
            said = f" The server said: {last.said}." if last.said else ""
            yield Fault(
                f"The mailbox {box.address} {what}: {last.words}{said}", f"{last.cure} {cure}".strip()
            )


def _incoming(box: Mailbox) -> tuple[steps.Finding, ...]:
    door = access_of(box)
    server = Server(
        host=door.host,
        port=door.port,
        encryption=door.encryption,
        user=door.user,
        password=door.password,
        token_of=token_of(box.id) if door.sign_in is SignIn.OAUTH else None,
    )
    return steps.collected(imap_steps(server, door.folder, move_to=box.move_to))


def _outgoing(box: Mailbox) -> tuple[steps.Finding, ...]:
    relay = relay_for(box)
    server = Server(
        host=relay.host,
        port=relay.port,
        encryption=relay.encryption,
        user=relay.user or "",
        password=relay.password or "",
        token_of=relay.token_of,
    )
    return steps.collected(smtp_steps(server, box.address))
