"""Links and merging on the pages: what is shown, who may, and every way in which it is refused."""

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.clients.models import Contact
from helpdesk.db import db
from helpdesk.events import EventRow
from helpdesk.tickets import actions
from helpdesk.tickets.models import Participant, Ticket, TicketLink
from helpdesk.tickets.rules import LinkKind, State
from tests.browsing import form, sign_in
from tests.counting import statements
from tests.factories import a_company, a_contact, a_team, a_ticket, an_agent, the_team

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def pair(ada: Person) -> tuple[Ticket, Ticket]:
    """Two open tickets of one company, both in Ada's team."""
    company = a_company("Halden")
    one = a_ticket("Scanner folder is empty", contact=a_contact("Hanna Bell", company=company))
    other = a_ticket("Empty scanner folder again", contact=a_contact("Omar Said", company=company))
    db.session.commit()
    return one, other


def hidden_ticket(contact: Contact | None = None) -> Ticket:
    """One on a line and in teams that Ada is not in."""
    ticket = a_ticket("Payroll of the board", contact=contact, team=the_team(3))
    ticket.owner_team_id = a_team(1).id
    db.session.commit()
    return ticket


def link(client: FlaskClient, ticket: Ticket, **fields: object) -> int:
    sent = form(**{"kind": "relates", **{name: str(value) for name, value in fields.items()}})
    return client.post(f"/tickets/{ticket.id}/links", data=sent).status_code


def merged(client: FlaskClient, double: Ticket, into: Ticket, **more: object) -> int:
    fields = {"into": into.id, "version": double.version, "into_version": into.version, **more}
    return client.post(f"/tickets/{double.id}/merging", data=form(**fields)).status_code


def count(model: type) -> int:
    return len(db.session.scalars(select(model)).all())


@pytest.mark.parametrize(
    ("kind", "here", "there"),
    [
        ("relates", "Relates to", "Relates to"),
        ("duplicate_of", "Duplicate of", "Has the duplicate"),
        ("has_duplicate", "Has the duplicate", "Duplicate of"),
        ("blocks", "Blocks", "Blocked by"),
        ("blocked_by", "Blocked by", "Blocks"),
    ],
)
def test_a_link_is_shown_on_both_tickets_with_its_own_words(
    client: FlaskClient, pair: tuple[Ticket, Ticket], kind: str, here: str, there: str
) -> None:
    one, other = pair
    assert link(client, one, kind=kind, other=other.id) == 303
    for ticket, its_other, words in ((one, other, here), (other, one, there)):
        page = client.get(f"/tickets/{ticket.id}").text
        aside = page.partition('id="links"')[2].partition("</section>")[0]
        assert words in aside
        assert f'href="/tickets/{its_other.id}"' in aside
        assert its_other.subject in aside
        assert "New" in aside
    assert "Ada Lind linked it" in client.get(f"/tickets/{one.id}").text


def test_a_number_typed_by_hand_is_enough(client: FlaskClient, pair: tuple[Ticket, Ticket]) -> None:
    one, other = pair
    assert link(client, one, other="", other_text=f"#{other.id}") == 303
    assert count(TicketLink) == 1


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"other": "", "other_text": ""}, 422, "Choose a ticket, or write its number."),
        ({"other": "999999"}, 422, "There is no ticket 999999."),
        ({"other": "99999999999999999999"}, 422, "Choose a ticket"),
        ({"other": "$one"}, 409, "A ticket cannot be linked with itself."),
        ({"other": "$other", "kind": "eats"}, 422, "Choose what the tickets are to each other."),
    ],
)
def test_a_link_that_means_nothing_is_refused_in_its_dialog(
    client: FlaskClient, pair: tuple[Ticket, Ticket], fields: dict[str, str], status: int, sentence: str
) -> None:
    one, other = pair
    known = {"$one": str(one.id), "$other": str(other.id)}
    sent = {"kind": "relates", **{name: known.get(value, value) for name, value in fields.items()}}
    answer = client.post(f"/tickets/{one.id}/links", data=form(**sent))
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'id="link-dialog" aria-labelledby="link-dialog-title" open' in answer.text
    assert count(TicketLink) == 0


def test_a_second_link_of_the_pair_is_refused(client: FlaskClient, pair: tuple[Ticket, Ticket]) -> None:
    one, other = pair
    link(client, one, other=other.id)
    assert link(client, other, kind="blocks", other=one.id) == 409
    assert count(TicketLink) == 1


