"""A mail that one of our own people passed on: opened for whoever wrote it, if that is beyond doubt."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Account
from helpdesk.clients.actions import contact_for_address
from helpdesk.clients.models import Contact
from helpdesk.clients.rules import address, is_address
from helpdesk.db import db
from helpdesk.intake.incoming import Behalf, Incoming, IncomingFile, SenderCheck
from helpdesk.intake.senders import NAME_LENGTH
from helpdesk.tickets.evidence import BEHALF, PASSED_ON


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What to open, for whom; `comment` and `files` are what the agent `noted_by` adds, None: nobody."""

    incoming: Incoming
    contact: Contact
    noted_by: int | None = None
    comment: str = ""
    files: tuple[IncomingFile, ...] = ()


def turned(incoming: Incoming, contact: Contact, *, now: datetime) -> Turned:
    """Whoever wrote what an agent passed on is the requester, the agent's words are a note.

    Only of an agent who is proved to be one; whatever is doubtful stays with him, and the doubt is kept among
    the evidence. What clients pass on is theirs.
    """
    inside = incoming.behalf
    if inside is None or not _is_agent(contact) or _is_own(inside, incoming):
        return Turned(incoming=incoming, contact=contact)
    if incoming.check is not SenderCheck.PASS or not _is_plain(inside):
        doubt = f"{PASSED_ON}{address(inside.sender.email)}"
        return Turned(incoming=replace(incoming, evidence=(*incoming.evidence, doubt)), contact=contact)
    name = " ".join(inside.sender.name.split())[:NAME_LENGTH]
    client = contact_for_address(inside.sender.email, name, now=now)
    return Turned(
        incoming=_as_his(incoming, inside, f"{BEHALF}{contact.id}"),
        contact=client,
        noted_by=contact.person_id,
        comment=inside.comment,
        files=_besides(incoming, inside),
    )


def _as_his(incoming: Incoming, inside: Behalf, sign: str) -> Incoming:
    """The same as if he had sent it himself; nothing of the agent's words is left in it."""
    return replace(
        incoming,
        sender=inside.sender,
        subject=inside.subject or incoming.subject,
        body=inside.body,
        attachments=inside.files,
        to=(),
        cc=(),
        named=(),
        reply_to=(),
        check=SenderCheck.NONE,
        behalf=None,
        evidence=(sign,),
    )


def _besides(incoming: Incoming, inside: Behalf) -> tuple[IncomingFile, ...]:
    """What the agent attached himself, the enclosed mail as a file with it."""
    return tuple(one for one in incoming.attachments if one not in inside.files)


def _is_plain(inside: Behalf) -> bool:
    """Beyond doubt somebody from outside."""
    email = inside.sender.email
    return inside.is_sure and is_address(email) and not _is_account(email)


def _is_own(inside: Behalf, incoming: Incoming) -> bool:
    return bool(inside.sender.email) and address(inside.sender.email) == address(incoming.sender.email)


def _is_agent(contact: Contact) -> bool:
    """Somebody with a sign-in that is open."""
    open_account = select(Account.id).where(
        Account.person_id == contact.person_id, Account.disabled_at.is_(None)
    )
    return db.session.scalar(open_account) is not None


def _is_account(email: str) -> bool:
    return db.session.scalar(select(Account.id).where(Account.email == address(email))) is not None
