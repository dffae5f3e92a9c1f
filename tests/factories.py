"""Plain functions that put one thing into the database, with everything it needs and sensible defaults."""

import itertools
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select

from helpdesk.accounts.models import (
    Account,
    Assignment,
    Grant,
    GrantKind,
    Membership,
    Person,
    PersonKind,
    Team,
    TeamRole,
)
from helpdesk.calendars.models import Calendar, CalendarVersion, CalendarWindow
from helpdesk.clients.models import (
    Company,
    CompanyDomain,
    CompanyKind,
    Contact,
    ContactAddress,
    ContactPhone,
)
from helpdesk.db import db
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.sla.acts import Act, Scope
from helpdesk.sla.models import (
    Contract,
    Metric,
    SlaFiring,
    SlaPolicy,
    SlaPolicyStep,
    SlaPolicyVersion,
    SlaTarget,
)
from helpdesk.tickets.actions import ClientMessage, Opening, open_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, Priority, TicketType

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
WEDNESDAY_NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # noon in Berlin
PASSWORD = "correct horse battery"
_count = itertools.count(1)
Row = TypeVar("Row")


def _kept(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def _key(name: str) -> str:
    return name.casefold().replace("ё", "е")


def the_system() -> Person:
    """The desk itself as a person."""
    return db.session.scalars(select(Person).where(Person.kind == PersonKind.SYSTEM)).one()


def the_unknown_client() -> Company:
    """The company of senders whom nobody has identified."""
    return db.session.scalars(select(Company).where(Company.kind == CompanyKind.UNKNOWN)).one()


def our_firm() -> Company:
    """The company to which agents belong when they write in as clients."""
    return db.session.scalars(select(Company).where(Company.kind == CompanyKind.OWN)).one()


def a_person(name: str = "", *, language: str = "en", zone: str = "Europe/Berlin") -> Person:
    """A human being without any role."""
    name = name or f"Person {next(_count)}"
    return _kept(
        Person(
            kind=PersonKind.HUMAN,
            name=name,
            sort_key=_key(name),
            language=language,
            zone=zone,
            created_at=LONG_AGO,
        )
    )


def an_account(person: Person, email: str = "", *, password_hash: str | None = None) -> Account:
    """A sign-in for the person."""
    email = email or f"person{person.id}@fernhill.example"
    return _kept(Account(person_id=person.id, email=email, password_hash=password_hash, created_at=LONG_AGO))


def a_team(
    line: int = 1,
    name: str = "",
    *,
    default: bool = False,
    answers_client: bool | None = None,
    assignment: Assignment = Assignment.MANUAL,
) -> Team:
    """A team on a line; lines 1 and 2 answer clients unless told otherwise."""
    return _kept(
        Team(
            name=name or f"Team {next(_count)}",
            line=line,
            is_default=default,
            answers_client=line < 3 if answers_client is None else answers_client,
            assignment=assignment,
            position=0,
            created_at=LONG_AGO,
        )
    )


def the_team(line: int) -> Team:
    """The default team of that line, made when it is missing."""
    found = db.session.scalars(select(Team).where(Team.line == line, Team.is_default)).one_or_none()
    names = {1: "Service desk", 2: "Administrators", 3: "Developers"}
    return found or a_team(line, names[line], default=True)


def three_lines() -> tuple[Team, Team, Team]:
    """The default teams of lines 1, 2 and 3."""
    return the_team(1), the_team(2), the_team(3)


def a_member(person: Person, team: Team, role: TeamRole = TeamRole.MEMBER) -> Membership:
    """The person in the team from long ago."""
    return _kept(Membership(person_id=person.id, team_id=team.id, role=role, since=LONG_AGO))


def an_agent(
    name: str = "",
    *,
    line: int = 1,
    team: Team | None = None,
    role: TeamRole = TeamRole.MEMBER,
    language: str = "en",
) -> Person:
    """Somebody with an account in a team: the line's default one unless named."""
    person = a_person(name, language=language)
    an_account(person)
    a_member(person, team or the_team(line), role)
    return person


def a_lead(name: str = "", *, line: int = 1, team: Team | None = None) -> Person:
    """The lead of a team."""
    return an_agent(name, line=line, team=team, role=TeamRole.LEAD)


def a_manager(
    name: str = "", *, lines: list[int] | None = None, company_ids: list[int] | None = None
) -> Person:
    """A manager with that scope; None is all."""
    person = a_person(name)
    an_account(person)
    _kept(
        Grant(
            person_id=person.id,
            kind=GrantKind.MANAGER,
            lines=lines,
            company_ids=company_ids,
            since=LONG_AGO,
        )
    )
    return person


def an_administrator(name: str = "") -> Person:
    """Somebody who runs the desk and belongs to no team."""
    person = a_person(name)
    an_account(person)
    _kept(Grant(person_id=person.id, kind=GrantKind.ADMINISTRATOR, since=LONG_AGO))
    return person


def a_company(
    name: str = "", *, domain: str | None = None, vip: bool = False, language: str | None = None
) -> Company:
    """A confirmed client company."""
    name = name or f"Company {next(_count)}"
    company = _kept(
        Company(
            name=name,
            sort_key=_key(name),
            vip=vip,
            language=language,
            confirmed_at=LONG_AGO,
            created_at=LONG_AGO,
        )
    )
    if domain:
        _kept(CompanyDomain(company_id=company.id, domain=domain))
    return company


def a_contact(
    name: str = "",
    *,
    company: Company | None = None,
    email: str | None = None,
    phone: str | None = None,
    e164: str | None = None,
    verified: bool = True,
    language: str | None = None,
) -> Contact:
    """A contact with at most one address and one phone; `e164` is stored as given."""
    person = a_person(name, language=language or "en")
    person.language = language
    company = company or a_company()
    contact = _kept(
        Contact(
            person_id=person.id,
            company_id=company.id,
            lookup=" ".join(filter(None, (_key(person.name), _key(company.name), email, phone, e164))),
            verified_at=LONG_AGO if verified else None,
            created_at=LONG_AGO,
        )
    )
    if email:
        _kept(ContactAddress(contact_id=contact.id, email=email))
    if phone:
        _kept(ContactPhone(contact_id=contact.id, typed=phone, e164=e164))
    return contact


def a_mailbox(address: str = "support@fernhill.example", *, language: str = "en", **more: object) -> Mailbox:
    """A mailbox of the desk without servers, as behind the SMTP door."""
    return _kept(
        Mailbox(
            address=address,
            name="Fernhill support",
            language=language,
            imap_encryption=Encryption.NONE,
            smtp_encryption=Encryption.NONE,
            created_at=LONG_AGO,
            **more,
        )
    )


def office_hours(name: str = "", *, zone: str = "Europe/Berlin", start: int = 9, end: int = 17) -> Calendar:
    """Monday to Friday between two full hours."""
    calendar = _kept(Calendar(name=name or f"Hours {next(_count)}", zone=zone, created_at=LONG_AGO))
    version = _kept(
        CalendarVersion(
            calendar_id=calendar.id,
            n=1,
            zone=zone,
            effective_from=LONG_AGO,
            hash=f"test-{calendar.id}",
            created_at=LONG_AGO,
            created_by_id=the_system().id,
        )
    )
    for weekday in range(5):
        _kept(CalendarWindow(version_id=version.id, weekday=weekday, from_min=start * 60, to_min=end * 60))
    return calendar


RESPONSE_S = {"P1": 1800, "P2": 3600, "P3": 14400, "P4": 28800}
RESOLUTION_S = {"P1": 14400, "P2": 28800, "P3": 86400, "P4": 144000}


def a_policy(name: str = "", *, default: bool = False, calendar: Calendar | None = None) -> SlaPolicyVersion:
    """A policy with first response, next response and resolution for each priority, paused while waiting; at
    75, 90 and 100 percent owner, assignee and lead are told."""
    calendar = calendar or office_hours()
    policy = _kept(SlaPolicy(name=name or f"Policy {next(_count)}", is_default=default, created_at=LONG_AGO))
    version = _kept(
        SlaPolicyVersion(
            policy_id=policy.id,
            n=1,
            valid_from=LONG_AGO,
            pause_states=["waiting_client", "waiting_third_party"],
            created_by_id=the_system().id,
            steps=[
                SlaPolicyStep(scope=scope, percent=percent, act=act)
                for scope in Scope
                for percent in (75, 90, 100)
                for act in (Act.TELL_OWNER, Act.TELL_ASSIGNEE, Act.TELL_LEAD)
            ],
        )
    )
    tables = {
        Metric.FIRST_RESPONSE: RESPONSE_S,
        Metric.NEXT_RESPONSE: RESPONSE_S,
        Metric.RESOLUTION: RESOLUTION_S,
    }
    for metric, seconds in tables.items():
        for priority, target in seconds.items():
            _kept(
                SlaTarget(
                    policy_version_id=version.id,
                    metric=metric,
                    priority=priority,
                    seconds=target,
                    calendar_id=calendar.id,
                )
            )
    return version


def a_contract(company: Company, version: SlaPolicyVersion, name: str = "Care Plus") -> Contract:
    """An open-ended contract of the company for that policy."""
    return _kept(Contract(company_id=company.id, policy_id=version.policy_id, name=name, valid_from=LONG_AGO))


def a_ticket(
    subject: str = "Scanner folder is empty",
    *,
    contact: Contact | None = None,
    team: Team | None = None,
    assignee: Person | None = None,
    priority: Priority = Priority.P3,
    type_: TicketType = TicketType.INCIDENT,
    channel: Channel = Channel.MAIL,
    text: str = "I scan and the folder stays empty.",
    mailbox: Mailbox | None = None,
    by_machine: bool = False,
    live: bool = False,
    at: datetime = WEDNESDAY_NOON,
) -> Ticket:
    """A ticket opened by its client at `at`, with all that follows from it: events, clocks, receipt."""
    contact = contact or a_contact(email=f"client{next(_count)}@halden.example")
    team = team or the_team(1)
    for line in (1, 2, 3):
        the_team(line)
    opening = Opening(
        channel=channel,
        subject=subject,
        type=type_,
        priority=priority,
        language="en",
        company_id=contact.company_id,
        contact_id=contact.id,
        line=team.line,
        team_id=team.id,
        assignee_id=assignee.id if assignee else None,
        message=a_client_message(contact, text, channel=channel),
        mailbox_id=mailbox.id if mailbox else None,
        by_machine=by_machine,
        live=live,
    )
    return open_ticket(opening, by=contact.person_id, now=at)


def a_client_message(contact: Contact, text: str, *, channel: Channel = Channel.MAIL) -> ClientMessage:
    """Words of a client as intake would give them."""
    return ClientMessage(author_id=contact.person_id, channel=channel, text=text)


def a_firing(
    ticket: Ticket,
    holder: Person | None = None,
    *,
    metric: Metric = Metric.FIRST_RESPONSE,
    percent: int = 100,
    asked: bool = True,
    at: datetime = WEDNESDAY_NOON,
    **more: object,
) -> SlaFiring:
    """A missed deadline of the ticket, which its present team held; the desk wants to know why."""
    return _kept(
        SlaFiring(
            ticket_id=ticket.id,
            metric=metric,
            cycle=1,
            epoch=1,
            percent=percent,
            at=at,
            recorded_at=at,
            holder_line=ticket.line,
            holder_team_id=ticket.team_id,
            holder_id=holder.id if holder else None,
            told=True,
            asked_at=at if asked else None,
            **more,
        )
    )
