"""What the pictures show beyond the demo's history: a full conversation, long names, held mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk import blobs, clock
from helpdesk.accounts.models import Person, Team
from helpdesk.clients.models import Company, CompanyKind, Contact, ContactAddress
from helpdesk.db import db, transaction
from helpdesk.kb.models import Article, ArticleState
from helpdesk.mail.actions import Arrival, store
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.tickets import actions
from helpdesk.tickets.actions import ClientMessage, NewFile, Opening, Reply
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, HandoverCard, Priority, ReturnReason, State, TicketType

MINUTE = timedelta(minutes=1)
LONG_SUBJECT = (
    "Nach dem Update der Personalstammdatenverwaltungsschnittstelle werden keine "
    "Bewerbungseingangsbestätigungen mehr verschickt, and the import of every attachment "
    "larger than the limit stops half-way without a word"
)
LONG_FIRM = "Oberbergische Präzisionsinstrumentenmanufaktur Schmidt-Rottenburg & Söhne Gesellschaft mbH"
LONG_NAME = "Константин-Александр Преображенский-Вознесенский"
LONG_MAIL = "konstantin.alexander.preobrazhensky-voznesensky@praezisionsinstrumentenmanufaktur.example"
LETTER = """Good morning,

since the update last night none of our recall letters carries a name. The field is there, but it stays empty,
in the preview as well as on paper. We have about four hundred letters to send before Friday.

What we see:
- the preview shows {{patient.name}}
- the list of patients is complete
- one old letter from May prints correctly

Thank you,
Hanna"""
QUOTED = """

On Monday the service desk wrote:
> Thank you, we are looking at it.
> Could you tell us which template it is?
> Regards, Ada"""


@dataclass(frozen=True)
class Stage:
    """Numbers and ids by which the pages are found."""

    full: int
    long: int
    unknown: int
    done: int
    double: int
    article: int
    company: int
    contact: int
    held: int
    people: dict[str, int]


def set_stage(people: dict[str, str]) -> Stage:
    """Write everything; `people` are names of the demo's cast by role."""
    with transaction():
        now = clock.now(db.session)
        cast = {role: _person(name) for role, name in people.items()}
        full = _full(cast, now - 190 * MINUTE)
        long = _long(cast, now - 30 * MINUTE)
        done = _done(cast, now - 400 * MINUTE)
        double = _double(now - 40 * MINUTE)
        held = _held(now)
        unknown = _unknown(now - 12 * MINUTE)
    process_inbound()
    with transaction():
        contact = db.session.get_one(Ticket, full)
        article = db.session.scalars(
            select(Article.id).where(Article.state == ArticleState.PUBLISHED).order_by(Article.id).limit(1)
        ).one()
        return Stage(
            full=full,
            long=long,
            unknown=unknown,
            done=done,
            double=double,
            article=article,
            company=contact.company_id,
            contact=contact.contact_id,
            held=held,
            people={role: person.id for role, person in cast.items()},
        )


def _person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def _team(line: int) -> Team:
    return db.session.scalars(select(Team).where(Team.line == line, Team.is_default)).one()


def _client() -> Contact:
    """Some verified contact of a company, with an address."""
    found = (
        select(Contact)
        .join(Company)
        .join(ContactAddress)
        .where(Company.kind == CompanyKind.CLIENT, Contact.verified_at.is_not(None))
        .order_by(Company.vip.desc(), Contact.id)
        .limit(1)
    )
    return db.session.scalars(found).one()


def _open(contact: Contact, subject: str, words: str, at: datetime, **more: object) -> Ticket:
    values: dict[str, object] = {
        "priority": Priority.P2,
        "type": TicketType.INCIDENT,
        "language": "en",
        **more,
    }
    message = ClientMessage(author_id=contact.person_id, channel=Channel.MAIL, text=words, files=_files())
    mailbox = db.session.scalars(select(Mailbox).order_by(Mailbox.id).limit(1)).one()
    opening = Opening(
        channel=Channel.MAIL,
        subject=subject,
        company_id=contact.company_id,
        contact_id=contact.id,
        line=1,
        team_id=_team(1).id,
        message=message,
        mailbox_id=mailbox.id,
        **values,  # type: ignore[arg-type]
    )
    return actions.open_ticket(opening, by=contact.person_id, now=at)


def _files() -> tuple[NewFile, ...]:
    content = b"%PDF-1.7 a letter without a name" * 4000
    return (
        NewFile(
            sha256=blobs.store(content),
            name="recall letter, page 1.pdf",
            content_type="application/pdf",
            size=len(content),
        ),
    )


