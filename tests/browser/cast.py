"""The firm of the story: two agents and a client for each language, a manager, and an administrator."""

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.accounts.models import Account, Person
from helpdesk.accounts.passwords import hash_password
from helpdesk.calendars.models import Calendar, CalendarVersion, CalendarWindow
from helpdesk.clock import now as time_of
from helpdesk.db import db
from helpdesk.kb import actions as kb
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Audience
from helpdesk.mail.models import Mailbox
from helpdesk.secrets_box import seal
from tests.factories import (
    PASSWORD,
    a_company,
    a_contact,
    a_mailbox,
    a_manager,
    a_policy,
    an_administrator,
    an_agent,
    office_hours,
    three_lines,
)
from tests.servers import PASSWORD as IMAP_PASSWORD
from tests.servers import Dovecot


@dataclass(frozen=True)
class Agent:
    """Somebody who signs in."""

    name: str
    email: str
    person_id: int
    language: str


@dataclass(frozen=True)
class Client:
    """Somebody who writes and calls."""

    name: str
    email: str
    company: str
    contact_id: int
    mailbox: str


@dataclass(frozen=True)
class Crew:
    """Everybody of one language."""

    first: Agent
    second: Agent
    client: Client
    colleague: Client


@dataclass(frozen=True)
class Cast:
    """Everybody on the stage."""

    crews: dict[str, Crew]
    managers: dict[str, Agent]
    administrator: Agent


@dataclass(frozen=True)
class _Names:
    first: str
    second: str
    client: str
    colleague: str
    company: str
    domain: str
    mailbox: str


NAMES = {
    "en": _Names(
        first="Priya Nair",
        second="Tomas Berg",
        client="Hanna Bell",
        colleague="Noah Ray",
        company="Brightwater Dental",
        domain="brightwater.example",
        mailbox="frontdesk@fernhill.example",
    ),
    "ru": _Names(
        first="Анна Смирнова",
        second="Павел Орлов",
        client="Ирина Белова",
        colleague="Олег Гусев",
        company="Северный ветер",
        domain="severveter.example",
        mailbox="stoika@fernhill.example",
    ),
}

MANAGERS = {"en": "Grace Cole", "ru": "Вера Лунина"}
INSTRUCTIONS = {
    "en": Writing(
        language="en",
        title="Prescriptions print blank",
        summary="The template points at a tray that the printer no longer has.",
        body="1. Open Settings, Printing.\n2. Choose the tray anew.\n3. Print a test page.",
    ),
    "ru": Writing(
        language="ru",
        title="Рецепты печатаются пустыми",
        summary="Шаблон смотрит на лоток, которого у принтера больше нет.",
        body="1. Откройте «Настройки», «Печать».\n2. Выберите лоток.\n3. Напечатайте пробную страницу.",
    ),
}


def found(dovecot: Dovecot) -> Cast:
    """Write the firm: three lines, two crews, deadlines around the clock, a mailbox for each language."""
    three_lines()
    a_policy("Care", default=True, calendar=_never_closed())
    crews = {language: _crew(names, language, dovecot) for language, names in NAMES.items()}
    managers = {language: _manager(name, language) for language, name in MANAGERS.items()}
    administrator = _signs_in(an_administrator("Otto Lind"), "otto.lind@fernhill.example")
    _instructions(administrator.person_id)
    return Cast(crews, managers, administrator)


def _crew(names: _Names, language: str, dovecot: Dovecot) -> Crew:
    box = a_mailbox(names.mailbox, language=language)
    _fetched_from(box, dovecot)
    company = a_company(names.company, domain=names.domain, language=language)
    people = (("client", names.client, "first"), ("colleague", names.colleague, "second"))
    clients = {}
    for role, name, local in people:
        email = f"{local}@{names.domain}"
        contact = a_contact(name, company=company, email=email, language=language, phone="+44 20 7946 0123")
        clients[role] = Client(name, email, names.company, contact.id, names.mailbox)
    first = an_agent(names.first, line=1, language=language)
    second = an_agent(names.second, line=2, language=language)
    return Crew(
        first=_signs_in(first, f"first.{language}@fernhill.example"),
        second=_signs_in(second, f"second.{language}@fernhill.example"),
        client=clients["client"],
        colleague=clients["colleague"],
    )


def _manager(name: str, language: str) -> Agent:
    person = a_manager(name)
    person.language = language
    return _signs_in(person, f"manager.{language}@fernhill.example")


def _signs_in(person: Person, email: str) -> Agent:
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    account.email, account.password_hash = email, hash_password(PASSWORD)
    db.session.flush()
    return Agent(person.name, email, person.id, person.language or "en")


def _fetched_from(box: Mailbox, dovecot: Dovecot) -> None:
    box.imap_host, box.imap_port = dovecot.host, dovecot.port
    box.imap_user, box.imap_secret = box.address, seal(IMAP_PASSWORD.encode())
    db.session.flush()


def _never_closed() -> Calendar:
    """Hours without an end, so that a deadline is the same whatever time it is when the tests run."""
    calendar = office_hours("Around the clock", start=0, end=24)
    version = db.session.scalars(
        select(CalendarVersion).where(CalendarVersion.calendar_id == calendar.id)
    ).one()
    for weekday in (5, 6):
        db.session.add(CalendarWindow(version_id=version.id, weekday=weekday, from_min=0, to_min=1440))
    db.session.flush()
    return calendar


def _instructions(author_id: int) -> None:
    now = time_of(db.session)
    for writing in INSTRUCTIONS.values():
        article = kb.create(writing, audience=Audience.CLIENTS, section="Printing", by=author_id, now=now)
        kb.publish(article, now=now)
