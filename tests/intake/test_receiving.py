"""One way in: who it is, which ticket, and where something new goes."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from helpdesk.accounts.people import system_id
from helpdesk.clients.models import CompanyKind, Contact
from helpdesk.db import db
from helpdesk.intake import Body, Incoming, Outcome, Pointer, Receipt, Sender, Wishes, receive
from helpdesk.mail.models import InboundMail
from helpdesk.notifications.models import Outbox
from helpdesk.routing.models import RoutingDecision, RoutingRule
from helpdesk.telephony.models import Call, CallOutcome, Direction
from helpdesk.tickets.actions import watch
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.rules import Channel, Impact, Priority, State, Urgency
from tests.factories import (
    LONG_AGO,
    a_company,
    a_contact,
    a_mailbox,
    a_team,
    a_ticket,
    an_agent,
    the_team,
    three_lines,
)

pytestmark = pytest.mark.usefixtures("session", "now")


@pytest.fixture(autouse=True)
def lines(session: object) -> None:
    three_lines()


def a_call(now: datetime, **more: object) -> Incoming:
    words = Incoming(
        channel=Channel.PHONE,
        sender=Sender(name="Noah Ray", phone="020 7946 0018"),
        subject="The till is dead",
        body=Body(text="It shows a blue page."),
        received_at=now,
    )
    return replace(words, **more)  # type: ignore[arg-type]


def take(incoming: Incoming, now: datetime) -> Receipt:
    return receive(incoming, by=system_id(), now=now)


def the_ticket(receipt: Receipt) -> Ticket:
    return db.session.get_one(Ticket, receipt.ticket_id)


def a_rule(word: str, **placement: object) -> RoutingRule:
    rule = RoutingRule(
        position=1,
        name=f"About the {word}",
        conditions={"words": [word]},
        placement=placement,
        created_at=LONG_AGO,
    )
    db.session.add(rule)
    db.session.flush()
    return rule


def test_a_caller_nobody_knows_is_an_unverified_contact_of_the_unknown_client(now: datetime) -> None:
    ticket = the_ticket(take(a_call(now), now))
    contact = db.session.get_one(Contact, ticket.contact_id)
    assert (contact.person.name, contact.verified_at) == ("Noah Ray", None)
    assert contact.company.kind is CompanyKind.UNKNOWN


def test_without_any_name_address_or_number_there_is_still_a_contact(now: datetime) -> None:
    ticket = the_ticket(take(a_call(now, sender=Sender()), now))
    assert db.session.get_one(Contact, ticket.contact_id).person.name == "Unknown sender"


def test_the_chosen_contact_stands(now: datetime) -> None:
    contact = a_contact("Hanna Bell")
    ticket = the_ticket(take(a_call(now, wishes=Wishes(contact_id=contact.id)), now))
    assert (ticket.contact_id, ticket.company_id) == (contact.id, contact.company_id)


def test_a_kept_call_belongs_to_its_operator_from_the_start(now: datetime) -> None:
    ada = an_agent("Ada Lind")
    wishes = Wishes(assignee_id=ada.id, team_id=the_team(1).id, live=True)
    ticket = the_ticket(receive(a_call(now, wishes=wishes), by=ada.id, now=now))
    assert (ticket.state, ticket.assignee_id, ticket.owner_id) == (State.OPEN, ada.id, ada.id)
    assert ticket.first_answered_at == now


def test_impact_and_urgency_in_plain_words_give_the_priority(now: datetime) -> None:
    wishes = Wishes(impact=Impact.COMPANY, urgency=Urgency.STANDSTILL)
    assert the_ticket(take(a_call(now, wishes=wishes), now)).priority is Priority.P1


def test_without_a_rule_it_is_an_ordinary_request_on_line_1(now: datetime) -> None:
    ticket = the_ticket(take(a_call(now), now))
    assert (ticket.line, ticket.team_id, ticket.priority) == (1, the_team(1).id, Priority.P3)


def test_the_first_matching_rule_places_it_and_the_reason_is_kept(now: datetime) -> None:
    tills = a_team(2, "Tills")
    rule = a_rule("till", team_id=tills.id, priority="P2", tags=["till"])
    ticket = the_ticket(take(a_call(now), now))
    assert (ticket.line, ticket.team_id, ticket.priority) == (2, tills.id, Priority.P2)
    assert ticket.tags == ["till"]
    decision = db.session.scalars(select(RoutingDecision)).one()
    assert (decision.ticket_id, decision.rule_id) == (ticket.id, rule.id)
    assert decision.because == [{"code": "word", "value": "till"}]


def test_a_team_that_a_person_chose_stands_against_the_rules(now: datetime) -> None:
    a_rule("till", line=2)
    front = a_team(1, "Front")
    ticket = the_ticket(take(a_call(now, wishes=Wishes(team_id=front.id)), now))
    assert (ticket.line, ticket.team_id) == (1, front.id)


@pytest.mark.parametrize(("word", "expected"), [("till", "rule"), ("printer", "mailbox")])
def test_a_mailboxs_team_yields_to_a_rule(now: datetime, word: str, expected: str) -> None:
    teams = {"rule": a_team(2, "Tills"), "mailbox": a_team(1, "Sales")}
    a_rule(word, team_id=teams["rule"].id)
    ticket = the_ticket(take(a_call(now, wishes=Wishes(default_team_id=teams["mailbox"].id)), now))
    assert ticket.team_id == teams[expected].id


def test_without_a_subject_the_first_words_stand_for_it(now: datetime) -> None:
    assert the_ticket(take(a_call(now, subject=" "), now)).subject == "It shows a blue page."


def test_the_same_call_twice_is_one_ticket(now: datetime) -> None:
    contact, ada = a_contact(), an_agent()
    call = Call(
        direction=Direction.IN,
        contact_id=contact.id,
        operator_id=ada.id,
        outcome=CallOutcome.KEPT,
        started_at=now,
        seconds=40,
    )
    db.session.add(call)
    db.session.flush()
    incoming = a_call(now, call_id=call.id, wishes=Wishes(contact_id=contact.id))
    first, second = take(incoming, now), take(incoming, now)
    assert (first.outcome, second.outcome) == (Outcome.OPENED, Outcome.DUPLICATE)
    assert (second.ticket_id, second.message_id) == (first.ticket_id, first.message_id)


def test_the_same_stored_mail_twice_is_one_message(now: datetime) -> None:
    mailbox = a_mailbox()
    row = InboundMail(
        mailbox_id=mailbox.id, raw=b"x", size=1, sha256="0" * 64, received_at=now, next_try_at=now
    )
    db.session.add(row)
    db.session.flush()
    mail = a_call(now, channel=Channel.MAIL, inbound_mail_id=row.id)
    assert [take(mail, now).outcome for _ in range(2)] == [Outcome.OPENED, Outcome.DUPLICATE]
    assert len(db.session.scalars(select(Message)).all()) == 1


def pointing_at(ticket: Ticket, *, signed: bool = False) -> tuple[Pointer, ...]:
    return (Pointer(ticket_id=ticket.id, code="subject_number", is_signed=signed),)


def a_mail_of(email: str, now: datetime, *answers: Pointer) -> Incoming:
    return a_call(now, channel=Channel.MAIL, sender=Sender(email=email), answers=answers)


def test_a_colleague_of_the_same_firm_may_add_to_the_ticket(now: datetime) -> None:
    firm = a_company("Brightwater", domain="brightwater.example")
    ticket = a_ticket(contact=a_contact(company=firm, email="hanna@brightwater.example"))
    receipt = take(a_mail_of("noah@brightwater.example", now, *pointing_at(ticket)), now)
    assert (receipt.outcome, receipt.ticket_id) == (Outcome.JOINED, ticket.id)


def a_firm_kept_apart() -> Ticket:
    """A request at a firm whose people do not answer each other's."""
    firm = a_company("Brightwater", domain="brightwater.example")
    firm.colleagues_answer = False
    return a_ticket(contact=a_contact(company=firm, email="hanna@brightwater.example"))


