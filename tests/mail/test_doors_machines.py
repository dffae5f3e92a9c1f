"""What machines' mail does to tickets, and thanks: absence notes, lists, alerts; and what it never does."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.accounts.models import Account, Person
from helpdesk.db import db
from helpdesk.intake.topics import says_recovery, topic_of
from helpdesk.mail.jobs import process_inbound
from helpdesk.mail.kinds import MailKind
from helpdesk.mail.models import InboundState, ListMail, Mailbox
from helpdesk.notifications.models import Notice, Outbox
from helpdesk.sla.models import SlaClock
from helpdesk.tickets import actions
from helpdesk.tickets.alert_models import TicketAlert
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import State, Visibility
from tests.accounts.conftest import statements
from tests.browsing import sign_in
from tests.factories import a_policy, an_agent
from tests.mail.letters import a_mail, arrive, hanna, messages, take_in, tickets

__all__ = ["statements"]
pytestmark = pytest.mark.usefixtures("session", "now")
WATCHMAN = "Watchman <watchman@machines.example>"


@pytest.fixture
def ticket(mailbox: Mailbox, ada: Person, now: datetime) -> Ticket:
    """Hanna's, on which Ada has answered."""
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.assign(ticket, ada.id, by=ada.id, now=now)
    actions.reply(ticket, actions.Reply(text="Try the other tray."), by=ada.id, now=now)
    db.session.commit()
    return ticket


def answer(ticket: Ticket, text: str, **headers: str) -> EmailMessage:
    subject = headers.pop("subject", f"Re: [DESK#{ticket.id}] Prescriptions print blank")
    return a_mail(text, subject=subject, In_Reply_To=first_id(ticket), **headers)


def first_id(ticket: Ticket) -> str:
    own = select(Outbox.rfc_message_id).where(Outbox.ticket_id == ticket.id).order_by(Outbox.id.desc())
    return str(db.session.scalar(own.limit(1)))


def notices() -> int:
    return db.session.scalar(select(func.count()).select_from(Notice)) or 0


def test_a_note_of_absence_stays_inside_and_changes_and_tells_nothing(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="which tray?", by=ada.id, now=now)
    db.session.commit()
    before = (notices(), ticket.unanswered_since, ticket.client_message_count)
    away = answer(ticket, "I am out of the office.", subject="Out of office: Re: printer", X_Autoreply="yes")
    mail = take_in(away, mailbox, now=now)
    said = messages(ticket)[-1]
    assert (mail.mail_kind, mail.reason) == (MailKind.AWAY, "joined")
    assert (said.visibility, said.mail_kind) == (Visibility.INTERNAL, MailKind.AWAY)
    assert ticket.state is State.WAITING_CLIENT
    assert (notices(), ticket.unanswered_since, ticket.client_message_count) == before


