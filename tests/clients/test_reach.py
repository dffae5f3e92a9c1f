"""Which addresses must not be written to, what shuts them and what opens them again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.clients.actions import Returned, note_alive, note_complaint, note_returned, open_address
from helpdesk.clients.models import ContactAddress
from helpdesk.clients.reach import Barrier, closed
from helpdesk.clients.rules import ReturnKind
from helpdesk.db import db
from helpdesk.history import SettingChange
from tests.factories import a_contact, an_agent

pytestmark = pytest.mark.usefixtures("session", "now")
HANNA = "hanna@halden.example"
NOBODYS = "copied@elsewhere.example"


def comes_back(kind: ReturnKind, now: datetime, *, email: str = HANNA) -> bool:
    returned = Returned(
        email=email,
        kind=kind,
        status="5.1.1",
        words="550 no such user",
        outbox_recipient_id=None,
        inbound_mail_id=None,
    )
    return note_returned(returned, now=now)


def test_an_address_that_does_not_exist_is_shut_at_once_with_the_words_of_its_server(now: datetime) -> None:
    a_contact(email=HANNA)
    assert comes_back(ReturnKind.HARD, now)
    shut = closed([f" {HANNA.upper()} ", NOBODYS], by_machine=False)
    assert [(one.email, one.barrier, one.words) for one in shut.values()] == [
        (HANNA, Barrier.UNDELIVERABLE, "5.1.1 550 no such user")
    ]


def test_an_address_that_is_no_contacts_is_shut_all_the_same(now: datetime) -> None:
    comes_back(ReturnKind.HARD, now, email=NOBODYS)
    assert NOBODYS in closed([NOBODYS], by_machine=False)
    note_alive(NOBODYS, now=now)
    assert closed([NOBODYS], by_machine=False) == {}


@pytest.mark.parametrize("kind", [ReturnKind.SOFT, ReturnKind.POLICY])
def test_a_full_box_or_a_rule_shuts_the_third_time_in_thirty_days(kind: ReturnKind, now: datetime) -> None:
    a_contact(email=HANNA)
    days = (0, 29, 31, 45)
    shut = [comes_back(kind, now + timedelta(days=day)) for day in days]
    assert shut == [False, False, False, True]


def test_what_is_only_late_never_shuts(now: datetime) -> None:
    a_contact(email=HANNA)
    assert not any(comes_back(ReturnKind.DELAYED, now + timedelta(hours=hour)) for hour in range(9))
    assert closed([HANNA], by_machine=True) == {}


def test_a_sign_of_life_forgets_what_came_back_before(now: datetime) -> None:
    a_contact(email=HANNA)
    comes_back(ReturnKind.SOFT, now)
    comes_back(ReturnKind.SOFT, now)
    note_alive(HANNA, now=now)
    assert not comes_back(ReturnKind.SOFT, now)
    held = db.session.scalars(select(ContactAddress)).one()
    assert (held.undeliverable_at, held.undeliverable_reason) == (None, None)


def test_who_complained_is_written_to_by_people_only(now: datetime) -> None:
    a_contact(email=HANNA)
    assert note_complaint(HANNA, now=now)
    assert closed([HANNA], by_machine=True)[HANNA].barrier is Barrier.COMPLAINED
    assert closed([HANNA], by_machine=False) == {}
    assert not note_complaint(NOBODYS, now=now)


def test_a_sign_of_life_does_not_take_a_complaint_back(now: datetime) -> None:
    a_contact(email=HANNA)
    note_complaint(HANNA, now=now)
    note_alive(HANNA, now=now)
    assert HANNA in closed([HANNA], by_machine=True)


def test_a_person_opens_an_address_and_the_history_says_so(now: datetime) -> None:
    a_contact(email=HANNA)
    comes_back(ReturnKind.HARD, now)
    note_complaint(HANNA, now=now)
    open_address(HANNA, by=an_agent().id, now=now)
    assert closed([HANNA], by_machine=True) == {}
    changes = db.session.scalars(select(SettingChange).order_by(SettingChange.id)).all()
    assert [(one.field, one.before, one.after) for one in changes] == [
        ("undeliverable", HANNA, None),
        ("undeliverable_reason", "5.1.1 550 no such user", None),
        ("complained", HANNA, None),
    ]