def test_where_colleagues_are_kept_apart_a_number_alone_opens_a_ticket_that_names_the_other(
    now: datetime,
) -> None:
    ticket = a_firm_kept_apart()
    receipt = take(a_mail_of("noah@brightwater.example", now, *pointing_at(ticket)), now)
    said = db.session.get_one(Message, receipt.message_id)
    assert (receipt.outcome, said.evidence) == (Outcome.OPENED, [f"mentions:{ticket.id}"])


def test_where_colleagues_are_kept_apart_one_with_a_mark_of_ours_stays_inside(now: datetime) -> None:
    ticket = a_firm_kept_apart()
    receipt = take(a_mail_of("noah@brightwater.example", now, *pointing_at(ticket, signed=True)), now)
    said = db.session.get_one(Message, receipt.message_id)
    assert (receipt.ticket_id, said.visibility.value, said.is_unverified) == (ticket.id, "internal", True)


@pytest.mark.parametrize("email", ["hanna@brightwater.example", "noah@brightwater.example"])
def test_where_colleagues_are_kept_apart_the_requester_and_a_watcher_go_on_answering(
    email: str, now: datetime
) -> None:
    ticket = a_firm_kept_apart()
    watch(ticket, "noah@brightwater.example", by=system_id(), now=now)
    receipt = take(a_mail_of(email, now, *pointing_at(ticket)), now)
    said = db.session.get_one(Message, receipt.message_id)
    assert (receipt.ticket_id, said.visibility.value) == (ticket.id, "public")


