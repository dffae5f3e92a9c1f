"""Routing rules on their screen: what is saved decides the next request, and stands in the history."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.clock import process_time
from helpdesk.db import db
from helpdesk.intake import receive
from helpdesk.intake.incoming import Body, Incoming, Sender
from helpdesk.routing import editing
from helpdesk.routing.editing import mark_of
from helpdesk.routing.models import RoutingRule
from helpdesk.tickets.actions import catalogue
from helpdesk.tickets.models import Category, Ticket
from helpdesk.tickets.rules import Channel
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form
from tests.factories import a_company, a_team, the_system

pytestmark = pytest.mark.usefixtures("session", "now")


def save(desk: FlaskClient, name: str, **fields: Any) -> RoutingRule:
    answer = desk.post("/settings/rules", data=form(name=name, **fields))
    assert answer.status_code == 303, answer.text
    return editing.in_order()[-1]


def mail(text: str, sender: str = "olga@halden.example") -> Ticket:
    """The ticket that a mail with these words opens."""
    receipt = receive(
        Incoming(
            channel=Channel.MAIL,
            sender=Sender(email=sender, name="Olga Reyes"),
            subject="Help",
            body=Body(text=text, html=None, reply_until=len(text)),
            received_at=process_time(),
        ),
        by=the_system().id,
        now=process_time(),
    )
    return db.session.get_one(Ticket, receipt.ticket_id)


def names() -> list[str]:
    return [row.name for row in editing.in_order()]


def test_a_rule_decides_the_next_request(desk: FlaskClient) -> None:
    networks = a_team(2, "Networks")
    save(desk, "VPN", words="vpn", team=f"team-{networks.id}", priority="P2", tags="access, vpn")
    ticket = mail("The VPN asks for a code every five minutes.")
    assert (ticket.team_id, ticket.priority, ticket.tags) == (networks.id, "P2", ["access", "vpn"])


def test_a_rule_may_set_the_category(desk: FlaskClient) -> None:
    printing = catalogue.add_category("Printing", by=the_system().id, now=process_time())
    save(desk, "Paper", words="printer", category=str(printing.id))
    assert mail("The printer eats paper.").category_id == printing.id


def test_a_rule_may_ask_for_the_senders_domain(desk: FlaskClient) -> None:
    save(desk, "Alerts", senders="@watch.example", priority="P1")
    assert mail("Disk full", "robot@watch.example").priority == "P1"
    assert mail("Disk full", "robot@other.example").priority == "P3"


def test_a_new_rule_stands_in_the_history_in_words(desk: FlaskClient) -> None:
    row = save(desk, "VPN", words="vpn", priority="P2")
    (change,) = history_of("rule", row.id)
    assert before_and_after(change)["Then"] == ("", "as P2")


def test_a_changed_rule_keeps_before_and_after(desk: FlaskClient) -> None:
    row = save(desk, "VPN", words="vpn", priority="P2")
    sheet = form(name="VPN", words="vpn", priority="P1", was=mark_of(row))
    assert desk.post(f"/settings/rules/{row.id}", data=sheet).status_code == 303
    assert before_and_after(history_of("rule", row.id)[0])["Then"] == ("as P2", "as P1")


def test_a_rule_that_somebody_else_changed_meanwhile_is_not_overwritten(desk: FlaskClient) -> None:
    row = save(desk, "VPN", words="vpn", priority="P2")
    answer = desk.post(
        f"/settings/rules/{row.id}", data=form(name="Mine", words="x", priority="P1", was="old")
    )
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert names() == ["VPN"]


def test_a_rule_behind_one_that_takes_everything_is_refused_with_its_name(desk: FlaskClient) -> None:
    save(desk, "All mail", channels="mail", priority="P2")
    answer = desk.post("/settings/rules", data=form(name="VPN", channels="mail", words="vpn", priority="P1"))
    assert answer.status_code == 409
    assert "Nothing can ever fit this rule." in answer.text
    assert "“All mail”" in answer.text
    assert names() == ["All mail"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " ", "priority": "P1"}, "A rule needs a name"),
        ({"name": "Nothing"}, "Say what the rule does"),
        ({"name": "Who", "senders": "halden", "priority": "P1"}, "neither an address nor a domain"),
        ({"name": "When", "from_hour": "9", "priority": "P1"}, "Say both hours"),
        ({"name": "What", "priority": "P9"}, "from the lists"),
        ({"name": "Long", "words": "x" * 61, "priority": "P1"}, "At most fifty words"),
        (
            {"name": "Whose", "company_text": "Nobody Ltd", "priority": "P1"},
            "No company is called “Nobody Ltd”",
        ),
        ({"name": "Gone", "company_ids": "99999", "priority": "P1"}, "no longer there"),
        ({"name": "Gone", "mailbox_ids": "99999", "priority": "P1"}, "no longer there"),
        ({"name": "Gone", "words": "vpn", "team": "team-99999"}, "no longer there"),
        ({"name": "Gone", "words": "vpn", "team": "line-4"}, "no longer there"),
        ({"name": "Gone", "words": "vpn", "category": "99999"}, "no longer there"),
        ({"name": "Gone", "channels": "pigeon", "priority": "P1"}, "no longer there"),
        ({"name": "Gone", "types": "riddle", "priority": "P1"}, "no longer there"),
        ({"name": "Gone", "weekdays": "7", "priority": "P1"}, "no longer there"),
    ],
)
def test_a_sheet_that_cannot_be_comes_back_with_a_sentence(
    desk: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = desk.post("/settings/rules", data=form(**fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert names() == []


def test_a_typed_company_counts_though_nobody_picked_it_from_the_list(desk: FlaskClient) -> None:
    """Without it the rule would ask nothing and take the mail of every client."""
    halden = a_company("Halden Freight")
    row = save(desk, "Halden", company_text="halden freight", priority="P1")
    assert row.conditions["company_ids"] == [halden.id]
    assert mail("VPN", sender="somebody@else.example").priority == "P3"


def test_a_team_that_went_out_of_use_meanwhile_is_refused(desk: FlaskClient) -> None:
    networks = a_team(2, "Networks")
    networks.retired_at = process_time()
    db.session.commit()
    answer = desk.post("/settings/rules", data=form(name="VPN", words="vpn", team=f"team-{networks.id}"))
    assert answer.status_code == 422
    assert "no longer there" in answer.text


def test_a_rule_keeps_its_category_though_that_was_put_away(desk: FlaskClient) -> None:
    desk.post("/settings/categories", data=form(name="Printing"))
    kind = db.session.scalars(select(Category)).one()
    row = save(desk, "VPN", words="vpn", category=kind.id)
    desk.post(f"/settings/categories/{kind.id}", data=form(verb="retire", name="Printing"))
    db.session.refresh(kind)
    assert kind.retired_at is not None
    assert f'<option value="{kind.id}" selected>Printing' in desk.get(f"/settings/rules/{row.id}").text


def test_a_rule_that_is_switched_off_is_passed_over(desk: FlaskClient) -> None:
    row = save(desk, "VPN", words="vpn", priority="P1")
    desk.post(f"/settings/rules/{row.id}/use", data=form(verb="off"))
    assert mail("VPN").priority == "P3"


def test_a_rule_that_was_put_away_is_gone_from_the_list(desk: FlaskClient) -> None:
    row = save(desk, "VPN", words="vpn", priority="P1")
    desk.post(f"/settings/rules/{row.id}/use", data=form(verb="retire"))
    assert names() == []
    assert mail("VPN").priority == "P3"
    assert desk.get(f"/settings/rules/{row.id}").status_code == 404


def test_rules_are_put_in_another_order(desk: FlaskClient) -> None:
    first, second = save(desk, "A", words="aa", priority="P1"), save(desk, "B", words="bb", priority="P2")
    answer = desk.post("/settings/rules/order", data=form(order=[str(second.id), str(first.id)]))
    assert answer.status_code == 303
    assert names() == ["B", "A"]
    assert before_and_after(history_of("rules", 0)[0])["Order"] == ("A, B", "B, A")


def test_a_step_moves_one_rule_without_scripts(desk: FlaskClient) -> None:
    first, second = save(desk, "A", words="aa", priority="P1"), save(desk, "B", words="bb", priority="P2")
    order = [str(first.id), str(second.id)]
    desk.post("/settings/rules/order", data=form(order=order, move=f"{second.id}:-1"))
    assert names() == ["B", "A"]


def test_an_order_of_a_list_that_changed_meanwhile_moves_nothing(desk: FlaskClient) -> None:
    first = save(desk, "A", words="aa", priority="P1")
    save(desk, "B", words="bb", priority="P2")
    answer = desk.post("/settings/rules/order", data=form(order=[str(first.id)]))
    assert answer.status_code == 409
    assert "nothing was moved" in answer.text
    assert names() == ["A", "B"]


def test_trying_a_message_says_which_rule_decides_and_why_others_do_not(desk: FlaskClient) -> None:
    save(desk, "Phone", channels="phone", priority="P2")
    save(desk, "VPN", words="vpn", line="2", priority="P1")
    page = desk.post("/settings/rules/trial", data=form(channel="mail", text="VPN again")).text
    assert "“VPN” decides" in page
    assert "comes another way" in page
    assert db.session.query(Ticket).count() == 0


def test_a_rule_made_useless_by_the_order_says_so_on_the_list(desk: FlaskClient) -> None:
    narrow = save(desk, "VPN", channels="mail", words="vpn", priority="P1")
    wide = save(desk, "All mail", channels="mail", priority="P2")
    desk.post("/settings/rules/order", data=form(order=[str(wide.id), str(narrow.id)]))
    assert "The rule “All mail” stands before it" in desk.get("/settings/rules").text