def test_an_agents_own_note_of_absence_is_dropped_with_its_reason(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    own = db.session.scalar(select(Account.email).where(Account.person_id == ada.id))
    away = a_mail("Back soon", sender=own or "", subject="Out of office", X_Autoreply="yes")
    mail = take_in(away, mailbox, now=now)
    assert (mail.state, mail.reason) == (InboundState.IGNORED, "agent_away")
    assert len(messages(ticket)) == 2


@pytest.mark.parametrize("text", ["Thanks!", "Danke", "Спасибо большое, всё работает"])
@pytest.mark.parametrize("days", [0, 30])
def test_a_thank_you_does_not_bring_back_what_is_done(
    text: str, days: int, ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    actions.resolve(ticket, "Another tray", by=ada.id, now=now)
    actions.close(ticket, by=ada.id, now=now)
    db.session.commit()
    before = notices()
    with clock.frozen(lambda: now + timedelta(days=days)):
        mail = take_in(answer(ticket, text), mailbox, now=now + timedelta(days=days))
    said = messages(ticket)[-1]
    assert (mail.state, mail.reason) == (InboundState.PROCESSED, "joined")
    assert (said.visibility, said.mail_kind, said.text.strip()) == (Visibility.PUBLIC, MailKind.THANKS, text)
    assert (ticket.state, ticket.reopen_count, notices()) == (State.CLOSED, 0, before)
    assert len(tickets()) == 1


def test_more_than_a_thank_you_brings_it_back(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    actions.resolve(ticket, "Another tray", by=ada.id, now=now)
    db.session.commit()
    take_in(answer(ticket, "Thanks, but it is blank again."), mailbox, now=now)
    assert (ticket.state, ticket.reopen_count) == (State.OPEN, 1)


def test_a_thank_you_on_a_ticket_at_work_is_an_answer_like_any_other(
    ticket: Ticket, mailbox: Mailbox, ada: Person, now: datetime
) -> None:
    actions.wait(ticket, State.WAITING_CLIENT, reason="which tray?", by=ada.id, now=now)
    db.session.commit()
    take_in(answer(ticket, "Thanks!"), mailbox, now=now)
    assert ticket.state is State.OPEN


@pytest.mark.parametrize(("wish", "many"), [(ListMail.TICKET, 1), (ListMail.IGNORE, 0)])
def test_each_mailbox_says_whether_lists_make_tickets(
    wish: ListMail, many: int, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.list_mail = wish
    db.session.commit()
    mail = take_in(a_mail("News", List_Id="<news.brightwater.example>"), mailbox, now=now)
    assert mail.mail_kind is MailKind.LIST
    assert len(tickets()) == many
    assert db.session.scalars(select(Outbox)).all() == []


def test_an_answer_from_a_list_joins_even_where_lists_are_unwanted(
    ticket: Ticket, mailbox: Mailbox, now: datetime
) -> None:
    mailbox.list_mail = ListMail.IGNORE
    db.session.commit()
    take_in(answer(ticket, "It is tray 2.", List_Id="<all.brightwater.example>"), mailbox, now=now)
    assert len(messages(ticket)) == 3


def alert(subject: str, **headers: str) -> EmailMessage:
    return a_mail(
        "See the console.", sender=WATCHMAN, subject=subject, Auto_Submitted="auto-generated", **headers
    )


def test_a_machine_opens_a_ticket_without_an_answer_and_without_a_first_answer_owed(
    mailbox: Mailbox, now: datetime
) -> None:
    a_policy(default=True)
    db.session.commit()
    take_in(alert("PROBLEM: disk 91% full on srv1"), mailbox, now=now)
    (ticket,) = tickets()
    metrics = set(db.session.scalars(select(SlaClock.metric).where(SlaClock.ticket_id == ticket.id)))
    assert ticket.opened_by_machine
    assert db.session.scalars(select(Outbox)).all() == []
    assert {str(one) for one in metrics} & {"first_response", "resolution"} == {"resolution"}


def test_alerts_about_one_thing_are_one_ticket_that_says_when_all_is_well(
    mailbox: Mailbox, now: datetime
) -> None:
    for percent in range(91, 96):
        arrive(alert(f"PROBLEM: disk {percent}% full on srv1 at 10:{percent - 80}"), mailbox, now=now)
    process_inbound()
    (ticket,) = tickets()
    before = notices()
    take_in(alert("RECOVERY: disk 40% full on srv1"), mailbox, now=now)
    (series,) = db.session.scalars(select(TicketAlert)).all()
    assert (series.ticket_id, series.mails, series.recovered_at) == (ticket.id, 6, now)
    assert (ticket.state, len(messages(ticket)), notices()) == (State.NEW, 6, before)
    take_in(alert("PROBLEM: disk 99% full on srv1"), mailbox, now=now)
    assert series.recovered_at is None


def test_alerts_that_name_the_first_mail_count_like_those_that_do_not(
    mailbox: Mailbox, now: datetime
) -> None:
    first, named = "<alert1@watch.example>", {"In_Reply_To": "<alert1@watch.example>"}
    take_in(alert("PROBLEM: disk full on srv1", message_id=first), mailbox, now=now)
    take_in(alert("RECOVERY: disk full on srv1", **named), mailbox, now=now)
    (series,) = db.session.scalars(select(TicketAlert)).all()
    assert (series.mails, series.recovered_at) == (2, now)
    take_in(alert("PROBLEM: disk full on srv2", **named), mailbox, now=now)
    assert series.recovered_at == now
    take_in(alert("PROBLEM: disk full on srv1", **named), mailbox, now=now)
    assert (series.mails, len(tickets())) == (3, 1)
    assert series.recovered_at is None


def test_what_a_machine_says_again_and_again_is_one_line_that_opens(
    mailbox: Mailbox, client: FlaskClient, now: datetime
) -> None:
    ada = an_agent("Ada Lind")
    for percent in range(91, 96):
        arrive(alert(f"PROBLEM: disk {percent}% full on srv1"), mailbox, now=now)
    process_inbound()
    (ticket,) = tickets()
    sign_in(client, ada)
    page = client.get(f"/tickets/{ticket.id}").text
    (series,) = re.findall(r'<details class="quote machine series [^"]*">(.*?)</summary>', page, re.DOTALL)
    assert "4 mails of a machine, first" in series
    assert [page.count(f'id="message-{one.id}"') for one in messages(ticket)] == [1] * 5
    actions.add_note(ticket, "I look at it.", by=ada.id, now=now)
    for percent in (96, 97):
        take_in(alert(f"PROBLEM: disk {percent}% full on srv1"), mailbox, now=now)
    page = client.get(f"/tickets/{ticket.id}").text
    assert "4 mails of a machine, first" in page


def test_the_page_asks_no_more_of_the_database_for_more_of_them(
    mailbox: Mailbox, client: FlaskClient, now: datetime, statements: list[str]
) -> None:
    sign_in(client, an_agent("Ada Lind"))
    counts = []
    for percents in (range(80, 85), range(85, 95)):
        for percent in percents:
            arrive(alert(f"PROBLEM: disk {percent}% full on srv1"), mailbox, now=now)
        process_inbound()
        (ticket,) = tickets()
        client.get(f"/tickets/{ticket.id}")
        statements.clear()
        client.get(f"/tickets/{ticket.id}")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_alert_after_the_end_is_a_new_ticket_and_a_late_recovery_is_none(
    mailbox: Mailbox, now: datetime
) -> None:
    take_in(alert("PROBLEM: disk full on srv1"), mailbox, now=now)
    (first,) = tickets()
    first.state, first.resolved_at = State.RESOLVED, now
    db.session.commit()
    take_in(alert("RECOVERY: disk full on srv1"), mailbox, now=now)
    assert (len(tickets()), first.state) == (1, State.RESOLVED)
    take_in(alert("PROBLEM: disk full on srv1"), mailbox, now=now)
    assert len(tickets()) == 2


@pytest.mark.parametrize("days", [1, 30])
def test_an_alert_that_answers_its_own_of_a_finished_ticket_is_not_buried_there(
    days: int, mailbox: Mailbox, now: datetime
) -> None:
    first_id = "<alert1@watch.example>"
    take_in(alert("PROBLEM: disk full on srv1", message_id=first_id), mailbox, now=now)
    (first,) = tickets()
    first.state, first.resolved_at = State.RESOLVED, now - timedelta(days=days)
    db.session.commit()
    for subject in (
        "RECOVERY: disk full on srv1",
        "PROBLEM: disk full on srv1",
        "PROBLEM: disk full on srv1",
    ):
        take_in(alert(subject, In_Reply_To=first_id), mailbox, now=now)
    second = tickets()[1]
    assert (len(tickets()), second.follows_id, len(messages(second))) == (2, first.id, 2)


@pytest.mark.parametrize(
    ("first", "second", "headers"),
    [
        ("PROBLEM: disk full on srv1", "PROBLEM: disk full on srv2", {}),
        ("Port 3 is down", "Port 4 is down", {}),
        ("New request from the form", "New request from the form", {}),
        ("Alert from the form", "Alert from the form", {"Reply_To": "otto@elsewhere.example"}),
    ],
)
def test_other_things_and_peoples_forms_are_tickets_of_their_own(
    first: str, second: str, headers: dict[str, str], mailbox: Mailbox, now: datetime
) -> None:
    take_in(alert(first, **headers), mailbox, now=now)
    take_in(alert(second, **headers), mailbox, now=now)
    assert len(tickets()) == 2


def test_what_a_person_writes_is_never_taken_for_an_alert(mailbox: Mailbox, now: datetime) -> None:
    hanna()
    for _ in range(2):
        take_in(a_mail("Help!", subject="Error: printer down"), mailbox, now=now)
    assert len(tickets()) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "** PROBLEM Service Alert: web-2/HTTP is CRITICAL **",
            "** RECOVERY Service Alert: web-2/HTTP is OK **",
        ),
        ("[FIRING:1] HighCPU (db-01 prod)", "[RESOLVED] HighCPU (db-01 prod)"),
        ("Monitor is DOWN: shop.example", "Monitor is UP: shop.example"),
        ("Backup failed 2026-03-04 02:00", "Backup failed 2026-03-05 02:01:17"),
        ("Проблема: диск 91% srv1", "Восстановлено: диск 20% srv1"),
    ],
)
def test_the_same_thing_has_the_same_topic(one: str, other: str) -> None:
    assert topic_of(one) == topic_of(other) != ""


@pytest.mark.parametrize(
    ("subject", "is_well"),
    [
        ("Monitor is UP: shop.example", True),
        ("** RECOVERY Service Alert: web-2/HTTP is OK **", True),
        ("CRITICAL: start up takes too long", False),
        ("Host name could not be resolved", False),
        ("Disk failure", False),
    ],
)
def test_a_recovery_is_known_by_its_words(subject: str, is_well: bool) -> None:
    assert says_recovery(subject) is is_well
