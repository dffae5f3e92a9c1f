"""The demo's firm is founded once, whole, and quickly."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from helpdesk.accounts.cast import cast
from helpdesk.accounts.models import Account, Person
from helpdesk.clients.models import Company, CompanyDomain, Contact, ContactPhone
from helpdesk.db import Base
from helpdesk.demo.firm import found_firm
from helpdesk.kb.models import ArticleText
from helpdesk.routing.models import RoutingRule
from helpdesk.sla.models import SlaTarget

pytestmark = pytest.mark.usefixtures("now")


def _counts(session: scoped_session[Session]) -> dict[str, int]:
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_founding_twice_is_founding_once(session: scoped_session[Session]) -> None:
    found_firm()
    once = _counts(session)
    found_firm()
    assert _counts(session) == once


def test_the_cast_stands_on_three_lines_and_around_them(app, session: scoped_session[Session]) -> None:  # type: ignore[no-untyped-def]
    found_firm()
    with app.test_request_context():
        troupes = {line: [card.name for card in cards] for line, _, _, cards in cast({})}
    assert troupes == {
        1: ["Ada Lind", "Tom Okafor", "Nina Volkova", "Mira Sato"],
        2: ["Lev Orlov", "Priya Nair", "Marek Dunn"],
        3: ["Jonas Weber", "Elena Petrova"],
        None: ["Grace Moreau", "Sam Ito"],
    }


def test_everybody_of_the_cast_has_an_address_of_the_firm(session: scoped_session[Session]) -> None:
    found_firm()
    addresses = session.scalars(select(Account.email)).all()
    assert [address for address in addresses if not address.endswith("@fernhill.example")] == []


def test_at_least_two_people_of_the_desk_read_russian(session: scoped_session[Session]) -> None:
    found_firm()
    query = select(func.count()).select_from(Account).join(Person).where(Person.language == "ru")
    assert (session.scalar(query) or 0) >= 2


def test_every_number_of_a_client_can_be_dialled(session: scoped_session[Session]) -> None:
    found_firm()
    assert session.scalars(select(ContactPhone.typed).where(ContactPhone.e164.is_(None))).all() == []
    main = select(Company.name).where(Company.main_phone.isnot(None), Company.main_phone_e164.is_(None))
    assert session.scalars(main).all() == []


def test_a_dozen_clients_with_people_domains_rules_and_targets(session: scoped_session[Session]) -> None:
    found_firm()
    counts = {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Company, Contact, CompanyDomain, RoutingRule, SlaTarget, ArticleText)
    }
    least = {
        "company": 14,
        "contact": 45,
        "company_domain": 12,
        "routing_rule": 8,
        "sla_target": 96,
        "article_text": 36,
    }
    assert {name: counts[name] >= number for name, number in least.items()} == dict.fromkeys(least, True)
