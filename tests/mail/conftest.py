"""Servers for the tests of the mail doors."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from helpdesk.accounts.models import Person
from helpdesk.mail.models import Mailbox
from helpdesk.tickets import actions
from helpdesk.tickets.models import Ticket
from tests.choosing import chosen
from tests.factories import a_mailbox, an_agent, three_lines
from tests.mail.letters import a_mail, hanna, take_in, tickets
from tests.mail.provider import Provider, running
from tests.servers import Sink, dovecot, smtp_sink

__all__ = ["dovecot", "smtp_sink"]


@pytest.fixture
def mailbox(session: object) -> Mailbox:
    """The desk's mailbox, with three lines behind it."""
    three_lines()
    return a_mailbox()


@pytest.fixture
def ada(mailbox: Mailbox) -> Person:
    return an_agent("Ada Lind")


@pytest.fixture
def ticket(mailbox: Mailbox, ada: Person, now: datetime) -> Ticket:
    """Hanna's, with Ada."""
    hanna()
    take_in(a_mail(), mailbox, now=now)
    (ticket,) = tickets()
    actions.assign(ticket, ada.id, by=ada.id, now=now)
    return ticket


@pytest.fixture
def relay(app: Flask, smtp_sink: Sink) -> Iterator[Sink]:
    """The installation's relay is the sink of this test."""
    with chosen(app, smtp_url=smtp_sink.url):
        yield smtp_sink


@pytest.fixture(scope="module")
def signing_in() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(signing_in: Provider) -> Provider:
    """As good as new: only its address stays."""
    fresh = Provider(port=signing_in.port)
    lock = signing_in.lock
    signing_in.__dict__.update(fresh.__dict__, lock=lock)
    return signing_in


@pytest.fixture
def calling_desk(app: Flask, session: object) -> Iterator[Flask]:
    """The desk may call this machine."""
    with chosen(app, inner_hosts=("127.0.0.1",)):
        three_lines()
        yield app
