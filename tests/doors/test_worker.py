"""The worker as a process: two share the work, survive a lost database, and end when told."""

import signal

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.heartbeat import Heartbeat
from helpdesk.sla.models import Metric, SlaFiring
from helpdesk.tickets import actions
from helpdesk.tickets.actions import Reply
from helpdesk.tickets.models import Ticket
from helpdesk.timetable import timetable
from helpdesk.worker import FINISH_SECONDS
from tests.browser.cast import Cast
from tests.browser.desk import Desk, Part, eventually
from tests.factories import a_ticket
from tests.mail.letters import a_mail
from tests.outgoing import said
from tests.servers import PATIENCE_S

pytestmark = pytest.mark.mailserver
MANY = 12
BROKE = "the listening connection broke"


@pytest.fixture(scope="module")
def at_work(desk: Desk, cast: Cast) -> Cast:
    """Two workers side by side."""
    desk.env["HELPDESK_SMTP_DOOR_PORT"] = "0"
    desk.start("worker")
    desk.start("worker")
    return cast


def opened(desk: Desk, subject: str) -> list[int]:
    with desk.rows():
        return list(db.session.scalars(select(Ticket.id).where(Ticket.subject == subject)))


def test_every_job_of_the_timetable_leaves_its_heartbeat(desk: Desk, at_work: Cast) -> None:
    names = {job.name for job in timetable(desk.app.extensions["settings"])}

    def beating() -> bool:
        with desk.rows():
            return names <= set(db.session.scalars(select(Heartbeat.job).where(Heartbeat.error.is_(None))))

    eventually(beating)


def test_many_letters_become_as_many_tickets_each_once(desk: Desk, at_work: Cast) -> None:
    client = at_work.crews["en"].client
    for number in range(MANY):
        sender, subject = f"{client.name} <{client.email}>", f"Letter {number}"
        desk.letter(a_mail(sender=sender, to=client.mailbox, subject=subject), client.mailbox)
    for number in range(MANY):
        eventually(lambda number=number: opened(desk, f"Letter {number}"))  # type: ignore[misc]
    assert [len(opened(desk, f"Letter {number}")) for number in range(MANY)] == [1] * MANY


def test_two_senders_send_each_answer_once(desk: Desk, at_work: Cast) -> None:
    crew = at_work.crews["en"]
    with desk.rows():
        now = clock.now(db.session)
        contact = db.session.get_one(Contact, crew.colleague.contact_id)
        for number in range(MANY):
            ticket = a_ticket(f"Question {number}", contact=contact, at=now)
            actions.reply(ticket, Reply(text=f"Answer {number}"), by=crew.first.person_id, now=now)
    desk.let_undo_pass()

    def answers() -> list[str]:
        first_lines = (said(mail).splitlines()[0] for mail in desk.mails_to(crew.colleague.email))
        return sorted(line for line in first_lines if line.startswith("Answer"))

    eventually(lambda: len(answers()) >= MANY)
    assert answers() == sorted(f"Answer {number}" for number in range(MANY))


def test_a_breach_is_written_down_once(desk: Desk, at_work: Cast) -> None:
    with desk.rows():
        contact = db.session.get_one(Contact, at_work.crews["en"].client.contact_id)
        number = a_ticket("Forgotten", contact=contact).id

    def breaches() -> list[int]:
        with desk.rows():
            fired = select(SlaFiring.percent).where(
                SlaFiring.ticket_id == number, SlaFiring.metric == Metric.FIRST_RESPONSE
            )
            return sorted(db.session.scalars(fired))

    eventually(lambda: 100 in breaches())
    assert breaches() == [75, 90, 100]


def test_the_database_goes_away_and_comes_back(desk: Desk, at_work: Cast) -> None:
    client = at_work.crews["en"].client
    with desk.database_away():
        desk.letter(
            a_mail(sender=client.email, to=client.mailbox, subject="While it was away"), client.mailbox
        )
    eventually(lambda: opened(desk, "While it was away"))
    assert all(part.process.poll() is None for part in desk.parts)


def test_told_to_end_it_ends_well_with_its_database_and_without(desk: Desk, at_work: Cast) -> None:
    first, second = desk.parts
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(PATIENCE_S) == 0
    before = second.said().count(BROKE)
    with desk.database_away():
        eventually(lambda: second.said().count(BROKE) > before)
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(FINISH_SECONDS - 1) == 0  # as long as one with a database may take


def test_a_wrong_setting_stops_the_start_with_a_sentence(desk: Desk) -> None:
    env = {**desk.env, "HELPDESK_DEFAULT_TIMEZONE": "Mars/Olympus"}
    part = Part("worker", env=env, log=desk.folder / "wrong.log")
    assert part.process.wait(PATIENCE_S) == 1
    assert "HELPDESK_DEFAULT_TIMEZONE" in part.said()
    assert "Traceback" not in part.said()
