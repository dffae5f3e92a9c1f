"""Notices as mail: only for whoever is away, once, in his language, and never a client's business."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from helpdesk.accounts.models import Account, Person
from helpdesk.db import db
from helpdesk.notifications import preferences
from helpdesk.notifications.actions import News, tell
from helpdesk.notifications.jobs import mail_notices, mail_to, tidy_notices
from helpdesk.notifications.models import Notice, Outbox, OutboxRecipient
from helpdesk.notifications.preferences import Wishes
from helpdesk.notifications.rules import DEFAULTS, Hours, MailWhen, Topic, Ways
from helpdesk.tickets.models import Ticket
from tests.browsing import sign_in
from tests.factories import a_ticket, an_agent

pytestmark = pytest.mark.usefixtures("session")
MINUTES = timedelta(minutes=1)


@pytest.fixture
def ada(session: object, now: datetime) -> Person:
    return an_agent("Ada Lind")


@pytest.fixture
def ticket(ada: Person) -> Ticket:
    """Somebody else's ticket in her team; its own notices are out of the way."""
    ticket = a_ticket("Scanner folder\nis empty")
    for notice in db.session.scalars(select(Notice)):
        db.session.delete(notice)
    db.session.flush()
    return ticket


def told(person: Person, ticket: Ticket, now: datetime, kind: str = "ticket.assigned") -> None:
    tell((person.id,), News(kind=kind, ticket_id=ticket.id, at=now))
    db.session.commit()


def wish(person: Person, hours: Hours, **ways: Ways) -> None:
    chosen = {Topic(name): way for name, way in ways.items()}
    preferences.keep(person.id, Wishes(ways={**DEFAULTS, **chosen}, hours=hours))


def letters() -> list[Outbox]:
    return list(db.session.scalars(select(Outbox).where(Outbox.key.like("notices:%")).order_by(Outbox.id)))


def test_who_is_not_signed_in_gets_what_waits_in_one_mail(ada: Person, ticket: Ticket, now: datetime) -> None:
    told(ada, ticket, now)
    told(ada, ticket, now, "ticket.client_wrote")
    assert mail_to(ada.id, now=now) == 2
    (mail,) = letters()
    assert mail.subject == f"HD#{ticket.id}: The client wrote"
    assert (
        f"HD#{ticket.id}  Scanner folder is empty\n- A ticket was given to you\n- The client wrote"
        in mail.body
    )
    assert f"http://127.0.0.1:8000/tickets/{ticket.id}" in mail.body
    assert db.session.scalars(
        select(OutboxRecipient.email).where(OutboxRecipient.outbox_id == mail.id)
    ).all() == [db.session.scalars(select(Account.email).where(Account.person_id == ada.id)).one()]