def test_two_unknown_clients_are_no_colleagues(now: datetime) -> None:
    first = the_ticket(take(a_mail_of("one@elsewhere.example", now), now))
    receipt = take(a_mail_of("two@elsewhere.example", now, *pointing_at(first)), now)
    assert receipt.outcome is Outcome.OPENED


def test_an_agent_of_the_team_who_answers_by_mail_is_kept_inside(now: datetime) -> None:
    ada, ticket = an_agent("Ada Lind"), a_ticket()
    receipt = take(a_mail_of(f"person{ada.id}@fernhill.example", now, *pointing_at(ticket)), now)
    said = db.session.get_one(Message, receipt.message_id)
    assert (receipt.ticket_id, said.visibility.value, said.author_id) == (ticket.id, "internal", ada.id)


def test_an_agent_of_another_line_opens_his_own(now: datetime) -> None:
    lev, ticket = an_agent(line=3), a_ticket()
    receipt = take(a_mail_of(f"person{lev.id}@fernhill.example", now, *pointing_at(ticket)), now)
    assert receipt.outcome is Outcome.OPENED


def test_a_pointer_to_a_merged_ticket_leads_to_the_end_of_the_chain(now: datetime) -> None:
    contact = a_contact(email="hanna@brightwater.example")
    old, middle, last = (a_ticket(contact=contact) for _ in range(3))
    old.merged_into_id, middle.merged_into_id = middle.id, last.id
    assert take(a_mail_of("hanna@brightwater.example", now, *pointing_at(old)), now).ticket_id == last.id


def test_a_circle_of_merges_ends(now: datetime) -> None:
    contact = a_contact(email="hanna@brightwater.example")
    one, two = (a_ticket(contact=contact) for _ in range(2))
    one.merged_into_id, two.merged_into_id = two.id, one.id
    assert take(a_mail_of("hanna@brightwater.example", now, *pointing_at(one)), now).ticket_id


def test_a_number_of_no_ticket_is_passed_over(now: datetime) -> None:
    nothing = Pointer(ticket_id=999_999_999, code="subject_number", is_signed=False)
    assert take(a_mail_of("hanna@brightwater.example", now, nothing), now).outcome is Outcome.OPENED


def test_the_requester_gets_no_second_receipt_for_his_second_message(now: datetime) -> None:
    contact = a_contact(email="hanna@brightwater.example")
    ticket = a_ticket(contact=contact)
    take(a_mail_of("hanna@brightwater.example", now, *pointing_at(ticket)), now)
    assert len(db.session.scalars(select(Outbox)).all()) == 1
