"""Mailboxes on the settings screens: what is saved holds for the next mail, and no password comes back."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk.db import db
from helpdesk.mail.letters import outgoing_of
from helpdesk.mail.mailboxes import access_of
from helpdesk.mail.models import Encryption, Mailbox
from helpdesk.mail.queries import default_mailbox
from helpdesk.mail.routes import mailbox_for, relay_for
from helpdesk.notifications.models import Outbox, OutboxKind
from helpdesk.secrets_box import seal
from helpdesk.tickets import actions as tickets
from helpdesk.tickets.actions import Reply
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form
from tests.factories import (
    a_contact,
    a_mailbox,
    a_person,
    a_ticket,
    an_account,
    an_agent,
    the_team,
)

pytestmark = pytest.mark.usefixtures("session", "now")

SECRET = "k9-Quiet-Harbour"
SHEET = {
    "address": "Support@Brightwater.example",
    "name": "Brightwater support",
    "language": "en",
    "team_id": "",
    "plus_addressing": "1",
    "signature": "Brightwater\n24 hours",
    "imap_host": "imap.brightwater.example",
    "imap_port": "",
    "imap_encryption": "tls",
    "imap_user": "support",
    "imap_password": SECRET,
    "imap_folder": "INBOX",
    "smtp_host": "smtp.brightwater.example",
    "smtp_port": "2525",
    "smtp_encryption": "starttls",
    "smtp_user": "support",
    "smtp_password": SECRET,
}


def the_mailbox() -> Mailbox:
    secrets = undefer(Mailbox.imap_secret), undefer(Mailbox.smtp_secret)
    statement = select(Mailbox).order_by(Mailbox.id.desc()).limit(1).options(*secrets)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def connected(desk: FlaskClient, **other: str) -> Mailbox:
    answer = desk.post("/settings/mailboxes", data=form(**{**SHEET, **other}))
    assert answer.status_code == 303, answer.text
    return the_mailbox()


def version(desk: FlaskClient, mailbox: Mailbox) -> str:
    page = desk.get(f"/settings/mailboxes/{mailbox.id}").text
    return page.partition('name="version" value="')[2].partition('"')[0]


def save(desk: FlaskClient, mailbox: Mailbox, **other: str):  # type: ignore[no-untyped-def]
    sheet = {**SHEET, "imap_password": "", "smtp_password": "", "version": version(desk, mailbox), **other}
    return desk.post(f"/settings/mailboxes/{mailbox.id}", data=form(**sheet))


def test_a_connected_mailbox_is_what_the_fetcher_and_the_sender_use(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    access, relay = access_of(mailbox), relay_for(mailbox)
    assert (access.host, access.port, access.user) == ("imap.brightwater.example", 993, "support")
    assert (relay.host, relay.port, relay.encryption) == (
        "smtp.brightwater.example",
        2525,
        Encryption.STARTTLS,
    )
    assert (access.password, relay.password) == (SECRET, SECRET)
    assert mailbox.address == "support@brightwater.example"


def test_its_name_stays_on_one_line_for_it_stands_in_the_head_of_mails(desk: FlaskClient) -> None:
    assert connected(desk, name="Support\r\nBcc: eve@evil.example").name == "Support Bcc: eve@evil.example"


def test_no_password_comes_back_in_a_page_or_in_the_history(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    save(desk, mailbox, imap_password="another one", name="Front desk")
    pages = ("/settings/mailboxes", f"/settings/mailboxes/{mailbox.id}", "/settings/history")
    for page in pages:
        text = desk.get(page).text
        assert SECRET not in text
        assert "another one" not in text
    (change, _created) = history_of("mailbox", mailbox.id)
    lines = before_and_after(change)
    assert lines["IMAP password"] == ("", "********")
    assert lines["Sender's name"] == ("Brightwater support", "Front desk")


def test_its_history_speaks_the_words_of_the_form(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    bare = {"smtp_host": "127.0.0.1", "smtp_port": "2525", "smtp_encryption": "none", "smtp_password": "x"}
    save(desk, mailbox, list_mail="ignore", addresses="sales@brightwater.example", **bare)
    lines = before_and_after(history_of("mailbox", mailbox.id)[0])
    assert lines["SMTP server"][1] == "127.0.0.1:2525, nothing encrypted"
    assert lines["Mail from lists"][1] == "is kept aside under “Held mail”"
    assert lines["Further addresses"][1] == "sales@brightwater.example"


def test_it_writes_to_itself_only_where_it_is_fetched_from_a_server(desk: FlaskClient) -> None:
    mailbox = connected(desk, probes_daily="1")
    assert mailbox.probes_daily
    assert 'name="probes_daily" value="1" checked' in desk.get(f"/settings/mailboxes/{mailbox.id}").text
    assert save(desk, mailbox, imap_host="", probes_daily="1").status_code == 303
    assert not the_mailbox().probes_daily


def test_an_empty_password_keeps_the_one_there_is(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    assert save(desk, mailbox, name="Front desk").status_code == 303
    assert access_of(the_mailbox()).password == SECRET
    assert the_mailbox().name == "Front desk"


@pytest.mark.parametrize(
    "other",
    [
        {"imap_host": "imap.elsewhere.example"},
        {"imap_user": "somebody"},
        {"imap_encryption": "none"},
        {"smtp_host": "smtp.elsewhere.example"},
    ],
)
def test_a_kept_password_goes_to_no_other_server_and_no_less_protected(
    desk: FlaskClient, other: dict[str, str]
) -> None:
    mailbox = connected(desk)
    answer = save(desk, mailbox, **other)
    assert answer.status_code == 422
    assert "The kept one goes nowhere else" in answer.text
    assert access_of(the_mailbox()).host == "imap.brightwater.example"


def test_what_was_typed_is_still_there_when_something_else_was_wrong(desk: FlaskClient) -> None:
    answer = desk.post("/settings/mailboxes", data=form(**{**SHEET, "address": "nonsense"}))
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.text
    assert "imap.brightwater.example" in answer.text
    assert SECRET not in answer.text
    carried = {
        f"{side}_carried": answer.text.partition(f'name="{side}_carried" value="')[2].partition('"')[0]
        for side in ("imap", "smtp")
    }
    again = {**SHEET, "imap_password": "", "smtp_password": "", **carried}
    assert desk.post("/settings/mailboxes", data=form(**again)).status_code == 303
    assert access_of(the_mailbox()).password == SECRET


def test_a_carried_password_is_good_for_its_own_server_only(desk: FlaskClient) -> None:
    answer = desk.post("/settings/mailboxes", data=form(**{**SHEET, "address": "nonsense"}))
    carried = answer.text.partition('name="imap_carried" value="')[2].partition('"')[0]
    again = {**SHEET, "imap_password": "", "imap_carried": carried, "imap_host": "imap.elsewhere.example"}
    answer = desk.post("/settings/mailboxes", data=form(**again))
    assert answer.status_code == 422
    assert "The server asks for a password" in answer.text


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"name": ""}, "Clients see this name"),
        ({"language": "tlh"}, "Choose one of the languages"),
        ({"team_id": "999999"}, "Choose a team of the list"),
        ({"imap_port": "70000"}, "A port is a number"),
        ({"imap_host": "https://imap.example"}, "Only the name of the server"),
        ({"imap_encryption": "rot13"}, "Choose one of the list"),
        ({"imap_password": ""}, "The server asks for a password"),
        ({"imap_password": "пароль"}, "take only Latin letters"),
        ({"smtp_user": "служба"}, "take only Latin letters"),
        ({"address": "a+b@brightwater.example"}, "Leave out the plus sign"),
        ({"signature": "x" * 2001}, "at most 2000 characters"),
        ({"html": "<div>{fi<em>rm}</em></div>"}, "Each {place} needs one form"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(
    desk: FlaskClient, other: dict[str, str], sentence: str
) -> None:
    answer = desk.post("/settings/mailboxes", data=form(**{**SHEET, **other}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalar(select(Mailbox)) is None


def test_two_mailboxes_never_fetch_one_folder(desk: FlaskClient) -> None:
    connected(desk)
    twin = {**SHEET, "address": "info@brightwater.example", "imap_user": "SUPPORT", "imap_folder": "inbox"}
    answer = desk.post("/settings/mailboxes", data=form(**twin))
    assert answer.status_code == 422
    assert "support@brightwater.example fetches this folder of this account already" in answer.text
    other = connected(desk, address="info@brightwater.example", imap_folder="Info")
    assert other.imap_folder == "Info"


def test_the_same_address_is_refused_and_a_retired_one_is_pointed_to(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    again = form(**{**SHEET, "imap_user": "x"})
    assert "a mailbox with this address already" in desk.post("/settings/mailboxes", data=again).text
    desk.post(f"/settings/mailboxes/{mailbox.id}/retirement", data=form())
    again = form(**{**SHEET, "imap_user": "x"})
    assert "is switched off: switch that one on" in desk.post("/settings/mailboxes", data=again).text


def test_a_retired_mailbox_is_off_and_comes_back(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    desk.post(f"/settings/mailboxes/{mailbox.id}/precedence", data=form())
    assert default_mailbox() is the_mailbox()
    desk.post(f"/settings/mailboxes/{mailbox.id}/retirement", data=form())
    assert (the_mailbox().active, the_mailbox().is_default, default_mailbox()) == (False, False, None)
    assert "switched off" in desk.get("/settings/mailboxes").text
    desk.post(f"/settings/mailboxes/{mailbox.id}/return", data=form())
    assert the_mailbox().active
    back, gone = history_of("mailbox", mailbox.id)[:2]
    assert [(line.before, line.after) for line in back.lines] == [("no", "yes")]
    assert ("yes", "no") in [(line.before, line.after) for line in gone.lines]


def test_a_retired_one_does_not_come_back_beside_its_successor(desk: FlaskClient) -> None:
    first = connected(desk)
    desk.post(f"/settings/mailboxes/{first.id}/retirement", data=form())
    connected(desk, address="info@brightwater.example")
    desk.post(f"/settings/mailboxes/{first.id}/return", data=form())
    assert not db.session.get_one(Mailbox, first.id, populate_existing=True).active


def test_only_one_is_the_default(desk: FlaskClient) -> None:
    first, second = a_mailbox("one@fernhill.example"), a_mailbox("two@fernhill.example")
    assert default_mailbox() is first
    for one in (first, second):
        desk.post(f"/settings/mailboxes/{one.id}/precedence", data=form())
    assert default_mailbox() is second
    assert not first.is_default


def test_of_two_administrators_the_second_one_is_told(desk: FlaskClient) -> None:
    mailbox = connected(desk)
    old = version(desk, mailbox)
    save(desk, mailbox, name="Front desk")
    answer = save(desk, mailbox, name="Back desk", version=old)
    assert answer.status_code == 409
    assert "Somebody else changed this mailbox" in answer.text
    assert "Back desk" in answer.text
    assert the_mailbox().name == "Front desk"


def test_another_account_begins_anew_and_leaves_its_old_mail_alone(desk: FlaskClient, now: datetime) -> None:
    mailbox = connected(desk)
    mailbox.uidvalidity, mailbox.last_uid = 7, 1000
    db.session.flush()
    save(desk, mailbox, imap_folder="Support")
    found = the_mailbox()
    assert (found.uidvalidity, found.last_uid, found.connected_at) == (None, 0, now)
    save(desk, mailbox, imap_folder="Support", name="Front desk")
    assert the_mailbox().connected_at == now


def test_addresses_of_people_are_warned_of(desk: FlaskClient) -> None:
    an_account(a_person("Ada Lind"), "support@brightwater.example")
    a_contact("Hanna Bell", email="support@brightwater.example")
    page = desk.get(f"/settings/mailboxes/{connected(desk).id}").text
    assert "Ada Lind signs in with this address" in page
    assert "Hanna Bell is a contact with this address" in page


def test_servers_are_proposed_and_what_was_typed_stays(desk: FlaskClient) -> None:
    typed = {**SHEET, "address": "fernhill@gmail.com", "imap_host": "", "smtp_host": "mine.example"}
    page = desk.post("/settings/mailboxes/proposal", data=form(**typed)).text
    assert 'value="imap.gmail.com"' in page
    assert 'value="mine.example"' in page
    assert "smtp.gmail.com" not in page
    assert db.session.scalar(select(Mailbox)) is None


def test_without_a_name_the_account_is_that_of_the_address(desk: FlaskClient) -> None:
    access = access_of(connected(desk, imap_user=""))
    assert (access.user, access.password) == ("support@brightwater.example", SECRET)


def test_a_signature_with_a_form_goes_below_every_mail_from_there(desk: FlaskClient, now: datetime) -> None:
    mailbox, agent = connected(desk), an_agent("Ada Lind")
    save(desk, mailbox, html="<div><em>{firm}</em> &amp; more<script>x</script></div>")
    assert (mailbox.signature, mailbox.signature_html) == (
        "{firm} & more",
        "<div><em>{firm}</em> &amp; more</div>",
    )
    (line,) = history_of("mailbox", mailbox.id)[0].lines
    assert (line.field, line.after, [piece.looks for piece in line.whole if piece.act == "new"]) == (
        "Signature",
        "{firm} & more",
        [("em",), ()],
    )
    save(desk, mailbox, name="Front desk", signature="{firm} & more")  # a browser without the editor
    ticket = a_ticket(mailbox=mailbox, assignee=agent, contact=a_contact(email="hanna@halden.example"))
    tickets.reply(ticket, Reply(text="Try again."), by=agent.id, now=now)
    html = db.session.scalar(select(Outbox.body_html).where(Outbox.kind == OutboxKind.REPLY)) or ""
    assert "<div>Ada Lind</div><div><em>Fernhill</em> &amp; more</div>" in html


def test_the_next_answer_carries_the_new_name_and_signature(desk: FlaskClient, now: datetime) -> None:
    mailbox, agent = connected(desk), an_agent("Ada Lind")
    save(desk, mailbox, name="Brightwater front desk", signature="Call us day and night")
    ticket = a_ticket(mailbox=mailbox, assignee=agent, contact=a_contact(email="hanna@halden.example"))
    tickets.reply(ticket, Reply(text="Try again."), by=agent.id, now=now)
    mail = db.session.scalars(select(Outbox).where(Outbox.kind == OutboxKind.REPLY)).one()
    sent = outgoing_of(mail, mailbox_for(mail), now=now)
    assert (sent.from_name, sent.from_email) == ("Brightwater front desk", "support@brightwater.example")
    assert "Ada Lind\nCall us day and night" in sent.text


def test_the_next_mail_without_a_ticket_leaves_from_the_default(desk: FlaskClient) -> None:
    _first, second = a_mailbox("one@fernhill.example"), a_mailbox("two@fernhill.example")
    desk.post(f"/settings/mailboxes/{second.id}/precedence", data=form())
    assert mailbox_for(Outbox(mailbox_id=None)) is second


def test_a_team_chosen_here_receives_what_no_rule_placed(desk: FlaskClient) -> None:
    team = the_team(2)
    connected(desk, team_id=str(team.id))
    assert the_mailbox().team_id == team.id


def test_an_empty_list_teaches(desk: FlaskClient) -> None:
    assert "No mailbox yet" in desk.get("/settings/mailboxes").text


def test_a_mailbox_of_the_environment_shows_its_sealed_secret_nowhere(desk: FlaskClient) -> None:
    mailbox = a_mailbox(imap_host="imap.fernhill.example", imap_secret=seal(SECRET.encode()))
    assert "One is kept" in desk.get(f"/settings/mailboxes/{mailbox.id}").text
