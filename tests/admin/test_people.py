"""People in the settings: asked in, given rights, found again; the last administrator stays."""

import re
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk.accounts import rights
from helpdesk.accounts.actor import actor_of
from helpdesk.accounts.models import Account, AccountToken, Membership, Person, TeamRole
from helpdesk.accounts.rights import Rights
from helpdesk.accounts.seats import administrator_ids, person_ids
from helpdesk.admin import people
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db, transaction
from helpdesk.errors import RuleViolation
from helpdesk.mail.jobs import send_outbox
from helpdesk.postgres import Urls
from tests.accounts.conftest import statements
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in, visit_token
from tests.conftest import NOON, settings_for
from tests.factories import (
    a_mailbox,
    a_manager,
    a_person,
    a_team,
    a_ticket,
    an_account,
    an_administrator,
    an_agent,
    the_team,
)
from tests.servers import Sink, smtp_sink

__all__ = ["smtp_sink", "statements"]

NEW = "seven calm green herons"


@pytest.fixture
def desk(client: FlaskClient, sam: Person, now: object) -> FlaskClient:
    """An administrator's browser."""
    sign_in(client, sam)
    return client


def account_with(email: str) -> Account:
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def sheet(person: Person, **more: object) -> dict[str, object]:
    """The form of a person's page as it stands, with changes."""
    stands = rights.rights_of(person.id)
    seats = {f"team-{team_id}": role.value for team_id, role in stands.teams.items()}
    grants = {"administrator": "1"} if stands.is_administrator else {}
    stale = {"name": person.name, "seen": people.fingerprint(person)}
    return form(**{**stale, **seats, **grants, **more})


def test_several_are_invited_at_once_each_by_a_mail_of_their_own(desk: FlaskClient, smtp_sink: Sink) -> None:
    a_mailbox(smtp_host="127.0.0.1", smtp_port=smtp_sink.port)
    typed = "Nina Roth <nina@fernhill.example>\n olaf@fernhill.example, \n"
    answer = desk.post("/settings/people", data=form(addresses=typed, team_id=the_team(1).id, role="lead"))
    assert (answer.status_code, answer.location) == (303, "/settings/people?standing=invited")
    while send_outbox():
        continue
    assert [mail.recipients for mail in smtp_sink.taken] == [
        ("nina@fernhill.example",),
        ("olaf@fernhill.example",),
    ]
    assert all(mail.raw.count(b"/invitations/") >= 1 for mail in smtp_sink.taken)
    nina = account_with("nina@fernhill.example")
    assert nina.person.name == "Nina Roth"
    (change,) = history_of("person", nina.person_id)
    assert before_and_after(change)["Teams"][1] == "Service desk ★"


def test_who_is_invited_gets_no_ticket_before_coming_in_and_signs_in_after(desk: FlaskClient) -> None:
    team = the_team(1)
    shown = desk.post("/settings/people", data=form(addresses="nina@fernhill.example", team_id=team.id)).text
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/invitations/[\w-]+)", shown)
    nina = account_with("nina@fernhill.example")
    assert nina.person_id not in person_ids(team.id)
    stranger = desk.application.test_client()
    fields = {"name": "Nina Roth", "new_password": NEW, "repeated": NEW, "language": "ru"}
    came = stranger.post(path, data={"csrf_token": visit_token(stranger), **fields})
    assert came.status_code == 303
    assert nina.person_id in person_ids(team.id)
    assert '<html lang="ru"' in stranger.get("/profile").text
    assert "nina@fernhill.example" in stranger.get("/profile").text
    typed = {"email": "nina@fernhill.example", "password": NEW}
    again = desk.application.test_client()
    signed = again.post("/sign-in", data={"csrf_token": visit_token(again), **typed})
    assert signed.status_code == 303


