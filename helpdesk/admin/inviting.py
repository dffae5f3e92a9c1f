"""What an administrator types to ask people in: addresses with or without names, all good or none invited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from helpdesk.accounts import invitations
from helpdesk.accounts.addresses import address_of
from helpdesk.accounts.invitations import Invitation
from helpdesk.accounts.models import Team, TeamRole
from helpdesk.db import db
from helpdesk.errors import DomainError
from helpdesk.i18n import LANGUAGES, gettext, told
from helpdesk.mail.mailboxes import refuse_own

MOST = 50
BETWEEN = re.compile(r"[\n;]+|,(?![^<]*>)(?=[^@]*@)")


@dataclass(frozen=True)
class Typed:
    """The form as it was filled in."""

    addresses: str = ""
    language: str = ""
    team_id: int | None = None
    role: str = TeamRole.MEMBER


@dataclass(frozen=True)
class HandedOver:
    """A link that the inviter hands over himself."""

    email: str
    path: str


def read(typed: Typed) -> tuple[list[Invitation], list[str]]:
    """The invitations, and what is wrong with the addresses in sentences; one wrong address stops all."""
    pieces = [piece.strip(" ,\t\r") for piece in BETWEEN.split(typed.addresses)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return [], [gettext("Type at least one address.")]
    if len(pieces) > MOST:
        return [], [gettext("At most %(most)s at once.", most=MOST)]
    found: dict[str, Invitation] = {}
    faults: list[str] = []
    for piece in pieces:
        invitation, fault = _read_one(piece, typed)
        if invitation is None:
            faults.append(fault)
        else:
            found.setdefault(invitation.email, invitation)
    return list(found.values()), faults


def send(wanted: Sequence[Invitation], *, mailed: bool, by: int, now: datetime) -> list[HandedOver]:
    """Invite everybody; the links, for when no mail can be sent."""
    sent = []
    for invitation in wanted:
        account, issued = invitations.invite(invitation, mailed=mailed, by=by, now=now)
        sent.append(HandedOver(account.email, issued.path))
    return sent


def _read_one(piece: str, typed: Typed) -> tuple[Invitation | None, str]:
    name, email = parseaddr(piece) if "<" in piece else ("", piece)
    try:
        address = address_of(email)
        refuse_own(address, "addresses")
    except DomainError as problem:
        return None, told(problem)
    known = invitations.account_with(address)
    if known is not None and not invitations.is_withdrawn(known):
        return None, _already(known.invited_at is not None, known.disabled_at is not None, address)
    team = db.session.get(Team, typed.team_id) if typed.team_id else None
    invitation = Invitation(
        email=address,
        name=" ".join(name.split())[:100],
        language=typed.language if typed.language in LANGUAGES else None,
        team_id=team.id if team and team.retired_at is None else None,
        role=TeamRole.LEAD if typed.role == TeamRole.LEAD else TeamRole.MEMBER,
    )
    return invitation, ""


def _already(is_invited: bool, is_shut: bool, address: str) -> str:
    if is_shut:
        return gettext("%(email)s had an account that is shut. Open it again on its page.", email=address)
    if is_invited:
        return gettext("%(email)s is invited already. Send it once more from its page.", email=address)
    return gettext("%(email)s signs in here already.", email=address)