def _full(cast: dict[str, Person], at: datetime) -> int:
    """Letters, notes, both directions between the lines, a pause, and an answer that is just leaving."""
    contact, first, second = _client(), cast["first"].id, cast["second"].id
    ticket = _open(
        contact, "Recall letters come out without the patient's name", LETTER, at, tags=("printing", "update")
    )
    actions.take(ticket, by=first, now=at + 6 * MINUTE)
    actions.reply(
        ticket,
        Reply(
            text="Good morning Hanna,\n\nthank you, we are looking at the template "
            "and write again before noon."
        ),
        by=first,
        now=at + 9 * MINUTE,
    )
    actions.add_note(
        ticket,
        "They pay for the fast answer and had two breaches this month. Call before noon whatever happens.",
        by=first,
        now=at + 12 * MINUTE,
    )
    card = HandoverCard(
        symptom="The field {{patient.name}} stays empty in every recall letter since last night's update.",
        asked="Please compare the field list of the template store before and after the update.",
        tried="Opened the template anew, printed from another desk, an old letter from May still works.",
        configuration="CRM 8.2.1, template store 3.0, printer driver unchanged",
    )
    actions.escalate(ticket, card=card, by=first, now=at + 40 * MINUTE)
    actions.take(ticket, by=second, now=at + 52 * MINUTE)
    actions.add_note(
        ticket,
        "Field list is the same. The template asks for `patient.name`, the store now calls it `person.name`.",
        by=second,
        now=at + 70 * MINUTE,
    )
    actions.return_ticket(
        ticket,
        reason_code=ReturnReason.CLIENT_CAN_DO_IT,
        reason="The field was renamed; she can choose it anew in the template editor.",
        by=second,
        now=at + 74 * MINUTE,
    )
    actions.reply(
        ticket,
        Reply(
            text="Hanna, please open the template, choose the field “Name” anew and save. "
            "Does the preview show the names now?"
        ),
        by=first,
        now=at + 80 * MINUTE,
    )
    actions.wait(
        ticket,
        State.WAITING_CLIENT,
        reason="whether the preview shows names",
        wake_at=None,
        by=first,
        now=at + 81 * MINUTE,
    )
    answer = (
        "The preview shows the names now, thank you! "
        "One more thing: the letters of last week, can we print them again?"
    )
    message = ClientMessage(
        author_id=contact.person_id, channel=Channel.MAIL, text=answer + QUOTED, reply_until=len(answer)
    )
    actions.add_client_message(ticket, message, by=contact.person_id, now=at + 165 * MINUTE)
    return ticket.id


def _long(cast: dict[str, Person], at: datetime) -> int:
    """Names, subject and address of the longest kind."""
    contact = _client()
    company = Company(name=LONG_FIRM, sort_key=LONG_FIRM.casefold(), vip=True, confirmed_at=at, created_at=at)
    person = Person(
        kind=cast["first"].kind,
        name=LONG_NAME,
        sort_key=LONG_NAME.casefold(),
        language="ru",
        zone="Europe/Moscow",
        created_at=at,
    )
    db.session.add_all((company, person))
    db.session.flush()
    contact = Contact(
        person_id=person.id,
        company_id=company.id,
        lookup=LONG_NAME.casefold(),
        verified_at=at,
        created_at=at,
        position="Leiter der Abteilung Qualitätsmanagement und Arbeitssicherheit",
    )
    db.session.add(contact)
    db.session.flush()
    db.session.add(ContactAddress(contact_id=contact.id, email=LONG_MAIL))
    db.session.flush()
    words = (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft\n\nhttps://portal.example/"
        + "a" * 180
    )
    return _open(contact, LONG_SUBJECT, words, at, priority=Priority.P1).id


def _done(cast: dict[str, Person], at: datetime) -> int:
    ticket = _open(
        _client(),
        "New colleague needs access to the calendar",
        "Please give Noah access to the shared calendar.",
        at,
        priority=Priority.P4,
        type=TicketType.REQUEST,
    )
    first = cast["first"].id
    actions.take(ticket, by=first, now=at + 3 * MINUTE)
    actions.reply(
        ticket, Reply(text="Done, he can see it after signing in again."), by=first, now=at + 20 * MINUTE
    )
    actions.resolve(ticket, "Added Noah to the group of the calendar.", by=first, now=at + 21 * MINUTE)
    return ticket.id


def _double(at: datetime) -> int:
    """What the same client asks once more."""
    words = "Since this morning no letter has a name on it. Is this known already?"
    return _open(_client(), "Letters without the patient's name", words, at).id


def _held(at: datetime) -> int:
    """A letter that was put away after three tries, and one that was left aside."""
    mailbox = db.session.scalars(select(Mailbox).order_by(Mailbox.id).limit(1)).one()
    raw = (
        b"From: Eve Long <eve@elsewhere.example>\r\nTo: support@helpdesk.example\r\n"
        b"Subject: Invoice 4471, please pay\r\nMessage-ID: <held-1@elsewhere.example>\r\n"
        b"Date: Wed, 04 Mar 2026 11:00:00 +0000\r\n\r\nPlease find the invoice below.\r\n"
    )
    arrival = Arrival(mailbox_id=mailbox.id, raw=raw, size=len(raw), received_at=at - 50 * MINUTE)
    held = db.session.get_one(InboundMail, store(arrival, now=at))
    held.state, held.attempts, held.processed_at = InboundState.QUARANTINED, 3, at
    held.error, held.from_email = "Reading it took too much time or memory.", "eve@elsewhere.example"
    held.subject = "Invoice 4471, please pay"
    return held.id


def _unknown(at: datetime) -> int:
    company = db.session.scalars(select(Company).where(Company.kind == CompanyKind.UNKNOWN)).one()
    contact = db.session.scalars(
        select(Contact).where(Contact.company_id == company.id).order_by(Contact.id).limit(1)
    ).one()
    return _open(
        contact, "It does not work", "Hello, it does not work. Please call.", at, priority=Priority.P3
    ).id
