"""The first evening: from a desk that belongs to nobody to one where mail becomes tickets with deadlines."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import firm
from helpdesk.accounts.first import ensure_lines
from helpdesk.accounts.models import Account, Membership, Team
from helpdesk.admin.assistant import steps
from helpdesk.admin.assistant.claiming import Founder, code
from helpdesk.admin.assistant.claiming import claim as claim_it
from helpdesk.calendars.models import Calendar, CalendarHoliday
from helpdesk.clock import process_time
from helpdesk.config import settings
from helpdesk.db import db
from helpdesk.errors import RuleViolation
from helpdesk.intake import receive
from helpdesk.intake.incoming import Body, Incoming, Sender
from helpdesk.mail.models import Mailbox
from helpdesk.sla.models import SlaClock, SlaPolicy
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.rules import Channel
from tests.browsing import form, sign_in, visit_token
from tests.conftest import NOON
from tests.factories import an_administrator, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

PASSWORD = "rowing boats at dawn"
HOURS = {"name": "Weekdays", "hours": "09:00-18:00", "holidays": "1"}
POLICY = {
    "name": "Standard",
    **{f"answer_P{n}": text for n, text in enumerate(("30 min", "1 h", "4 h", "8 h"), start=1)},
    **{f"solution_P{n}": text for n, text in enumerate(("4 h", "8 h", "2 d", "5 d"), start=1)},
}
LINES = {"line_1": "Front desk", "line_2": "Admins", "line_3": "Makers", "mine_1": "1"}


def sheet(**fields: str) -> dict[str, str]:
    """The first page as somebody fills it in."""
    return {
        "code": code(),
        "name": "Brightwater",
        "country": "DE",
        "language": "en",
        "zone": "Europe/Berlin",
        "founder": "Grace Moreau",
        "email": "grace@brightwater.example",
        "password": PASSWORD,
        **fields,
    }


def claim(client: FlaskClient, **fields: str) -> Any:
    return client.post("/welcome", data={"csrf_token": visit_token(client), **sheet(**fields)})


@pytest.fixture
def founder(client: FlaskClient) -> FlaskClient:
    """The browser of an administrator of a desk that is not set up."""
    person = an_administrator("Grace Moreau")
    ensure_lines(by=person.id, now=NOON)
    sign_in(client, person)
    return client


def test_claiming_makes_the_administrator_the_firm_and_three_lines(client: FlaskClient) -> None:
    answer = claim(client)
    assert answer.location == "/welcome/mailbox"
    assert settings().firm_name == "Brightwater"
    assert db.session.scalars(select(Account.email)).all() == ["grace@brightwater.example"]
    assert sorted(db.session.scalars(select(Team.line).where(Team.is_default))) == [1, 2, 3]
    assert client.get("/welcome/mailbox").status_code == 200


def test_without_the_code_nobody_takes_the_desk(client: FlaskClient) -> None:
    answer = claim(client, code="0000-0000-0000-0000")
    assert answer.status_code == 422
    assert "This is not the code" in answer.text
    assert db.session.scalar(select(Account.id)) is None


def test_the_code_may_be_typed_with_spaces_and_capitals(client: FlaskClient) -> None:
    assert claim(client, code=code().replace("-", " ").upper()).status_code == 303


def test_of_two_at_once_one_is_refused() -> None:
    an_administrator("Grace Moreau")
    founder = Founder("Eve Stone", "eve@other.example", "hash", "en")
    with pytest.raises(RuleViolation, match="belongs to somebody already"):
        claim_it(founder, firm.in_force(), now=NOON)


def test_the_second_one_comes_too_late(client: FlaskClient) -> None:
    claim(client)
    client.delete_cookie("sid")
    answer = claim(client, email="eve@other.example")
    assert answer.location == "/welcome/mailbox"
    assert len(db.session.scalars(select(Account.id)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "The firm needs a name"),
        ({"email": "grace"}, "is no e-mail address"),
        ({"founder": "123"}, "The administrator needs a name"),
        ({"password": "short"}, "A password has 14 to 128 characters"),
        ({"zone": "Mars/Base"}, "Choose a time zone"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_all_that_was_typed_stays(
    client: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = claim(client, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="DE" selected' in answer.text
    assert db.session.scalar(select(Account.id)) is None


def test_the_password_never_comes_back_in_a_page(client: FlaskClient) -> None:
    assert PASSWORD not in claim(client, name="").text


def test_a_mailbox_is_connected_with_the_firms_name_and_one_account_both_ways(founder: FlaskClient) -> None:
    fields = {
        "address": "help@brightwater.example",
        "imap_host": "imap.brightwater.example",
        "imap_port": "993",
        "imap_encryption": "tls",
        "imap_password": "the mailbox's own",
        "same_account": "1",
        "name": "Brightwater",
        "language": "en",
        "smtp_host": "smtp.brightwater.example",
        "smtp_port": "587",
        "smtp_encryption": "starttls",
    }
    assert founder.post("/welcome/mailbox", data=form(**fields)).location == "/welcome/lines"
    mailbox = db.session.scalars(select(Mailbox)).one()
    assert (mailbox.imap_user, mailbox.smtp_user) == ("help@brightwater.example",) * 2
    assert mailbox.imap_secret is not None
    assert mailbox.smtp_secret is not None


def test_known_providers_are_filled_in(founder: FlaskClient) -> None:
    page = founder.post("/welcome/mailbox", data=form(address="desk@gmail.com", verb="propose")).text
    assert "imap.gmail.com" in page
    assert db.session.scalar(select(Mailbox.id)) is None


def test_a_mailbox_without_a_password_is_asked_for_one(founder: FlaskClient) -> None:
    fields = {"address": "help@brightwater.example", "imap_host": "imap.brightwater.example"}
    answer = founder.post("/welcome/mailbox", data=form(**fields))
    assert answer.status_code == 422
    assert "The server asks for a password" in answer.text


def test_the_lines_get_their_names_and_the_founder_a_seat(founder: FlaskClient) -> None:
    assert founder.post("/welcome/lines", data=form(**LINES)).location == "/welcome/hours"
    assert [team.name for _, team in sorted(steps.line_teams().items())] == ["Front desk", "Admins", "Makers"]
    seats = db.session.scalars(select(Membership).where(Membership.until.is_(None))).all()
    assert [seat.team_id for seat in seats] == [steps.line_teams()[1].id]


def test_colleagues_are_invited_and_their_links_shown_while_no_mail_can_leave(founder: FlaskClient) -> None:
    answer = founder.post("/welcome/lines", data=form(**LINES, people_2="tom@brightwater.example"))
    assert answer.status_code == 200
    assert "tom@brightwater.example" in answer.text
    assert "/invitation" in answer.text


def test_one_wrong_address_invites_nobody(founder: FlaskClient) -> None:
    people = "tom@brightwater.example\nnobody"
    answer = founder.post("/welcome/lines", data=form(**LINES, people_2=people))
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.text
    assert steps.line_teams()[1].name != "Front desk"
    assert len(db.session.scalars(select(Account.id)).all()) == 1


def test_two_lines_cannot_have_teams_of_one_name(founder: FlaskClient) -> None:
    answer = founder.post("/welcome/lines", data=form(**{**LINES, "line_2": "Front desk"}))
    assert answer.status_code == 422
    assert "There is a team of this name already." in answer.text


def test_working_hours_are_made_with_the_countrys_holidays(founder: FlaskClient) -> None:
    assert founder.post("/welcome/hours", data=form(**HOURS)).location == "/welcome/policy"
    assert db.session.scalars(select(Calendar.name)).all() == ["Weekdays"]
    assert len(db.session.scalars(select(CalendarHoliday.id)).all()) > 10


@pytest.mark.parametrize("hours", ["", "9 to", "18:00-18:00", "09:00-12:00, 11:00-15:00"])
def test_hours_that_cannot_be_make_no_calendar(founder: FlaskClient, hours: str) -> None:
    answer = founder.post("/welcome/hours", data=form(**{**HOURS, "hours": hours}))
    assert answer.status_code == 422
    assert "field-error" in answer.text or "notice-bad" in answer.text
    assert db.session.scalar(select(Calendar.id)) is None


def test_a_policy_without_a_calendar_makes_the_usual_one(founder: FlaskClient) -> None:
    assert founder.post("/welcome/policy", data=form(**POLICY)).location == "/welcome/ready"
    assert db.session.scalars(select(SlaPolicy.is_default)).all() == [True]
    assert db.session.scalar(select(Calendar.id)) is not None


def test_a_target_that_cannot_be_read_makes_neither_policy_nor_calendar(founder: FlaskClient) -> None:
    answer = founder.post("/welcome/policy", data=form(**{**POLICY, "answer_P2": "soon"}))
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert db.session.scalar(select(SlaPolicy.id)) is None
    assert db.session.scalar(select(Calendar.id)) is None


def test_the_first_ticket_has_its_deadline(founder: FlaskClient) -> None:
    founder.post("/welcome/hours", data=form(**HOURS))
    founder.post("/welcome/policy", data=form(**POLICY))
    words = "The printer prints nothing."
    receipt = receive(
        Incoming(
            channel=Channel.MAIL,
            sender=Sender(email="olga@halden.example", name="Olga Reyes"),
            subject="Printer",
            body=Body(text=words, html=None, reply_until=len(words)),
            received_at=process_time(),
        ),
        by=the_system().id,
        now=process_time(),
    )
    ticket = db.session.get_one(Ticket, receipt.ticket_id)
    clocks = db.session.scalars(select(SlaClock).where(SlaClock.ticket_id == ticket.id)).all()
    assert ticket.sort_due == NOON + timedelta(hours=4)
    assert {clock.metric.value for clock in clocks} >= {"first_response", "resolution"}


@pytest.mark.parametrize("step", ["mailbox", "lines", "hours", "policy"])
def test_each_step_may_wait(founder: FlaskClient, step: str) -> None:
    assert founder.post(f"/welcome/{step}/later", data=form()).location == f"/welcome/{steps.after(step)}"
    assert steps.reached() == steps.after(step)


def test_whoever_stopped_in_the_middle_goes_on_there(founder: FlaskClient) -> None:
    founder.post("/welcome/mailbox/later", data=form())
    assert founder.get("/welcome").location == "/welcome/lines"
    assert "Go on with the assistant" in founder.get("/settings").text


def test_the_last_page_ends_the_assistant(founder: FlaskClient) -> None:
    assert "Your desk is ready" in founder.get("/welcome/ready").text
    assert firm.chosen()["assistant_done_at"] is not None
    assert "Go on with the assistant" not in founder.get("/settings").text


def test_a_step_that_does_not_exist_is_not_there(founder: FlaskClient) -> None:
    assert founder.get("/welcome/coffee").status_code == 404
    assert founder.post("/welcome/coffee", data=form()).status_code == 404
    assert founder.post("/welcome/coffee/later", data=form()).status_code == 404
