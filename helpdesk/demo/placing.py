"""The demo's routing rules in their order, and its mailbox."""

from datetime import datetime

from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.clients.models import Company
from helpdesk.db import db
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.rules import Conditions, Placement, stored
from helpdesk.tickets.rules import Channel, Priority, TicketType

ADDRESS = "support@helpdesk.example"

STANDSTILL = (
    "nobody can",
    "everything is down",
    "whole office",
    "cannot work at all",
    "никто не может",
    "всё стоит",
    "весь офис",
    "работа стоит",
)
PRIVACY = ("gdpr", "personal data", "erase", "phishing", "персональн", "утечк", "фишинг")
INTERFACES = ("webhook", "api ", "rate limit", "sandbox", "вебхук", "песочниц")
TELEPHONY = ("telephone", "phone system", "softphone")
WISHES = ("it would be nice", "it would help", "we wish", "было бы удобно", "хотелось бы", "пожелание")
LICENCES = ("licence", "seats", "лиценз")


def place_rules(*, since: datetime) -> None:
    """Write the rules; the first that matches places the request."""
    teams = {team.name: team.id for team in db.session.scalars(select(Team))}
    halden = db.session.scalars(select(Company.id).where(Company.name == "Halden Freight")).one()
    for position, (name, asked, placed) in enumerate(_rules(teams, halden), start=1):
        db.session.add(
            RoutingRule(
                position=position * 10,
                name=name,
                conditions=stored(asked),
                placement=stored(placed),
                created_at=since,
            )
        )
    db.session.flush()


def open_mailbox(*, since: datetime) -> None:
    """The desk's address; mail for it comes through the SMTP door and leaves by the installation's relay."""
    db.session.add(
        Mailbox(
            address=ADDRESS,
            name="Fernhill Support",
            language="en",
            imap_encryption=Encryption.NONE,
            smtp_encryption=Encryption.NONE,
            created_at=since,
        )
    )
    db.session.flush()


def _rules(teams: dict[str, int], halden: int) -> tuple[tuple[str, Conditions, Placement], ...]:
    desk, integrations = teams["Service desk"], teams["Integrations"]
    return (
        (
            "Work has stopped",
            Conditions(words=STANDSTILL),
            Placement(team_id=desk, priority=Priority.P1, type=TicketType.INCIDENT, tags=("outage",)),
        ),
        (
            "Personal data and security",
            Conditions(words=PRIVACY),
            Placement(team_id=desk, priority=Priority.P2, tags=("privacy",)),
        ),
        (
            "Halden's telephone link",
            Conditions(company_ids=(halden,), words=TELEPHONY),
            Placement(line=2, priority=Priority.P2, tags=("telephony",)),
        ),
        (
            "Interfaces, by mail",
            Conditions(channels=(Channel.MAIL,), words=INTERFACES),
            Placement(team_id=integrations, tags=("interface",)),
        ),
        (
            "Wishes",
            Conditions(words=WISHES),
            Placement(team_id=desk, priority=Priority.P4, type=TicketType.IMPROVEMENT, tags=("wish",)),
        ),
        ("Clients who come first", Conditions(vip=True), Placement(priority=Priority.P2, tags=("vip",))),
        ("Licences", Conditions(words=LICENCES), Placement(type=TicketType.REQUEST, tags=("licences",))),
        ("Written in Russian", Conditions(languages=("ru",)), Placement(team_id=desk, tags=("russian",))),
        ("At night", Conditions(hours=(20, 7)), Placement(line=1, tags=("night",))),
    )


def mailbox_id() -> int:
    """The mailbox of the demo."""
    return db.session.scalars(select(Mailbox.id).where(Mailbox.address == ADDRESS)).one()
