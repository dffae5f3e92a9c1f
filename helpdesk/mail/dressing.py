"""What stands around the words of a mail: the line to answer above, what was said before, the mark."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import func, select

from helpdesk.accounts import tokens
from helpdesk.accounts.models import Person
from helpdesk.clients.models import Company, Contact
from helpdesk.clients.words import known_as
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.mail.linking import text_to_html
from helpdesk.mail.placing import marked, marker_of
from helpdesk.mail.tokens import without_markers
from helpdesk.notifications.account_letters import LINK
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.notifications.texts import phrases
from helpdesk.rich import letters
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import MessageKind, Visibility

QUOTED_LINES = 30
QUOTED_LETTERS = 2000


@dataclass(frozen=True)
class Bodies:
    """Both versions of a mail; `html` None: plain only."""

    text: str
    html: str | None = None


@dataclass(frozen=True)
class Before:
    """What the client said last: who and when in words, and the words, shortened."""

    opening: str
    words: str

    @property
    def as_text(self) -> str:
        lines = [f"> {line}".rstrip() for line in self.words.splitlines()]
        return "\n".join(["", self.opening, *lines, ""])

    @property
    def as_html(self) -> str:
        return letters.history(self.opening, letters.dressed(text_to_html(self.words)))


def bodies(mail: Outbox, *, now: datetime) -> Bodies:
    """The words with what is known only while sending. What was said before comes last: a mark below it would
    look like words of whoever answers.
    """
    if mail.account_token_id is not None:
        link = settings().base_url + tokens.path_to_send(mail.account_token_id, now=now)
        return Bodies(mail.body.replace(LINK, link))
    if mail.ticket_id is None:
        return Bodies(mail.body)
    above, before = phrases(mail.language)["above"], _before(mail)
    text = marked(f"{above}\n\n{mail.body}", mail) + (before.as_text if before else "")
    if mail.body_html is None:
        return Bodies(text)
    inner = (
        letters.above(above),
        mail.body_html,
        letters.foot(marker_of(mail)),
        before.as_html if before else "",
    )
    return Bodies(text, letters.page("".join(inner), mail.language))


def _before(mail: Outbox) -> Before | None:
    """The client's last words before an answer to him; nothing of them goes to anybody else."""
    about = db.session.get(Message, mail.message_id) if mail.message_id else None
    if about is None or mail.kind is not OutboxKind.REPLY or about.kind is not MessageKind.REPLY:
        return None
    row = db.session.execute(
        select(Message.text, Message.reply_until, Message.created_at, Person.name)
        .join(Person, Person.id == Message.author_id)
        .where(Message.ticket_id == mail.ticket_id, Message.id < about.id)
        .where(Message.kind == MessageKind.CLIENT, Message.visibility == Visibility.PUBLIC)
        .where(~Message.is_machine, ~Message.is_unverified)
        .order_by(Message.id.desc())
        .limit(1)
    ).one_or_none()
    words = _shortened(without_markers(row.text[: row.reply_until])) if row else ""
    return Before(_opening(mail, row.name, row.created_at), words) if row and words else None


def _opening(mail: Outbox, name: str, at: datetime) -> str:
    """Who wrote when, on the reader's clock, as mail programs say it."""
    moment = format_datetime(at, "d MMM y, HH:mm", tzinfo=_zone_of(mail), locale=mail.language)
    words = phrases(mail.language)["wrote"]
    return words.replace("{moment}", moment).replace("{name}", known_as(name))


def _zone_of(mail: Outbox) -> ZoneInfo:
    """The contact's zone, else the company's, else the installation's."""
    zone = db.session.scalar(
        select(func.coalesce(Person.zone, Company.zone))
        .select_from(Ticket)
        .join(Contact, Contact.id == Ticket.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .join(Company, Company.id == Ticket.company_id)
        .where(Ticket.id == mail.ticket_id)
    )
    return ZoneInfo(zone or settings().default_timezone)


def _shortened(text: str) -> str:
    """The first lines; whoever wants to read all of it wrote it himself."""
    text = text.strip()
    lines = text[:QUOTED_LETTERS].splitlines()[:QUOTED_LINES]
    cut = "\n".join(lines).strip()
    return cut if len(cut) == len(text) else f"{cut}\n…"