def test_pressing_twice_links_once_and_says_no_refusal(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    one, other = pair
    sent = form(kind="relates", other=str(other.id))
    answers = [client.post(f"/tickets/{one.id}/links", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert count(TicketLink) == 1


def test_a_ticket_out_of_sight_is_refused_like_a_missing_one(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    one, _ = pair
    secret = hidden_ticket()
    missing, unseen = (
        client.post(f"/tickets/{one.id}/links", data=form(kind="relates", other=str(number)))
        for number in (999_999, secret.id)
    )
    assert missing.status_code == unseen.status_code == 422
    assert f"There is no ticket {secret.id}." in unseen.text
    assert secret.subject not in unseen.text


def test_the_right_is_needed_on_both(client: FlaskClient, pair: tuple[Ticket, Ticket], now: datetime) -> None:
    one, _ = pair
    reader, foreign = an_agent("Rita", line=1), hidden_ticket()
    db.session.add(Participant(ticket_id=foreign.id, person_id=reader.id, because="mentioned", since=now))
    foreign.contact_id, foreign.company_id = one.contact_id, one.company_id
    db.session.commit()
    sign_in(client, reader)
    assert link(client, one, other=foreign.id) == 303
    assert merged(client, one, foreign) == 403
    assert one.merged_into_id is None


def says_number(page: str, number: int) -> int:
    """How often a page has that number, as text or in an address; digits within hashes do not count.

    Something else on the page may happen to have the same number: compare with the page before.
    """
    return len(re.findall(rf"(?<![\w-]){number}(?![\w-])", page))


def test_a_link_to_a_ticket_out_of_sight_is_not_shown_nor_named(
    client: FlaskClient, pair: tuple[Ticket, Ticket], ada: Person, now: datetime
) -> None:
    one, _ = pair
    secret = hidden_ticket()
    before = client.get(f"/tickets/{one.id}").text
    row = actions.link(one, secret, LinkKind.BLOCKS, by=an_agent("Lev").id, now=now)
    db.session.commit()
    page = client.get(f"/tickets/{one.id}").text
    assert says_number(page, secret.id) == says_number(before, secret.id)
    assert secret.subject not in page
    assert "Lev linked it with another ticket" in page
    gone = client.post(f"/tickets/{one.id}/links/{row.id}/removal", data=form())
    assert gone.status_code == 404
    assert count(TicketLink) == 1


def test_a_link_is_taken_away(client: FlaskClient, pair: tuple[Ticket, Ticket]) -> None:
    one, other = pair
    link(client, one, kind="blocks", other=other.id)
    (row,) = db.session.scalars(select(TicketLink))
    assert client.post(f"/tickets/{other.id}/links/{row.id}/removal", data=form()).status_code == 303
    assert count(TicketLink) == 0
    assert f"took the link with {other.id} away" in client.get(f"/tickets/{one.id}").text


def test_a_link_of_other_tickets_is_not_found_here(
    client: FlaskClient, pair: tuple[Ticket, Ticket], ada: Person, now: datetime
) -> None:
    one, other = pair
    third = a_ticket()
    row = actions.link(other, third, LinkKind.RELATES, by=ada.id, now=now)
    db.session.commit()
    assert client.post(f"/tickets/{one.id}/links/{row.id}/removal", data=form()).status_code == 404


def test_while_typing_visible_tickets_are_offered_by_number_and_words(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    one, other = pair
    hidden_ticket()
    by_words = client.get(f"/tickets/{one.id}/links/candidates?q=scanner").text
    assert f'data-value="{other.id}"' in by_words
    assert f'data-value="{one.id}"' not in by_words
    assert f'data-value="{other.id}"' in client.get(f"/tickets/{one.id}/links/candidates?q={other.id}").text
    assert "option" not in client.get(f"/tickets/{one.id}/links/candidates?q=payroll").text


def test_links_cost_the_ticket_page_no_statement(
    client: FlaskClient, pair: tuple[Ticket, Ticket], ada: Person, now: datetime
) -> None:
    one, _ = pair
    path = f"/tickets/{one.id}"
    counts = []
    for more in (1, 6):
        for _ in range(more):
            actions.link(one, a_ticket(), LinkKind.RELATES, by=ada.id, now=now)
        db.session.commit()
        client.get(path)
        with statements() as sent:
            client.get(path)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


def test_the_most_alike_open_ticket_of_the_client_is_offered_first(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    one, other = pair
    contact = db.session.get_one(Contact, one.contact_id)
    a_ticket("Invoice is missing", contact=contact)
    a_ticket("Scanner folder is empty", contact=a_contact())
    closed = a_ticket("Scanner folder is empty", contact=contact)
    actions.resolve(closed, "Done", by=an_agent().id, now=closed.created_at)
    hidden_ticket(contact)
    db.session.commit()
    page = client.get(f"/tickets/{one.id}/merging").text
    offered = re.findall(rf"/tickets/{one.id}/merging\?into=(\d+)", page)
    assert offered[0] == str(other.id)
    assert len(offered) == 2
    assert "Payroll" not in page


def test_both_are_shown_side_by_side_and_can_be_swapped(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    double, into = pair
    page = client.get(f"/tickets/{double.id}/merging?into={into.id}").text
    for words in (double.subject, into.subject, "Hanna Bell", "Omar Said", "This cannot be taken back"):
        assert words in page
    assert f'href="/tickets/{into.id}/merging?into={double.id}"' in page
    assert (double.merged_into_id, into.merged_into_id) == (None, None)


def test_merging_into_the_later_ticket_warns_of_its_later_deadlines(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    one, other = pair
    other.created_at = one.created_at + timedelta(hours=2)
    db.session.commit()
    assert f"{other.id} came in later" in client.get(f"/tickets/{one.id}/merging?into={other.id}").text
    assert "came in later" not in client.get(f"/tickets/{other.id}/merging?into={one.id}").text


def test_the_double_ends_and_both_pages_say_so(client: FlaskClient, pair: tuple[Ticket, Ticket]) -> None:
    double, into = pair
    answer = client.post(
        f"/tickets/{double.id}/merging",
        data=form(into=into.id, version=double.version, into_version=into.version),
    )
    assert answer.headers["Location"] == f"/tickets/{into.id}"
    stays, ended = client.get(f"/tickets/{into.id}").text, client.get(f"/tickets/{double.id}").text
    assert f"merged the double {double.id} into it" in stays
    assert f'href="/tickets/{double.id}"' in stays
    assert "This ticket was a double" in ended
    assert f'href="/tickets/{into.id}"' in ended
    assert "I scan and the folder stays empty." in ended
    assert 'id="composer"' not in ended
    assert "Open again" not in ended


def test_pressing_twice_merges_once(client: FlaskClient, pair: tuple[Ticket, Ticket]) -> None:
    double, into = pair
    sent = form(into=into.id, version=double.version, into_version=into.version)
    answers = [client.post(f"/tickets/{double.id}/merging", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    facts = select(EventRow).where(EventRow.kind == "ticket.merged")
    assert len(db.session.scalars(facts).all()) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_a_change_of_either_since_the_page_was_opened_stops_it(
    client: FlaskClient, pair: tuple[Ticket, Ticket], ada: Person, now: datetime, which: int
) -> None:
    double, into = pair
    seen = {"version": double.version, "into_version": into.version}
    actions.take(pair[which], by=an_agent().id, now=now)
    db.session.commit()
    answer = client.post(f"/tickets/{double.id}/merging", data=form(into=into.id, **seen))
    assert answer.status_code == 409
    assert "Somebody else changed this ticket" in answer.text
    assert "Nothing was changed." in answer.text
    assert double.merged_into_id is None


def test_another_clients_ticket_is_refused_with_a_sentence(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    double, _ = pair
    foreign = a_ticket("Scanner folder is empty", contact=a_contact())
    db.session.commit()
    page = client.get(f"/tickets/{double.id}/merging?into={foreign.id}").text
    assert "They belong to different clients." in page
    assert 'name="into_version"' in page
    assert ">Merge" not in page.partition('class="form-foot"')[2]
    assert merged(client, double, foreign) == 409
    assert double.state is State.NEW


def test_into_itself_into_nothing_and_out_of_sight_are_refused(
    client: FlaskClient, pair: tuple[Ticket, Ticket]
) -> None:
    double, _ = pair
    secret = hidden_ticket(db.session.get_one(Contact, double.contact_id))
    assert "cannot be merged into itself" in client.get(f"/tickets/{double.id}/merging?into={double.id}").text
    assert merged(client, double, double) == 409
    for number in (secret.id, 999_999):
        looked = client.get(f"/tickets/{double.id}/merging?into={number}")
        assert looked.status_code == 422
        assert f"There is no ticket {number}." in looked.text
        sent = client.post(f"/tickets/{double.id}/merging", data=form(into=number, version=1, into_version=1))
        assert sent.status_code == 422
        assert secret.subject not in looked.text + sent.text
    assert double.merged_into_id is None


def test_a_double_out_of_sight_of_the_reader_is_not_named(
    client: FlaskClient, pair: tuple[Ticket, Ticket], now: datetime
) -> None:
    _, into = pair
    secret = hidden_ticket(db.session.get_one(Contact, into.contact_id))
    before = client.get(f"/tickets/{into.id}").text
    actions.merge(secret, into, by=an_agent("Lev").id, now=now + timedelta(minutes=1))
    db.session.commit()
    page = client.get(f"/tickets/{into.id}").text
    assert "Lev merged a double into it" in page
    assert says_number(page, secret.id) == says_number(before, secret.id)
