"""What the routes of the matrix are about, placed in a relation to the person who asks.

A thing is a function (relation, person) -> Placed; person is None for anonymous. Register it in THINGS with
all the relations it knows. Every text of a thing holds CANARY, so that a leak is seen.
"""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk import blobs, standstill
from helpdesk.accounts import sessions
from helpdesk.accounts.models import Account, Membership, Person, Team, TokenPurpose
from helpdesk.clients.models import Contact
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.kb import actions as articles
from helpdesk.kb.actions import Writing
from helpdesk.kb.models import Audience
from helpdesk.mail.catcher import ENVELOPE, SUFFIX
from helpdesk.mail.models import InboundMail, InboundState, Mailbox
from helpdesk.standstill import Reason
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.actions import saved as views
from helpdesk.tickets.models import Attachment, Message, Participant, Ticket
from helpdesk.tickets.rules import DiscardReason, State
from tests.conftest import NOON
from tests.factories import (
    LONG_AGO,
    a_company,
    a_contact,
    a_mailbox,
    a_person,
    a_team,
    a_ticket,
    an_account,
    an_agent,
    the_system,
    the_team,
)
from tests.permissions.account_things import a_link, a_small_team, invited, somebody
from tests.permissions.client_things import a_client, an_unknown_sender
from tests.permissions.desk_things import a_category, a_desk, a_rule, a_tag
from tests.permissions.import_things import a_checked_import
from tests.permissions.machine_things import unreachable
from tests.permissions.mail_things import a_logo, a_mail_text, a_placed_mailbox
from tests.permissions.pairs import linked, paired
from tests.permissions.people_things import a_sender_rule, marked, passed_on, watched
from tests.permissions.placed import CANARY, Maker, Placed, Thing
from tests.permissions.promise_things import (
    a_calendar,
    a_draft,
    a_placed_contract,
    a_placed_policy,
    a_planned_calendar,
    a_planned_policy,
    a_recompute,
    an_agreement,
    missed,
    promised,
    targets,
)
from tests.permissions.stray_things import strayed
from tests.permissions.told import a_notice
from tests.permissions.writing_things import a_canned_answer, lost, with_canned_answer, with_file

_count = itertools.count(1)


def a_session(relation: str, person: Person | None) -> Placed:
    """Another session of the person, a session of somebody else, or none at all."""
    if relation == "missing":
        return Placed({"session_id": 999_999})
    owner = person if relation == "own" and person else an_agent(CANARY)
    account_id = db.session.scalars(select(Account.id).where(Account.person_id == owner.id)).one()
    begun = sessions.begin(
        account_id,
        state={},
        user_agent=CANARY,
        address=None,
        now=process_time(),
        lifetime=timedelta(hours=1),
    )
    return Placed({"session_id": begun.row.id})


def a_persona(relation: str, person: Person | None) -> Placed:
    """Somebody of the demo's cast, or nobody."""
    if relation == "missing":
        return Placed({}, {"person_id": 999_999})
    member = a_person("Hanna Bell")
    an_account(member)
    return Placed({}, {"person_id": member.id})


def an_article(relation: str, person: Person | None) -> Placed:
    """An instruction that is a draft or published; version 1 of its English text."""
    if relation == "missing":
        return Placed({"article_id": 999_999})
    writing = Writing(language="en", title=f"{CANARY} title", body=f"{CANARY} body")
    article = articles.create(
        writing, audience=Audience.STAFF, section="Scanning", by=an_agent().id, now=NOON
    )
    if relation == "published":
        articles.publish(article, now=NOON)
    return Placed({"article_id": article.id})


OTHER_LINE = {1: 2, 2: 3, 3: 2}


