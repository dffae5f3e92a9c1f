"""Addresses as they really are: odd ones are written to, impossible ones stop nobody else's mail."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.db import db
from helpdesk.errors import BadInput
from helpdesk.mail.compose import ascii_address
from helpdesk.mail.models import Mailbox
from helpdesk.notifications.models import DeliveryState, OutboxRecipient
from tests.mail.letters import HANNA
from tests.mail.test_doors_sending import a_request, answered, send_at
from tests.servers import Sink

pytestmark = [pytest.mark.usefixtures("session", "relay"), pytest.mark.mailserver]
IMPOSSIBLE = ["a@b..example", "me@.example", "me@[192.0.2.1]", f"{'a' * 65}@firm.example", "ü@firm.example"]


def state_of(email: str) -> DeliveryState:
    return db.session.scalars(select(OutboxRecipient.state).where(OutboxRecipient.email == email)).one()


@pytest.mark.parametrize("email", ["da..me@docomo.example", "me.@firm.example", ".me@firm.example"])
def test_an_address_that_only_strict_readers_refuse_is_written_to(
    mailbox: Mailbox, relay: Sink, now: datetime, email: str
) -> None:
    answered(a_request(mailbox, now), now, cc=(email,))
    send_at(now + timedelta(minutes=1))
    assert state_of(email) is DeliveryState.ACCEPTED


@pytest.mark.parametrize("email", IMPOSSIBLE)
def test_an_impossible_address_is_refused_at_once(email: str) -> None:
    with pytest.raises(BadInput):
        ascii_address(email)


def test_mail_that_cannot_be_composed_fails_at_once_and_the_next_goes_on(
    mailbox: Mailbox, relay: Sink, now: datetime
) -> None:
    ticket = a_request(mailbox, now)
    answered(ticket, now, "Nobody gets this.", cc=("me@b..example",))
    answered(ticket, now, "Everybody gets this.")
    send_at(now + timedelta(minutes=1))
    assert state_of("me@b..example") is DeliveryState.FAILED
    assert any(b"Everybody gets this." in mail.raw for mail in relay.taken if HANNA in mail.recipients)