def test_several_tickets_are_named_in_the_subject_by_number(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    other = a_ticket()
    told(ada, ticket, now)
    told(ada, other, now)
    mail_to(ada.id, now=now)
    assert letters()[0].subject == f"2 notices: HD#{ticket.id}, HD#{other.id}"


def test_the_subject_of_the_mail_holds_no_words_of_a_client(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    mail_to(ada.id, now=now)
    (mail,) = letters()
    assert mail.subject == f"HD#{ticket.id}: A ticket was given to you"


def test_the_mail_belongs_to_no_ticket_and_carries_no_way_back_into_one(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    mail_to(ada.id, now=now)
    (mail,) = letters()
    assert (mail.ticket_id, mail.message_id, mail.reply_token) == (None, None, None)
    assert not re.search(r"\[HD#\d+\]", mail.subject)


def test_a_russian_colleague_reads_russian(now: datetime) -> None:
    lev = an_agent("Lev Orlov", language="ru")
    ticket = a_ticket()
    told(lev, ticket, now)
    mail_to(lev.id, now=now)
    assert letters()[-1].body.startswith("Здравствуйте, Lev Orlov!")


def test_what_was_mailed_is_not_mailed_again(ada: Person, ticket: Ticket, now: datetime) -> None:
    told(ada, ticket, now)
    assert mail_to(ada.id, now=now) == 1
    assert mail_to(ada.id, now=now + 60 * MINUTES) == 0


def test_the_next_mail_comes_ten_minutes_later_at_the_earliest(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    assert mail_to(ada.id, now=now) == 1
    told(ada, ticket, now, "ticket.client_wrote")
    assert mail_to(ada.id, now=now + 9 * MINUTES) == 0
    assert mail_to(ada.id, now=now + 10 * MINUTES) == 1


def test_what_was_read_is_never_mailed(ada: Person, ticket: Ticket, now: datetime) -> None:
    told(ada, ticket, now)
    db.session.scalars(select(Notice)).one().read_at = now
    assert mail_to(ada.id, now=now) == 0


def test_who_works_at_the_desk_gets_no_mail_until_he_has_been_away(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    session = sign_in(client, ada)
    session.active_at = session.created_at = now
    session.expires_at = now + timedelta(hours=12)
    told(ada, ticket, now)
    assert mail_to(ada.id, now=now + 14 * MINUTES) == 0
    assert mail_to(ada.id, now=now + 15 * MINUTES) == 1


def test_who_wants_mail_always_gets_it_at_the_desk_too(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    sign_in(client, ada)
    wish(ada, Hours(mail_when=MailWhen.ALWAYS))
    told(ada, ticket, now)
    assert mail_to(ada.id, now=now) == 1


def test_who_wants_none_gets_none_and_no_heap_when_he_changes_his_mind(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    told(ada, ticket, now)
    wish(ada, Hours(mail_when=MailWhen.NEVER))
    told(ada, ticket, now, "ticket.client_wrote")
    assert mail_to(ada.id, now=now) == 0
    wish(ada, Hours())
    assert mail_to(ada.id, now=now) == 0


def test_a_topic_off_by_mail_stays_in_the_desk(ada: Person, ticket: Ticket, now: datetime) -> None:
    wish(ada, Hours(), assigned=Ways(in_desk=True, by_mail=False))
    told(ada, ticket, now)
    assert mail_to(ada.id, now=now) == 0
    assert db.session.scalars(select(Notice.in_desk)).all() == [True]


def test_a_topic_off_in_the_desk_comes_by_mail_alone(
    client: FlaskClient, ada: Person, ticket: Ticket, now: datetime
) -> None:
    wish(ada, Hours(), assigned=Ways(in_desk=False, by_mail=True))
    told(ada, ticket, now)
    sign_in(client, ada)
    assert "Nothing new" in client.get("/notices").text
    assert client.get("/notices/count").json == {"count": 0, "words": "0 new notices"}
    assert mail_to(ada.id, now=now + 60 * MINUTES) == 1


def test_a_topic_off_everywhere_leaves_no_row(ada: Person, ticket: Ticket, now: datetime) -> None:
    wish(ada, Hours(), assigned=Ways(in_desk=False, by_mail=False))
    told(ada, ticket, now)
    assert db.session.scalars(select(Notice)).all() == []


def test_quiet_hours_delay_the_mail_and_never_the_fact(ada: Person, ticket: Ticket, now: datetime) -> None:
    wish(ada, Hours(quiet_from=11 * 60, quiet_until=13 * 60))
    told(ada, ticket, now)
    assert db.session.scalars(select(Notice.created_at)).all() == [now]
    assert mail_to(ada.id, now=now) == 0
    assert mail_to(ada.id, now=now + 60 * MINUTES) == 1


def test_a_missed_deadline_passes_alone_through_the_quiet_hours(
    ada: Person, ticket: Ticket, now: datetime
) -> None:
    wish(ada, Hours(quiet_from=11 * 60, quiet_until=13 * 60, breach_passes=True))
    told(ada, ticket, now)
    crossed = {"metric": "resolution", "percent": 100, "line": None}
    tell((ada.id,), News(kind="sla.threshold_crossed", ticket_id=ticket.id, at=now, payload=crossed))
    assert mail_to(ada.id, now=now) == 1
    assert "The deadline of the solution has passed" in letters()[0].body
    assert "given to you" not in letters()[0].body


def test_a_ticket_out_of_sight_is_not_in_the_mail(now: datetime, ticket: Ticket) -> None:
    mira = an_agent(line=3)
    told(mira, ticket, now)
    assert mail_to(mira.id, now=now) == 0
    assert letters() == []
    assert db.session.scalars(select(Notice.mailed_at)).all() == [now]


def _disabled(account: Account, now: datetime) -> None:
    account.disabled_at = now


def _invited(account: Account, now: datetime) -> None:
    account.invited_at = now


@pytest.mark.parametrize("shut", [_disabled, _invited])
def test_a_shut_account_gets_no_mail(
    ada: Person, ticket: Ticket, now: datetime, shut: Callable[[Account, datetime], None]
) -> None:
    told(ada, ticket, now)
    shut(db.session.scalars(select(Account).where(Account.person_id == ada.id)).one(), now)
    assert mail_to(ada.id, now=now) == 0


def test_the_job_writes_one_mail_to_each_person(ada: Person, ticket: Ticket, now: datetime) -> None:
    bert = an_agent("Bert")
    told(ada, ticket, now)
    told(bert, ticket, now)
    mail_notices()
    assert [mail.key.split(":")[1] for mail in letters()] == [str(ada.id), str(bert.id)]


def test_old_notices_are_cleared_away_and_fresh_ones_stay(ada: Person, ticket: Ticket, now: datetime) -> None:
    for days in (91, 89):
        told(ada, ticket, now - timedelta(days=days))
    db.session.execute(update(Notice).values(read_at=Notice.created_at))
    told(ada, ticket, now - timedelta(days=300))
    told(ada, ticket, now - timedelta(days=366))
    tidy_notices()
    left = [(now - at).days for at in db.session.scalars(select(Notice.created_at))]
    assert sorted(left) == [89, 300]
