"""Signing in to a mailbox at its provider: the way there and back counts once, for who went, and in time."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk import clock
from helpdesk.db import db
from helpdesk.mail.grant_models import Flow, MailboxGrant, MailboxSignIn
from helpdesk.mail.mailboxes import mailbox_of, own_addresses
from helpdesk.mail.models import ListMail, Mailbox, SignIn
from helpdesk.mail.oauth.renewing import token_for
from tests.admin.telling import before_and_after, history_of
from tests.browsing import form, sign_in
from tests.choosing import chosen
from tests.conftest import NOON
from tests.factories import a_mailbox, an_administrator, an_agent, three_lines
from tests.mail.provider import CLIENT_ID, CLIENT_SECRET, Provider, running

pytestmark = pytest.mark.usefixtures("session", "now")


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(listening: Provider) -> Provider:
    listening.__dict__.update(Provider(port=listening.port).__dict__, lock=listening.lock)
    return listening


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """An administrator's browser; the desk may call this machine."""
    three_lines()
    sign_in(client, an_administrator("Sam Ito"))
    with chosen(app, inner_hosts=("127.0.0.1",)):
        yield client


def sheet(provider: Provider, **other: str) -> dict[str, str]:
    return {
        "address": "support@brightwater.example",
        "name": "Brightwater support",
        "language": "en",
        "imap_host": "imap.brightwater.example",
        "imap_encryption": "tls",
        "imap_sign_in": "oauth",
        "imap_user": "ada",
        "smtp_encryption": "starttls",
        "smtp_sign_in": "oauth",
        "oauth_provider": "other",
        "oauth_flow": "person",
        "oauth_client_id": CLIENT_ID,
        "oauth_client_secret": CLIENT_SECRET,
        "oauth_authorize_url": f"http://127.0.0.1:{provider.port}/authorize",
        "oauth_token_url": provider.token_url,
        "oauth_scope": "mail",
        **other,
    }


def the_mailbox() -> Mailbox:
    return db.session.scalars(select(Mailbox).order_by(Mailbox.id.desc()).limit(1)).one()


def the_grant() -> MailboxGrant:
    secrets = (MailboxGrant.client_secret, MailboxGrant.refresh_token, MailboxGrant.access_token)
    statement = select(MailboxGrant).options(*(undefer(one) for one in secrets))
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def connected(desk: FlaskClient, provider: Provider, **other: str) -> Mailbox:
    answer = desk.post("/settings/mailboxes", data=form(**sheet(provider, **other)))
    assert answer.status_code == 303, answer.text
    return the_mailbox()


def save(desk: FlaskClient, provider: Provider, **other: str) -> int:
    page = desk.get(f"/settings/mailboxes/{the_mailbox().id}").text
    mark = page.partition('name="version" value="')[2].partition('"')[0]
    changed = sheet(provider, **{"oauth_client_secret": "", "version": mark, **other})
    return desk.post(f"/settings/mailboxes/{the_mailbox().id}", data=form(**changed)).status_code


def way_there(desk: FlaskClient) -> str:
    """Where the page before the provider's leads."""
    answer = desk.post(f"/settings/mailboxes/{the_mailbox().id}/sign-in", data=form())
    assert answer.status_code == 200, answer.text
    found = re.search(r'href="([^"]+/authorize[^"]*)"', answer.text)
    assert found
    return unescape(found.group(1))


def come_back(desk: FlaskClient, **args: str) -> str:
    """What the desk says to whoever comes back."""
    answer = desk.get("/settings/mailboxes/signed-in", query_string=args)
    assert answer.status_code == 303
    return desk.get(answer.location).text


def signed_in(desk: FlaskClient, provider: Provider) -> None:
    assert "Signed in." in come_back(desk, **provider.agree(way_there(desk), "ada"))


def test_whoever_signs_in_lets_the_desk_fetch_mail(desk: FlaskClient, provider: Provider) -> None:
    mailbox = connected(desk, provider)
    assert "Nobody has signed in yet" in desk.get(f"/settings/mailboxes/{mailbox.id}").text
    asked = parse_qs(urlsplit(way_there(desk)).query)
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/settings/mailboxes/signed-in"]
    assert (asked["scope"], asked["login_hint"]) == (["mail"], ["ada"])
    signed_in(desk, provider)
    assert token_for(mailbox.id).startswith("access-canary")
    page = desk.get(f"/settings/mailboxes/{mailbox.id}").text
    assert "Sam Ito signed in" in page
    assert before_and_after(history_of("mailbox", mailbox.id)[0]) == {
        "Sign-in at the provider": ("", "********")
    }
    assert "needs sign-in" not in desk.get("/settings/mailboxes").text


def test_every_page_of_an_administrator_says_that_a_sign_in_is_due_and_nobody_elses(
    app: Flask, desk: FlaskClient, provider: Provider
) -> None:
    connected(desk, provider)
    bar = "support@brightwater.example needs a sign-in."
    assert bar in desk.get("/settings/firm").text
    colleague = app.test_client()
    sign_in(colleague, an_agent("Ida Berg"))
    assert bar not in colleague.get("/", follow_redirects=True).text
    signed_in(desk, provider)
    assert bar not in desk.get("/settings/firm").text