def a_placed_ticket(relation: str, person: Person | None) -> Placed:
    """A ticket as the relation says; everybody without a team stands on line 1, to have a line at all.

    own_team: with the person's own team. own_line: with another team of that line. assigned, participant,
    former (taking part has ended), owner_team: on another line, otherwise with strangers. foreign: with
    strangers only.
    """
    other = _canary_contact()
    if relation == "missing":
        nowhere = {"version": 1, "message": 0, "sister_team_id": 1, "other_contact_id": other.id}
        return Placed({"number": 999_999}, nowhere | {"in_two_days": in_two_days()})
    line = _line_of(person)
    stranger = a_team(1, answers_client=True)
    team = {"own_team": the_team(line), "own_line": a_team(line)}.get(relation) or a_team(OTHER_LINE[line])
    ticket = a_ticket(f"{CANARY} subject", contact=_canary_contact(), team=team, text=f"{CANARY} text")
    ticket.owner_team_id = the_team(1).id if relation == "owner_team" and line == 1 else stranger.id
    if relation == "own_team" and line == 1:
        ticket.owner_team_id = team.id
    if relation == "assigned" and person is not None:
        ticket.assignee_id = person.id
    if relation in ("participant", "former") and person is not None:
        _takes_part(ticket, person, until=NOON if relation == "former" else None)
    db.session.flush()
    db.session.refresh(ticket)
    return Placed(
        {"number": ticket.id},
        {
            "version": ticket.version,
            "in_two_days": in_two_days(),
            "message": ticket.last_message_id,
            "sister_team_id": a_team(ticket.line).id,
            "other_contact_id": other.id,
        },
    )


