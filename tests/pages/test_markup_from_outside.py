"""Markup in every field that somebody can fill: on every page it stays words, whoever reads it."""

from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from helpdesk import blobs
from helpdesk.accounts.models import Grant, GrantKind, Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.kb import actions as instructions
from helpdesk.kb.models import Audience
from helpdesk.mail.models import InboundMail, InboundState
from helpdesk.routing.actions import decide, keep_decision
from helpdesk.routing.models import RoutingRule
from helpdesk.routing.rules import Facts
from helpdesk.telephony.models import Call, CallOutcome, Direction
from helpdesk.tickets import actions
from helpdesk.tickets.actions import NewFile, Reply
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel, HandoverCard, ReturnReason, State
from tests.browsing import sign_in
from tests.factories import (
    LONG_AGO,
    a_client_message,
    a_company,
    a_contact,
    a_lead,
    a_mailbox,
    a_member,
    a_policy,
    a_ticket,
    an_agent,
    three_lines,
)

PROBE = (
    """'">--></script></textarea></title><x-probe src=x onerror="probe()">"""
    """{{ 7 * 191 }}<a href="javascript:probe()">p</a>"""
)


class Elements(HTMLParser):
    """What a browser would make of the page: elements that are not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        handlers = [name for name in named if name.startswith("on") or name == "style"]
        addresses = [named.get(name) or "" for name in ("href", "src", "action", "hx-get", "hx-post")]
        if tag == "x-probe" or handlers or any(one.strip().startswith("javascript:") for one in addresses):
            self.foreign.append(f"<{tag} {named}>")


def foreign_in(page: str) -> list[str]:
    elements = Elements()
    elements.feed(page)
    return elements.foreign


@pytest.fixture
def vera(client: FlaskClient, now: datetime) -> Person:
    """Vera, who leads every line and administers, so that she sees every page."""
    person = a_lead(PROBE)
    for team in three_lines():
        team.name = f"{PROBE} {team.line}"
        if team.line > 1:
            a_member(person, team)
    for kind in (GrantKind.MANAGER, GrantKind.ADMINISTRATOR):
        db.session.add(Grant(person_id=person.id, kind=kind, since=LONG_AGO))
    db.session.flush()
    return person


@pytest.fixture
def contact(vera: Person) -> Contact:
    company = a_company(PROBE, domain="brightwater.example")
    company.systems = PROBE
    contact = a_contact(PROBE, company=company, email="hanna@brightwater.example", phone=PROBE)
    contact.position = PROBE
    return contact


@pytest.fixture
def ticket(vera: Person, contact: Contact, now: datetime) -> Ticket:
    """A ticket on which everything happened that can happen."""
    a_policy(PROBE, default=True)
    other = an_agent(PROBE)
    ticket = a_ticket(PROBE, contact=contact, text=PROBE, mailbox=a_mailbox())
    file = NewFile(sha256=blobs.store(b"x"), name=PROBE, content_type=PROBE, size=1)
    words = replace(
        a_client_message(contact, PROBE), html=PROBE, files=(file,), reply_until=10, subject=PROBE
    )
    actions.add_client_message(ticket, words, by=contact.person_id, now=now)
    by: dict[str, Any] = {"by": vera.id, "now": now}
    actions.change_properties(ticket, subject=PROBE, tags=(PROBE,), **by)
    actions.assign(ticket, other.id, **by)
    actions.add_note(ticket, PROBE, **by)
    card = HandoverCard(symptom=PROBE, asked=PROBE, tried=f"{PROBE}\n{PROBE}", configuration=PROBE)
    actions.escalate(ticket, card=card, **by)
    actions.return_ticket(ticket, reason_code=ReturnReason.ANSWERED, reason=PROBE, **by)
    actions.wait(ticket, State.WAITING_THIRD_PARTY, reason=PROBE, **by)
    actions.resume(ticket, **by)
    actions.reply(ticket, Reply(text=PROBE), **by)
    db.session.execute(text("update outbox_recipient set state = 'failed', answer = :p"), {"p": PROBE})
    actions.resolve(ticket, PROBE, **by)
    actions.reopen(ticket, reason=PROBE, **by)
    rule = RoutingRule(
        position=1, name=PROBE, conditions={"words": ["probe"]}, placement={"line": 1}, created_at=LONG_AGO
    )
    db.session.add(rule)
    db.session.flush()
    facts = Facts(
        channel=Channel.MAIL, company_id=contact.company_id, vip=False, words="probe", language="en", hour=1,
        weekday=1, mailbox_id=None, type=None,
    )  # fmt: skip
    keep_decision(ticket.id, decide(facts), facts, now=now)
    return ticket


@pytest.fixture
def article_id(vera: Person, ticket: Ticket, now: datetime) -> int:
    words = instructions.Writing(
        language="en", title=f"probe {PROBE}", summary=PROBE, body=f"1. {PROBE}\n\n# {PROBE}"
    )
    made = instructions.create(words, audience=Audience.CLIENTS, section=PROBE, by=vera.id, now=now)
    instructions.publish(made, now=now)
    actions.link_article(ticket, made.id, by=vera.id, now=now)
    return made.id


@pytest.fixture
def mail_id(vera: Person, ticket: Ticket, now: datetime) -> int:
    raw = f"From: {PROBE} <x@y.example>\r\nSubject: {PROBE}\r\n\r\n{PROBE}".encode()
    mail = InboundMail(
        mailbox_id=ticket.mailbox_id, raw=raw, size=len(raw), sha256="0" * 64, state=InboundState.QUARANTINED,
        error=PROBE, reason=PROBE, from_email=PROBE, subject=PROBE, received_at=now, next_try_at=now,
        attempts=1, evidence=[PROBE], envelope_to=[PROBE],
    )  # fmt: skip
    db.session.add(mail)
    db.session.flush()
    return mail.id


@pytest.fixture
def call(vera: Person, contact: Contact, now: datetime) -> Call:
    call = Call(
        direction=Direction.IN, number_typed=PROBE, contact_id=contact.id, operator_id=vera.id, subject=PROBE,
        outcome=CallOutcome.NOTED, note=PROBE, started_at=now, seconds=5,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    return call


def test_markup_from_outside_stays_words_on_every_page(
    client: FlaskClient,
    vera: Person,
    contact: Contact,
    ticket: Ticket,
    article_id: int,
    mail_id: int,
    call: Call,
) -> None:
    paths = {
        "ticket": f"/tickets/{ticket.id}",
        "mine": "/tickets/mine",
        "line": "/lines/1",
        "team": f"/teams/{ticket.team_id}",
        "all": "/tickets?tag=%3Cx-probe%3E&q=%3Cx-probe%3E",
        "refused filter": "/tickets?state=%3Cx-probe%3E",
        "search": "/search?q=%3Cx-probe%3E%22%3E",
        "search a word": "/search?q=probe",
        "calls": "/calls",
        "new call": f"/calls/new?contact={contact.id}&number=%22%3E%3Cx-probe%3E",
        "contacts": "/calls/contacts?q=brightwater&new=1",
        "contacts not found": "/calls/contacts?q=%22%3E%3Cx-probe%3E&new=1",
        "companies": "/calls/companies?q=probe",
        "caller": f"/calls/contacts/{contact.id}",
        "clients": "/clients?q=%22%3E%3Cx-probe%3E",
        "company": f"/clients/companies/{contact.company_id}",
        "company sheet": f"/clients/companies/{contact.company_id}/facts/name",
        "contact": f"/clients/contacts/{contact.id}",
        "contact sheet": f"/clients/contacts/{contact.id}/facts/name",
        "instructions": "/instructions?q=probe",
        "instruction": f"/instructions/{article_id}",
        "instruction sheet": f"/instructions/{article_id}/edit",
        "steps": "/instructions/suggestions?q=probe",
        "offers": f"/instructions/suggestions?q=probe&ticket={ticket.id}",
        "notices": "/notices",
        "held": "/mail/held",
        "held one": f"/mail/held/{mail_id}",
        "reports": "/reports",
        "settings": "/settings",
        "profile": "/profile",
        "sessions": "/sessions",
    }
    sign_in(client, vera)
    answers = {name: client.get(path) for name, path in paths.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 500} == {}
    found = {name: foreign_in(answer.text) for name, answer in answers.items()}
    assert {name: foreign for name, foreign in found.items() if foreign} == {}
    assert [name for name, answer in answers.items() if "1337" in answer.text] == []
    assert "x-probe" in answers["ticket"].text