def test_no_secret_and_no_token_comes_back_in_a_page_or_in_the_history(
    desk: FlaskClient, provider: Provider
) -> None:
    mailbox = connected(desk, provider)
    signed_in(desk, provider)
    save(desk, provider, oauth_client_secret="another-canary", name="Front desk")
    for page in ("/settings/mailboxes", f"/settings/mailboxes/{mailbox.id}", "/settings/history"):
        assert "canary" not in desk.get(page).text
    lines = before_and_after(history_of("mailbox", mailbox.id)[0])
    assert lines["Client secret"] == ("", "********")


def test_a_state_counts_once(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    back = provider.agree(way_there(desk), "ada")
    assert "Signed in." in come_back(desk, **back)
    provider.codes["code-1"] = ("", "eve")
    assert "was not begun here" in come_back(desk, **back)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("state", ["", "made-up", "%", "_" * 43])
def test_a_state_that_nobody_has_is_refused(desk: FlaskClient, provider: Provider, state: str) -> None:
    connected(desk, provider)
    way_there(desk)
    assert "was not begun here" in come_back(desk, code="code-1", state=state)
    assert provider.asked == []


def test_a_state_of_another_administrator_is_refused(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    back = provider.agree(way_there(desk), "ada")
    sign_in(desk, an_administrator("Eve Hart"))
    assert "was not begun here" in come_back(desk, **back)


def test_after_a_quarter_of_an_hour_the_way_is_closed(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    back = provider.agree(way_there(desk), "ada")
    with clock.frozen(lambda: NOON + timedelta(minutes=15)):
        assert "longer than a quarter of an hour" in come_back(desk, **back)
    assert provider.asked == []


def test_settings_that_changed_meanwhile_want_another_sign_in(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    back = provider.agree(way_there(desk), "ada")
    assert save(desk, provider, oauth_scope="mail and more") == 303
    assert "changed meanwhile" in come_back(desk, **back)
    assert the_grant().refresh_token is None


def test_whoever_says_no_at_the_provider_changes_nothing(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    state = parse_qs(urlsplit(way_there(desk)).query)["state"][0]
    assert "Nobody agreed" in come_back(desk, state=state, error="access_denied")
    assert db.session.scalars(select(MailboxSignIn)).one().verifier is None


def test_a_state_is_kept_as_a_hash_only(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    state = parse_qs(urlsplit(way_there(desk)).query)["state"][0]
    kept = db.session.scalars(select(MailboxSignIn)).one()
    assert state not in repr(vars(kept))


def test_the_sign_in_at_a_provider_opens_no_session(
    app: Flask, desk: FlaskClient, provider: Provider
) -> None:
    connected(desk, provider)
    back = provider.agree(way_there(desk), "ada")
    stranger = app.test_client()
    answer = stranger.get("/settings/mailboxes/signed-in", query_string=back)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")
    assert stranger.get("/settings/mailboxes").status_code == 303


@pytest.mark.parametrize(
    "other",
    [
        {"imap_host": "imap.evil.example"},
        {"imap_encryption": "none"},
        {"oauth_flow": "person", "oauth_scope": "other"},
    ],
)
def test_tokens_go_to_no_other_server(desk: FlaskClient, provider: Provider, other: dict[str, str]) -> None:
    connected(desk, provider)
    signed_in(desk, provider)
    assert save(desk, provider, **other) == 303
    grant = the_grant()
    assert (grant.access_token, grant.refresh_token) == (None, None)


@pytest.mark.parametrize("other", ["oauth_token_url", "oauth_client_id"])
def test_a_kept_secret_goes_to_no_other_place(desk: FlaskClient, provider: Provider, other: str) -> None:
    connected(desk, provider)
    values = {"oauth_token_url": "https://evil.example/token", "oauth_client_id": "another"}
    assert save(desk, provider, **{other: values[other]}) == 422
    assert save(desk, provider, **{other: values[other]}, oauth_client_secret="typed") == 303


def test_saving_without_a_change_keeps_the_sign_in(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    signed_in(desk, provider)
    before = the_grant().refresh_token
    assert save(desk, provider, name="Front desk") == 303
    assert the_grant().refresh_token == before


def test_going_back_to_passwords_forgets_every_token(desk: FlaskClient, provider: Provider) -> None:
    connected(desk, provider)
    signed_in(desk, provider)
    way_there(desk)
    back = {"imap_sign_in": "password", "imap_password": "word", "smtp_sign_in": "password"}
    assert save(desk, provider, oauth_provider="", **back) == 303
    assert db.session.scalars(select(MailboxGrant)).all() == []
    assert db.session.scalars(select(MailboxSignIn)).all() == []


@pytest.mark.parametrize(
    ("other", "wrong", "sentence"),
    [
        ({"oauth_provider": ""}, "oauth_provider", "whose sign-in page"),
        ({"oauth_provider": "yahoo"}, "oauth_provider", "one of the list"),
        ({"oauth_client_id": ""}, "oauth_client_id", "registered there"),
        ({"oauth_provider": "google", "oauth_client_secret": ""}, "oauth_client_secret", "Type the secret"),
        ({"oauth_provider": "google", "oauth_flow": "desk"}, "oauth_flow", "without a person"),
        ({"oauth_provider": "microsoft", "oauth_flow": "desk"}, "oauth_tenant", "know the tenant"),
        ({"oauth_provider": "microsoft", "oauth_tenant": "a/../b"}, "oauth_tenant", "The tenant is"),
        ({"oauth_token_url": "http://provider.example/"}, "oauth_token_url", "begins with https"),
        ({"oauth_token_url": "https://provider.example:22/"}, "oauth_token_url", "Port 22"),
        ({"oauth_authorize_url": "javascript:alert(1)"}, "oauth_authorize_url", "begins with https"),
        ({"oauth_scope": "два"}, "oauth_scope", "spaces between"),
        ({"addresses": "sales@brightwater.example nonsense"}, "addresses", "nonsense"),
        ({"addresses": "a+b@brightwater.example"}, "addresses", "leave out the plus"),
        ({"authserv_id": "mx one"}, "authserv_id", "Only the name"),
        ({"authserv_id": "-"}, "authserv_id", "Only the name"),
        ({"rate_per_minute": "0"}, "rate_per_minute", "from 1 to 6000"),
        ({"list_mail": "shred"}, "list_mail", "one of the list"),
        ({"move_to": "inbox"}, "move_to", "fetched from"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(
    desk: FlaskClient, provider: Provider, other: dict[str, str], wrong: str, sentence: str
) -> None:
    answer = desk.post("/settings/mailboxes", data=form(**sheet(provider, **other)))
    assert answer.status_code == 422
    error = answer.text.partition(f'id="f-{wrong}-error"')[2].partition("</p>")[0]
    assert sentence in unescape(error)
    assert "canary" not in answer.text
    assert db.session.scalars(select(Mailbox)).all() == []


def test_client_credentials_sign_in_by_themselves(desk: FlaskClient, provider: Provider) -> None:
    mailbox = connected(desk, provider, oauth_flow="desk")
    answer = desk.post(f"/settings/mailboxes/{mailbox.id}/sign-in", data=form())
    assert answer.status_code == 303
    assert "let the desk in" in desk.get(answer.location).text
    assert [one["grant_type"] for one in provider.asked] == ["client_credentials"]
    assert the_grant().flow is Flow.DESK


def test_what_is_set_besides_holds(desk: FlaskClient, provider: Provider) -> None:
    words = "Sales@Brightwater.example, help@brightwater.example\nsupport@brightwater.example"
    more = {"authserv_id": "MX.brightwater.example", "list_mail": "ignore", "rate_per_minute": "30"}
    mailbox = connected(desk, provider, addresses=words, names_agent="1", move_to="Done", **more)
    assert own_addresses() == {f"{one}@brightwater.example" for one in ("sales", "help", "support")}
    assert mailbox_of(("sales+tag@brightwater.example",)) is mailbox
    assert (mailbox.authserv_id, mailbox.list_mail) == ("mx.brightwater.example", ListMail.IGNORE)
    assert (mailbox.rate_per_minute, mailbox.names_agent, mailbox.move_to) == (30, True, "Done")
    assert mailbox.imap_sign_in is SignIn.OAUTH
    assert save(desk, provider, addresses="help@brightwater.example") == 303
    assert own_addresses() == {f"{one}@brightwater.example" for one in ("help", "support")}


@pytest.mark.parametrize("taken", ["support@fernhill.example", "sales@fernhill.example"])
@pytest.mark.parametrize("field", ["address", "addresses"])
def test_no_two_mailboxes_have_one_address(
    desk: FlaskClient, provider: Provider, taken: str, field: str
) -> None:
    a_mailbox()
    assert save(desk, provider, address="support@fernhill.example", addresses="sales@fernhill.example") == 303
    answer = desk.post("/settings/mailboxes", data=form(**sheet(provider, **{field: taken})))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text


def test_a_try_asks_the_provider_first_and_says_what_is_missing(
    desk: FlaskClient, provider: Provider, now: datetime
) -> None:
    answer = desk.post("/settings/mailboxes/test", data=form(**sheet(provider)))
    assert "something is not saved yet" in answer.text
    mailbox = connected(desk, provider, imap_host="127.0.0.1", imap_port="9", imap_encryption="none")
    typed = sheet(provider, mailbox_id=str(mailbox.id), oauth_client_secret="")
    here = {**typed, "imap_host": "127.0.0.1", "imap_port": "9", "imap_encryption": "none"}
    assert "Nobody has signed in" in desk.post("/settings/mailboxes/test", data=form(**here)).text
    signed_in(desk, provider)
    good = desk.post("/settings/mailboxes/test", data=form(**here)).text
    assert "gave the desk a token" in good
    assert "Nobody listens on port 9" in good
    elsewhere = {**here, "imap_host": "imap.evil.example"}
    assert "not saved yet" in desk.post("/settings/mailboxes/test", data=form(**elsewhere)).text