def in_two_days() -> str:
    """A moment that every policy lets a ticket wait for, as a form writes it."""
    return (process_time() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


def in_state(state: State) -> Maker:
    """The same ticket after something was done to it."""

    def make(relation: str, person: Person | None) -> Placed:
        placed = a_placed_ticket(relation, person)
        ticket = db.session.get(Ticket, placed.url["number"])
        if ticket is not None:
            by, now = the_system().id, process_time()
            _REACH[state](ticket, by, max(now, ticket.last_event_at))
        return placed

    return make


_REACH: dict[State, Callable[[Ticket, int, datetime], object]] = {
    State.WAITING_CLIENT: lambda ticket, by, now: tickets.wait(
        ticket, State.WAITING_CLIENT, reason="the model", wake_at=None, by=by, now=now
    ),
    State.RESOLVED: lambda ticket, by, now: tickets.resolve(ticket, "Restarted", by=by, now=now),
}


def a_discarded_ticket(relation: str, person: Person | None) -> Placed:
    """The same ticket thrown away as spam."""
    placed = a_placed_ticket(relation, person)
    ticket = db.session.get(Ticket, placed.url["number"])
    if ticket is not None:
        now = max(process_time(), ticket.last_event_at)
        tickets.discard(ticket, DiscardReason.SPAM, by=the_system().id, now=now)
    return placed


def an_html_mail(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation, opened by a mail with HTML."""
    placed = a_placed_ticket(relation, person)
    message = db.session.get(Message, placed.values["message"])
    if message is not None:
        message.has_html, message.html = True, f"<p>{CANARY}</p>"
        db.session.flush()
    return Placed({**placed.url, "message_id": placed.values["message"]})


def an_answer(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation with an answer that has not left: the person's own where he may answer at
    all, else a stranger's.
    """
    placed = a_placed_ticket(relation, person)
    ticket = db.session.get(Ticket, placed.url["number"])
    if ticket is None:
        return Placed({**placed.url, "message_id": 0})
    answers = select(Team.id).join(Membership).where(Team.answers_client, Membership.person_id == _id(person))
    author = person if person is not None and db.session.scalar(answers) else an_agent()
    now = max(process_time(), ticket.last_event_at)
    answer = tickets.Reply(text=CANARY, to=("hanna.bell@brightwater.example",))
    message = tickets.reply(ticket, answer, by=author.id, now=now)
    ticket.owner_id = None  # answering makes an owner, who would see the ticket for that
    db.session.flush()
    return Placed({**placed.url, "message_id": message.id})


def a_ticket_and_an_article(relation: str, person: Person | None) -> Placed:
    """The ticket in the relation, and an instruction that anybody inside may read."""
    placed, article = a_placed_ticket(relation, person), an_article("published", person)
    return Placed({**placed.url, **article.url}, {**placed.values, **article.url})


def an_attachment(relation: str, person: Person | None) -> Placed:
    """A file of the ticket that stands in the relation."""
    if relation == "missing":
        return Placed({"public_id": uuid.uuid4()})
    ticket = a_placed_ticket(relation, person)
    content = f"{CANARY} file".encode()
    file = Attachment(
        public_id=uuid.uuid4(),
        message_id=ticket.values["message"],
        name=f"{CANARY}.txt",
        content_type="text/plain",
        size=len(content),
        sha256=blobs.store(content),
    )
    db.session.add(file)
    db.session.flush()
    return Placed({"public_id": file.public_id})


def a_held_mail(relation: str, person: Person | None) -> Placed:
    """A mail that became no ticket, or none."""
    if relation == "missing":
        return Placed({"mail_id": 999_999})
    return Placed({"mail_id": _stored_mail(InboundState.QUARANTINED).id})


def a_mail_on_a_ticket(relation: str, person: Person | None) -> Placed:
    """The mail from which a ticket was made; the ticket stands in the relation."""
    if relation == "missing":
        return Placed({"mail_id": 999_999})
    mail = _stored_mail(InboundState.PROCESSED)
    mail.ticket_id = a_placed_ticket(relation, person).url["number"]
    return Placed({"mail_id": mail.id})


def _stored_mail(state: InboundState) -> InboundMail:
    mailbox = db.session.scalar(select(Mailbox)) or a_mailbox()
    mail = InboundMail(
        mailbox_id=mailbox.id,
        raw=f"From: {CANARY}@halden.example\r\nSubject: {CANARY}\r\n\r\n{CANARY}\r\n".encode(),
        size=100,
        sha256=CANARY,
        received_at=NOON,
        next_try_at=NOON,
        state=state,
        subject=CANARY,
    )
    db.session.add(mail)
    db.session.flush()
    return mail


def a_caught_letter(relation: str, person: Person | None) -> Placed:
    """A mail that the demo caught; the folder is the desk's own."""
    if relation == "missing":
        return Placed({"key": "20260304-110000-000000-9999"})
    folder = settings().data_dir / "caught"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"20260304-110000-000000-0001{SUFFIX}"
    file.write_bytes(f"{ENVELOPE}: hanna@halden.example\r\nSubject: Hello\r\n\r\nHello\r\n".encode())
    return Placed({"key": file.name.removesuffix(SUFFIX)})


def a_placed_team(relation: str, person: Person | None) -> Placed:
    """The person's team, a team of another line, or none."""
    line = _line_of(person)
    team_id = {"own": the_team(line).id, "foreign": the_team(OTHER_LINE[line]).id}.get(relation, 999_999)
    return Placed({"team_id": team_id})


def a_still_desk(relation: str, person: Person | None) -> Placed:
    """A restored copy in which mail stands still, or a desk in which it goes."""
    if relation == "still":
        standstill.begin(Reason.RESTORED, now=NOON, backup_made_at=NOON)
    return Placed({})


def a_saved_view(relation: str, person: Person | None) -> Placed:
    """A view of the person, of the team he is in, of everybody, of somebody else or another team, or none."""
    if relation == "missing":
        return Placed({"view_id": 999_999})
    owner = {"own": person, "foreign": an_agent(CANARY)}.get(relation)
    team = {"team": the_team(_line_of(person)), "foreign_team": _canary_team()}.get(relation)
    audience = views.Audience(owner.id if owner else None, team.id if team else None)
    if relation == "own" and person is None:
        audience = views.Audience(an_agent(CANARY).id)
    made = views.save_view(f"{CANARY} {next(_count)}", "state=open", audience, by=the_system().id, now=NOON)
    return Placed({"view_id": made.id})


def _canary_team() -> Team:
    return db.session.scalar(select(Team).where(Team.name == CANARY)) or a_team(1, CANARY)


def _canary_contact() -> Contact:
    company = a_company(f"{CANARY} {next(_count)} Ltd")
    return a_contact(CANARY, company=company, email=f"{CANARY}-{company.id}@halden.example")


def _line_of(person: Person | None) -> int:
    seat = select(Team.line).join(Membership).where(Membership.person_id == _id(person))
    return db.session.scalar(seat) or 1


def _id(person: Person | None) -> int:
    return person.id if person else 0


def _takes_part(ticket: Ticket, person: Person, *, until: datetime | None) -> None:
    db.session.add(
        Participant(
            ticket_id=ticket.id, person_id=person.id, because="mentioned", since=LONG_AGO, until=until
        )
    )


TICKET_RELATIONS = (
    "own_team",
    "own_line",
    "assigned",
    "owner_team",
    "participant",
    "former",
    "foreign",
    "missing",
)

THINGS: dict[str, Thing] = {
    "invitation": Thing(a_link(TokenPurpose.INVITATION), ("live", "gone")),
    "link for a password": Thing(a_link(TokenPurpose.RESET), ("live", "gone")),
    "colleague": Thing(somebody(), ("known", "missing")),
    "invited colleague": Thing(somebody(invited), ("known", "missing")),
    "small team": Thing(a_small_team, ("known", "missing")),
    "link for an address": Thing(a_link(TokenPurpose.ADDRESS), ("live", "gone")),
    "import_run": Thing(a_checked_import, ("there", "missing")),
    "session": Thing(a_session, ("own", "foreign", "missing")),
    "persona": Thing(a_persona, ("cast", "missing")),
    "client": Thing(a_client, ("known", "missing")),
    "known client": Thing(a_client, ("known",)),
    "unknown sender": Thing(an_unknown_sender, ("known", "missing")),
    "team": Thing(a_placed_team, ("own", "foreign", "missing")),
    "article": Thing(an_article, ("draft", "published", "missing")),
    "ticket": Thing(a_placed_ticket, TICKET_RELATIONS),
    "promised ticket": Thing(promised(a_placed_ticket), TICKET_RELATIONS),
    "late ticket": Thing(missed(a_placed_ticket), TICKET_RELATIONS),
    "waiting ticket": Thing(in_state(State.WAITING_CLIENT), TICKET_RELATIONS),
    "ticket whose mail comes back": Thing(unreachable(a_placed_ticket), TICKET_RELATIONS),
    "resolved ticket": Thing(in_state(State.RESOLVED), TICKET_RELATIONS),
    "discarded ticket": Thing(a_discarded_ticket, TICKET_RELATIONS),
    "html mail": Thing(an_html_mail, TICKET_RELATIONS),
    "ticket and own answer": Thing(an_answer, TICKET_RELATIONS),
    "ticket and lost answer": Thing(lost(an_answer), TICKET_RELATIONS),
    "ticket and waiting file": Thing(with_file(a_placed_ticket), TICKET_RELATIONS),
    "ticket and waiting picture": Thing(with_file(a_placed_ticket, inline=True), TICKET_RELATIONS),
    "ticket and canned answer": Thing(with_canned_answer(a_placed_ticket), TICKET_RELATIONS),
    "canned answer": Thing(a_canned_answer, ("own_team", "every_team", "missing")),
    "ticket and article": Thing(a_ticket_and_an_article, TICKET_RELATIONS),
    "attachment": Thing(an_attachment, TICKET_RELATIONS),
    "two tickets": Thing(paired(a_placed_ticket), TICKET_RELATIONS),
    "linked tickets": Thing(linked(a_placed_ticket), TICKET_RELATIONS),
    "notice": Thing(a_notice, ("own", "foreign", "missing")),
    "held mail": Thing(a_held_mail, ("held", "missing")),
    "spam": Thing(marked(a_held_mail), ("held", "missing")),
    "sender rule": Thing(a_sender_rule, ("there", "missing")),
    "watched ticket": Thing(watched(a_placed_ticket), TICKET_RELATIONS),
    "passed on ticket": Thing(passed_on(a_placed_ticket), TICKET_RELATIONS),
    "ticket with a stranger": Thing(strayed(a_placed_ticket), TICKET_RELATIONS),
    "mail on a ticket": Thing(a_mail_on_a_ticket, TICKET_RELATIONS),
    "logo": Thing(a_logo, ("own", "missing")),
    "mail text": Thing(a_mail_text, ("known", "missing")),
    "mailbox": Thing(a_placed_mailbox, ("known", "missing")),
    "desk": Thing(a_desk, ("unclaimed", "claimed")),
    "rule": Thing(a_rule, ("there", "missing")),
    "category": Thing(a_category, ("there", "missing")),
    "tag": Thing(a_tag, ("there", "missing")),
    "calendar": Thing(a_calendar, ("there", "missing")),
    "draft": Thing(a_draft, ("there", "missing")),
    "recompute": Thing(a_recompute, ("there", "missing")),
    "planned calendar": Thing(a_planned_calendar, ("there", "missing")),
    "policy": Thing(a_placed_policy, ("there", "missing")),
    "planned policy": Thing(a_planned_policy, ("there", "missing")),
    "targets": Thing(targets, ("there",)),
    "agreement": Thing(an_agreement, ("there",)),
    "contract": Thing(a_placed_contract, ("there", "missing")),
    "still desk": Thing(a_still_desk, ("still", "going")),
    "view": Thing(a_saved_view, ("own", "team", "everybody", "foreign", "foreign_team", "missing")),
    "letter": Thing(a_caught_letter, ("caught", "missing")),
}
