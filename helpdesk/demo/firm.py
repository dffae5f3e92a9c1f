"""The demo's firm: Fernhill, which looks after clients of the product Meridian CRM."""

from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts.models import Person
from helpdesk.accounts.people import system_id
from helpdesk.clients import actions as clients
from helpdesk.clients.models import Company, Contact
from helpdesk.clients.queries import unknown_company
from helpdesk.db import db, transaction
from helpdesk.demo.client_shape import Client, Human
from helpdesk.demo.companies import CLIENTS, NOBODIES
from helpdesk.demo.instructions import INSTRUCTIONS
from helpdesk.demo.instructions.shape import Instruction
from helpdesk.demo.placing import ADDRESS, open_mailbox, place_rules
from helpdesk.demo.promises import PROMISES, promise, sign
from helpdesk.demo.shelf import keep_views
from helpdesk.demo.staff import CAST, hire
from helpdesk.demo.texts import write_texts
from helpdesk.kb import actions as kb
from helpdesk.mail.models import Mailbox
from helpdesk.sla.models import SlaPolicy

FOUNDED_BEFORE = timedelta(days=3 * 365)
SOME_MONTHS = timedelta(days=200)


def found_firm() -> None:
    """Make the firm where there is none: people, clients, promises, rules, instructions; else do nothing."""
    with transaction():
        if is_founded():
            return
        now = clock.now(db.session)
        since = (now - FOUNDED_BEFORE).replace(hour=6, minute=0, second=0)
        hire(since=since)
        policies = promise(since=since, years=range(since.year, now.year + 2))
        for client in CLIENTS:
            _company(client, policies, since)
        _nobodies(since)
        open_mailbox(since=since)
        place_rules(since=since)
        keep_views(since)
        _write_instructions(now - SOME_MONTHS)
        write_texts(now - SOME_MONTHS, by=system_id())


def is_founded() -> bool:
    """Whether this database holds the demo's firm."""
    return db.session.scalar(select(Mailbox.id).where(Mailbox.address == ADDRESS)) is not None


def _company(client: Client, policies: dict[str, SlaPolicy], since: datetime) -> None:
    company = clients.create_company(client.name, now=since, main_phone=client.phone, region=client.region)
    company.zone, company.language, company.vip = client.zone, client.language, client.vip
    company.systems, company.note = client.systems, client.note
    for domain in client.domains:
        clients.add_domain(company, domain)
    for human in client.people:
        _contact(human, client, company, since)
    if client.contract:
        name = next(each.name for each in PROMISES if each.key == client.contract)
        sign(company.id, policies[client.contract], f"{name}, {company.name}", since=since)


def _contact(human: Human, client: Client, company: Company, since: datetime) -> Contact:
    contact = clients.make_contact(
        human.name,
        company.id,
        now=since,
        emails=[f"{mail}@{client.domains[0]}" for mail in human.mails],
        phones=human.phones,
        verified=True,
        position=human.position,
        language=client.language,
        region=client.region,
    )
    contact.vip = human.vip
    return contact


def _nobodies(since: datetime) -> None:
    """People of whom the desk knows no more than an address or a number."""
    firm = unknown_company()
    for name, reach, language in NOBODIES:
        is_mail = "@" in reach
        clients.make_contact(
            name or reach,
            firm.id,
            now=since,
            emails=(reach,) if is_mail else (),
            phones=() if is_mail else (reach,),
            language=language,
        )


def _write_instructions(at: datetime) -> None:
    cast = select(Person.name, Person.id).where(Person.name.in_([player.name for player in CAST]))
    authors = {row.name: row.id for row in db.session.execute(cast)}
    for instruction in INSTRUCTIONS:
        _write(instruction, authors[instruction.author], at)


def _write(instruction: Instruction, by: int, at: datetime) -> None:
    first, *others = instruction.texts
    article = kb.create(
        first.writing, audience=instruction.audience, section=instruction.section, by=by, now=at
    )
    for text in others:
        kb.write(article, text.writing, seen_version=0, by=by, now=at)
    kb.publish(article, now=at)
