"""A mailbox that writes to itself once a day: sent once, known again, missed where it does not come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.mail.jobs import probe_mailboxes, send_outbox
from helpdesk.mail.models import InboundState, Mailbox
from helpdesk.mail.probe_models import MailboxProbe
from helpdesk.mail.queries import mailbox_states
from helpdesk.notifications.models import Notice
from tests.factories import a_mailbox, an_administrator
from tests.mail.letters import take_in, tickets
from tests.moments import at
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]


@pytest.fixture
def probing(mailbox: Mailbox) -> Mailbox:
    mailbox.imap_host, mailbox.probes_daily = "imap.fernhill.example", True
    db.session.commit()
    return mailbox


def probes() -> Sequence[MailboxProbe]:
    return db.session.scalars(select(MailboxProbe).order_by(MailboxProbe.id)).all()


def test_what_it_writes_to_itself_is_known_when_it_comes_back(
    probing: Mailbox, relay: Sink, now: datetime
) -> None:
    assert [probe_mailboxes(), probe_mailboxes()] == [1, 0]
    send_outbox()
    (taken,) = relay.taken
    with at(now + timedelta(seconds=42)):
        mail = take_in(taken.raw, probing, now=now + timedelta(seconds=42))
    (state,) = mailbox_states(now + timedelta(minutes=1))
    assert (taken.recipients, mail.state, mail.reason) == (
        (probing.address,),
        InboundState.IGNORED,
        "own_probe",
    )
    assert state.probe is not None
    assert (state.probe.seconds, state.probe.is_lost, tickets()) == (42, False, [])


def test_it_is_written_once_a_day_and_by_nobody_who_was_not_told_to(probing: Mailbox, now: datetime) -> None:
    a_mailbox("sales@fernhill.example", imap_host="imap.fernhill.example")
    for hours in (0, 1, 23, 24, 47, 48):
        with at(now + timedelta(hours=hours)):
            probe_mailboxes()
    assert [(one.mailbox_id, one.sent_at - now) for one in probes()] == [
        (probing.id, timedelta(days=days)) for days in range(3)
    ]


def test_one_that_has_not_come_back_in_half_an_hour_is_told_of_once(probing: Mailbox, now: datetime) -> None:
    boss = an_administrator()
    db.session.commit()
    for minutes in (0, 29, 30, 60):
        with at(now + timedelta(minutes=minutes)):
            probing.polled_at = now + timedelta(minutes=minutes)
            probe_mailboxes()
    told = db.session.scalars(select(Notice).where(Notice.person_id == boss.id)).all()
    assert [(one.kind, one.created_at - now) for one in told] == [("mail.probe_lost", timedelta(minutes=30))]
    (state,) = mailbox_states(now + timedelta(minutes=60))
    assert state.probe is not None
    assert state.probe.is_lost


def test_one_is_not_missed_before_somebody_has_looked(probing: Mailbox, now: datetime) -> None:
    an_administrator()
    probing.polled_at = now + timedelta(minutes=29)
    for minutes in (0, 90):
        with at(now + timedelta(minutes=minutes)):
            probe_mailboxes()
    assert db.session.scalars(select(Notice)).all() == []


def test_only_its_own_mailbox_counts_and_a_mark_without_our_sign_is_nothing(
    probing: Mailbox, relay: Sink, now: datetime
) -> None:
    other = a_mailbox("sales@fernhill.example")
    probe_mailboxes()
    send_outbox()
    content = relay.taken[0].raw
    forged = content.replace(b"X-Loop", b"X-Other").replace(b"Message-ID: <", b"Message-ID: <other.")
    take_in(content, other, now=now)
    take_in(forged, probing, now=now)
    assert [one.returned_at for one in probes()] == [None]
