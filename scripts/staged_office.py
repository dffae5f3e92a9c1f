"""What the pictures show of settings and gate beyond the demo: long names, who waits or left, live links."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from staged import LONG_NAME, Stage

from helpdesk import clock, standstill
from helpdesk.accounts import invitations, teams, tokens
from helpdesk.accounts.invitations import Invitation
from helpdesk.accounts.models import Account, Person, Team, TokenPurpose
from helpdesk.accounts.teams import TeamSheet
from helpdesk.calendars.models import Calendar
from helpdesk.canned.models import CannedAnswer
from helpdesk.clients.models import Company, CompanyKind, Contact
from helpdesk.db import Base, db, transaction
from helpdesk.mail.models import Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.sla.models import Contract, SlaPolicy
from helpdesk.standstill import Reason
from helpdesk.tickets.models import Ticket

LONG_TEAM = "Сопровождение электронного документооборота и отчётности"


@dataclass(frozen=True)
class Office:
    """Ids and links by which the pages of the settings and of the gate are found."""

    agent: int
    admin: int
    invited: int
    left: int
    team: int
    long_team: int
    calendar: int
    policy: int
    contract: int
    rule: int
    answer: int
    mailbox: int
    sender: int
    long_contact: int
    long_company: int
    invitation: str
    password: str
    address: str


def set_office(stage: Stage) -> Office:
    """Write everything, in the name of the administrator."""
    with transaction():
        now, admin = clock.now(db.session), stage.people["admin"]
        long = db.session.get_one(Ticket, stage.long)
        invited, invitation = _invited(LONG_NAME, admin, now)
        left, _ = _invited("Old Hand", admin, now)
        invitations.withdraw(left, by=admin, now=now)
        long_team = teams.create(TeamSheet(LONG_TEAM, 2, answers_client=False), by=admin, now=now)
        return Office(
            agent=stage.people["first"],
            admin=admin,
            invited=invited.person_id,
            left=left.person_id,
            team=_first(Team),
            long_team=long_team.id,
            calendar=_first(Calendar),
            policy=_first(SlaPolicy),
            contract=_first(Contract),
            rule=_first(RoutingRule),
            answer=_first(CannedAnswer),
            mailbox=_first(Mailbox),
            sender=_sender(),
            long_contact=long.contact_id,
            long_company=long.company_id,
            invitation=invitation,
            password=_link("Lev Orlov", TokenPurpose.RESET, admin, now),
            address=_link("Mira Sato", TokenPurpose.ADDRESS, admin, now),
        )


def everybody_speaks(language: str) -> None:
    """All staff read the desk in that language."""
    with transaction():
        staff = select(Account.person_id)
        db.session.execute(update(Person).where(Person.id.in_(staff)).values(language=language))


def let_mail_stand(still: bool) -> None:
    """The desk as it is after a backup was restored, or as it was before."""
    with transaction():
        now = clock.now(db.session)
        if still:
            standstill.begin(Reason.RESTORED, now=now, backup_made_at=now - timedelta(days=2))
        else:
            standstill.end()


def _invited(name: str, by: int, now: datetime) -> tuple[Account, str]:
    """Somebody who was asked in, and the path of the link."""
    address = f"newcomer-{len(name)}-with-an-address-that-is-long@fernhill.example"
    asked = Invitation(address, name, team_id=_first(Team))
    account, issued = invitations.invite(asked, mailed=False, by=by, now=now)
    return account, issued.path


def _link(name: str, purpose: TokenPurpose, by: int, now: datetime) -> str:
    account = db.session.scalars(select(Account).join(Person).where(Person.name == name)).one()
    return tokens.issue(account.id, purpose, email=account.email, by=by, now=now).path


def _sender() -> int:
    """Somebody nobody knows."""
    unknown = select(Company.id).where(Company.kind == CompanyKind.UNKNOWN)
    of_nobody = select(Contact.id).where(Contact.company_id.in_(unknown)).order_by(Contact.id).limit(1)
    return db.session.scalars(of_nobody).one()


def _first(table: type[Base]) -> int:
    """The oldest row."""
    return int(db.session.scalars(select(table.id).order_by(table.id).limit(1)).one())  # type: ignore[attr-defined]