def test_without_a_relay_the_link_is_shown_once_and_never_again(desk: FlaskClient) -> None:
    assert "cannot send mail yet" in desk.get("/settings/people/new").text
    fields = form(addresses="nina@fernhill.example")
    first, second = desk.post("/settings/people", data=fields), desk.post("/settings/people", data=fields)
    assert "You see these links only now" in first.text
    assert (second.status_code, "/invitations/" in second.text) == (303, False)
    nina = account_with("nina@fernhill.example")
    assert "/invitations/" not in desk.get(f"/settings/people/{nina.person_id}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type at least one address"),
        ("nina at fernhill", "is no e-mail address"),
        ("desk@fernhill.example", "is a mailbox of this desk: what is sent there becomes a ticket."),
        ("new@fernhill.example\nada@fernhill.example", "signs in here already"),
        ("new@fernhill.example\nwaiting@fernhill.example", "is invited already"),
        ("new@fernhill.example\ngone@fernhill.example", "had an account that is shut"),
        ("\n".join(f"p{n}@fernhill.example" for n in range(51)), "At most 50 at once"),
    ],
)
def test_one_wrong_address_invites_nobody(desk: FlaskClient, typed: str, sentence: str) -> None:
    a_mailbox("desk@fernhill.example")
    an_account(a_person(), "ada@fernhill.example")
    an_account(a_person(), "waiting@fernhill.example").invited_at = NOON
    an_account(a_person(), "gone@fernhill.example").disabled_at = NOON
    db.session.commit()
    before = db.session.scalar(select(func.count()).select_from(Account))
    answer = desk.post("/settings/people", data=form(addresses=typed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert typed.split("\n", maxsplit=1)[0] in answer.text
    assert db.session.scalar(select(func.count()).select_from(Account)) == before


def test_an_invitation_sent_once_more_makes_the_first_link_worthless(desk: FlaskClient) -> None:
    shown = desk.post("/settings/people", data=form(addresses="nina@fernhill.example")).text
    (old,) = re.findall(r"(/invitations/[\w-]+)", shown)
    nina = account_with("nina@fernhill.example")
    again = desk.post(f"/settings/people/{nina.person_id}/invitation", data=form()).text
    (new,) = re.findall(r"(/invitations/[\w-]+)", again)
    assert (desk.get(old).status_code, desk.get(new).status_code) == (410, 200)


def test_an_invitation_taken_back_lets_nobody_in_and_may_be_sent_anew(desk: FlaskClient) -> None:
    shown = desk.post("/settings/people", data=form(addresses="nina@fernhill.example")).text
    (old,) = re.findall(r"(/invitations/[\w-]+)", shown)
    nina = account_with("nina@fernhill.example")
    assert desk.post(f"/settings/people/{nina.person_id}/withdrawal", data=form()).status_code == 303
    assert desk.get(old).status_code == 410
    assert desk.post("/settings/people", data=form(addresses="nina@fernhill.example")).status_code == 200
    assert db.session.scalar(select(func.count()).select_from(AccountToken)) == 2


def test_seats_and_grants_hold_with_the_next_request_and_stand_in_the_history(desk: FlaskClient) -> None:
    ada, team = an_agent("Ada Lind", line=1), a_team(2, "Networks")
    fields = sheet(ada, **{f"team-{team.id}": "lead", "manager": "1", "lines": ["1", "2"]})
    assert desk.post(f"/settings/people/{ada.id}", data=fields).status_code == 303
    now = actor_of(ada.id)
    assert now.lines == {1, 2}
    assert now.led_team_ids == {team.id}
    assert now.is_manager
    assert now.manager_lines == frozenset({1, 2})
    assert now.manager_company_ids is None
    (change,) = history_of("person", ada.id)
    assert before_and_after(change)["Teams"] == ("Service desk", "Networks ★, Service desk")
    assert change.name == "Sam Ito"


def test_the_next_ticket_goes_only_to_who_sits_in_the_team(desk: FlaskClient) -> None:
    ada = an_agent("Ada Lind", line=1)
    ticket = a_ticket(team=the_team(1))
    fields = sheet(ada) | {f"team-{the_team(1).id}": ""}
    desk.post(f"/settings/people/{ada.id}", data=fields)
    browser = desk.application.test_client()
    sign_in(browser, ada)
    assert browser.get(f"/tickets/{ticket.id}").status_code == 404


def test_whoever_leaves_a_team_with_open_tickets_is_named_and_sees_none_of_them(desk: FlaskClient) -> None:
    ada = an_agent("Ada Lind", line=1)
    ticket = a_ticket("Printer is silent", team=the_team(1), assignee=ada)
    fields = sheet(ada) | {f"team-{the_team(1).id}": ""}
    answer = desk.post(f"/settings/people/{ada.id}", data=fields, follow_redirects=True)
    assert "Ada Lind still holds 1 open ticket of a team left behind." in answer.text
    browser = desk.application.test_client()
    sign_in(browser, ada)
    assert browser.get(f"/tickets/{ticket.id}").status_code == 404
    for path in ("/tickets/mine", "/tickets/followed"):
        assert "Printer is silent" not in browser.get(path).text


def test_a_stale_sheet_overwrites_nothing(desk: FlaskClient) -> None:
    ada = an_agent("Ada Lind", line=1)
    stale = sheet(ada, name="Ada Stale")
    desk.post(f"/settings/people/{ada.id}", data=sheet(ada, name="Ada Fresh"))
    answer = desk.post(f"/settings/people/{ada.id}", data=stale)
    assert answer.status_code == 409
    assert "Somebody else changed this person meanwhile" in answer.text
    assert 'value="Ada Stale"' in answer.text
    db.session.refresh(ada)
    assert ada.name == "Ada Fresh"


def test_a_nameless_person_is_refused_at_the_field(desk: FlaskClient) -> None:
    ada = an_agent("Ada Lind", line=1)
    answer = desk.post(f"/settings/people/{ada.id}", data=sheet(ada, name=" "))
    assert answer.status_code == 422
    assert "A person has a name" in answer.text


def test_the_last_administrator_cannot_be_ungranted(desk: FlaskClient, sam: Person) -> None:
    answer = desk.post(f"/settings/people/{sam.id}", data=sheet(sam) | {"administrator": ""})
    assert answer.status_code == 409
    assert "This is the last administrator" in answer.text
    assert actor_of(sam.id).is_administrator


def test_one_of_two_administrators_can_be_ungranted(desk: FlaskClient) -> None:
    rita = an_administrator("Rita Root")
    fields = sheet(rita) | {"administrator": ""}
    assert desk.post(f"/settings/people/{rita.id}", data=fields).status_code == 303
    assert not actor_of(rita.id).is_administrator


def test_an_administrator_who_never_came_in_does_not_count(desk: FlaskClient, sam: Person) -> None:
    rita = an_administrator("Rita Root")
    db.session.scalars(select(Account).where(Account.person_id == rita.id)).one().invited_at = NOON
    db.session.commit()
    answer = desk.post(f"/settings/people/{sam.id}", data=sheet(sam) | {"administrator": ""})
    assert answer.status_code == 409


def test_people_are_found_by_name_address_and_team(desk: FlaskClient) -> None:
    team = a_team(2, "Networks")
    an_agent("Ёла Öberg", team=team)
    an_agent("Ada Lind", line=1)
    for typed in ("ела", "Öberg", "networks", "person"):
        page = desk.get("/settings/people", query_string={"q": typed}).text
        assert "Ёла Öberg" in page
    assert "Ada Lind" not in desk.get("/settings/people?q=networks").text
    assert "Nobody fits" in desk.get("/settings/people?q=100%25_").text


def test_the_list_asks_the_same_number_of_times_for_any_number_of_people(
    desk: FlaskClient, statements: list[str]
) -> None:
    for _ in range(20):
        an_agent()
    a_manager()
    db.session.commit()
    statements.clear()
    desk.get("/settings/people")
    assert len(statements) <= 8


def test_an_administrator_changes_an_address_and_the_old_one_is_told(
    desk: FlaskClient, smtp_sink: Sink
) -> None:
    a_mailbox(smtp_host="127.0.0.1", smtp_port=smtp_sink.port)
    ada = an_agent("Ada Lind", line=1)
    old = db.session.scalars(select(Account.email).where(Account.person_id == ada.id)).one()
    fields = form(email="Ada.Lind@fernhill.example")
    assert desk.post(f"/settings/people/{ada.id}/address", data=fields).status_code == 303
    send_outbox()
    (told,) = smtp_sink.taken
    assert told.recipients == (old,)
    assert account_with("ada.lind@fernhill.example").person_id == ada.id
    (change,) = history_of("person", ada.id)
    assert before_and_after(change)["E-mail"] == (old, "ada.lind@fernhill.example")


@pytest.mark.parametrize("change", [{"disabled_at": NOON}, {"invited_at": NOON}])
def test_who_cannot_come_in_gets_no_link_for_a_password(desk: FlaskClient, change: dict[str, object]) -> None:
    ada = an_agent("Ada Lind", line=1)
    account = db.session.scalars(select(Account).where(Account.person_id == ada.id)).one()
    for name, value in change.items():
        setattr(account, name, value)
    db.session.commit()
    answer = desk.post(f"/settings/people/{ada.id}/password-link", data=form())
    assert answer.status_code == 409
    assert db.session.scalar(select(func.count()).select_from(AccountToken)) == 0


def test_without_a_relay_an_administrator_sees_the_link_for_a_password_once(desk: FlaskClient) -> None:
    ada = an_agent("Ada Lind", line=1)
    shown = desk.post(f"/settings/people/{ada.id}/password-link", data=form()).text
    (path,) = re.findall(r"(/passwords/[\w-]+)", shown)
    assert desk.get(path).status_code == 200


def test_a_taken_address_is_refused(desk: FlaskClient, sam: Person) -> None:
    ada = an_agent("Ada Lind", line=1)
    taken = db.session.scalars(select(Account.email).where(Account.person_id == sam.id)).one()
    assert desk.post(f"/settings/people/{ada.id}/address", data=form(email=taken)).status_code == 409


def test_nobody_gets_the_address_of_a_mailbox_where_others_would_read_his_links(desk: FlaskClient) -> None:
    ada, mailbox = an_agent("Ada Lind", line=1), a_mailbox()
    answer = desk.post(f"/settings/people/{ada.id}/address", data=form(email=mailbox.address))
    assert answer.status_code == 422
    assert "is a mailbox of this desk" in answer.text


def test_roles_change_without_losing_the_past(desk: FlaskClient) -> None:
    ada, team = an_agent("Ada Lind", line=1), the_team(1)
    desk.post(f"/settings/people/{ada.id}", data=sheet(ada) | {f"team-{team.id}": "lead"})
    theirs = select(Membership).where(Membership.person_id == ada.id)
    rows = db.session.scalars(theirs.order_by(Membership.id))
    assert [(row.role, row.until is None) for row in rows] == [
        (TeamRole.MEMBER, False),
        (TeamRole.LEAD, True),
    ]


@pytest.fixture
def own_app(own_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A desk of its own, where two really work at once."""
    app = create_app(load_settings(settings_for(own_database, tmp_path_factory.mktemp("race"))))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_two_administrators_cannot_take_the_right_from_each_other(own_app: Flask) -> None:
    with own_app.app_context():
        ids = [an_administrator("Sam Ito").id, an_administrator("Rita Root").id]
        db.session.commit()
    start, refused = Barrier(2), []

    def take_from(victim: int, by: int) -> None:
        with own_app.app_context():
            person = db.session.get_one(Person, victim)
            start.wait()
            try:
                with transaction():
                    rights.change_rights(person, Rights(), by=by, now=NOON)
            except RuleViolation as refusal:
                refused.append(str(refusal))

    threads = [Thread(target=take_from, args=pair) for pair in ((ids[0], ids[1]), (ids[1], ids[0]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_app.app_context():
        assert len(administrator_ids()) == 1
    assert len(refused) == 1
