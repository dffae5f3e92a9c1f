"""Links in mails work once, for one purpose, for a while, and only when somebody presses the button."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk import clock
from helpdesk.accounts import tokens
from helpdesk.accounts.models import Account, AccountToken, TokenPurpose
from helpdesk.accounts.passwords import matches
from helpdesk.accounts.sessions import digest
from helpdesk.db import db
from tests.browsing import sign_in, visit_token
from tests.conftest import NOON
from tests.factories import a_person, an_account, an_agent, the_system

pytestmark = pytest.mark.usefixtures("session", "now")

NEW = "seven calm green herons"
PURPOSES = {"passwords": TokenPurpose.RESET, "invitations": TokenPurpose.INVITATION}
PAST = {TokenPurpose.RESET: timedelta(minutes=30), TokenPurpose.INVITATION: timedelta(hours=72)}


@pytest.fixture
def account(session: object) -> Account:
    """Somebody who was invited and has no password yet."""
    account = an_account(a_person("Nina Roth"), "nina@fernhill.example")
    account.invited_at = NOON
    return account


def issued(account: Account, purpose: TokenPurpose) -> str:
    """The path of a new link, as its mail would carry it."""
    issued = tokens.issue(account.id, purpose, email=account.email, by=the_system().id, now=NOON)
    db.session.commit()
    return issued.path


def send(client: FlaskClient, path: str, **more: str) -> int:
    """Press the button of the page behind the link."""
    fields = {"name": "Nina Roth", "language": "en", "new_password": NEW, "repeated": NEW, **more}
    return client.post(path, data={"csrf_token": visit_token(client), **fields}).status_code


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_only_the_hash_is_kept_and_the_secret_has_256_bits(account: Account, purpose: TokenPurpose) -> None:
    path = issued(account, purpose)
    secret = path.rpartition("/")[2]
    row = db.session.scalars(select(AccountToken)).one()
    assert len(secret) == 43  # 32 bytes in base64
    assert row.digest == digest(secret)
    assert secret.encode() not in (row.digest, row.sealed)
    assert secret not in repr(tokens.Issued(row.id, path))


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_looking_at_a_link_uses_nothing_up(
    client: FlaskClient, account: Account, purpose: TokenPurpose
) -> None:
    path = issued(account, purpose)
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert db.session.scalars(select(AccountToken.used_at)).one() is None
    assert send(client, path) == 303


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_a_link_works_once(client: FlaskClient, account: Account, purpose: TokenPurpose) -> None:
    path = issued(account, purpose)
    assert send(client, path) == 303
    stranger = client.application.test_client()
    again = stranger.get(path)
    assert again.status_code == 410
    assert "it was used already" in again.text
    assert send(stranger, path, new_password="an old brown door", repeated="an old brown door") == 410
    db.session.refresh(account)
    assert matches(NEW, account.password_hash)


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_a_link_ends_with_its_time(client: FlaskClient, account: Account, purpose: TokenPurpose) -> None:
    path = issued(account, purpose)
    with clock.frozen(lambda: NOON + PAST[purpose] - timedelta(seconds=1)):
        assert client.get(path).status_code == 200
    with clock.frozen(lambda: NOON + PAST[purpose]):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "Its time is over" in answer.text
        assert send(client, path) == 410
    db.session.refresh(account)
    assert account.password_hash is None


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_a_new_link_kills_the_old_one(client: FlaskClient, account: Account, purpose: TokenPurpose) -> None:
    old, new = issued(account, purpose), issued(account, purpose)
    answer = client.get(old)
    assert answer.status_code == 410
    assert "There is a newer one" in answer.text
    assert send(client, old) == 410
    assert send(client, new) == 303


@pytest.mark.parametrize(
    ("purpose", "wrong_door"),
    [
        (TokenPurpose.INVITATION, "/passwords"),
        (TokenPurpose.INVITATION, "/addresses"),
        (TokenPurpose.RESET, "/invitations"),
        (TokenPurpose.RESET, "/addresses"),
        (TokenPurpose.ADDRESS, "/passwords"),
        (TokenPurpose.ADDRESS, "/invitations"),
    ],
)
def test_a_link_opens_no_other_door(
    client: FlaskClient, account: Account, purpose: TokenPurpose, wrong_door: str
) -> None:
    path = f"{wrong_door}/{issued(account, purpose).rpartition('/')[2]}"
    assert client.get(path).status_code == 410
    assert send(client, path) == 410
    db.session.refresh(account)
    assert (account.password_hash, account.email) == (None, "nina@fernhill.example")


@pytest.mark.parametrize("door", PURPOSES)
def test_an_invented_link_is_told_kindly(client: FlaskClient, account: Account, door: str) -> None:
    answer = client.get(f"/{door}/{'x' * 43}")
    assert answer.status_code == 410
    assert "Perhaps a part of it was lost." in answer.text
    assert client.get(f"/{door}/{'x' * 5000}").status_code == 410


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_a_link_of_a_shut_account_is_worthless(
    client: FlaskClient, account: Account, purpose: TokenPurpose
) -> None:
    path = issued(account, purpose)
    account.disabled_at = NOON
    db.session.commit()
    assert send(client, path) == 410
    db.session.refresh(account)
    assert account.password_hash is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"repeated": "an old brown door"}, "differ"),
        ({"new_password": "short", "repeated": "short"}, "between 14 and 128"),
        ({"new_password": "password123456", "repeated": "password123456"}, "first that others would try"),
        ({"new_password": "nina roth wins", "repeated": "nina roth wins"}, "your name"),
    ],
)
@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_a_refused_password_leaves_the_link_good(
    client: FlaskClient, account: Account, purpose: TokenPurpose, wrong: dict[str, str], words: str
) -> None:
    path = issued(account, purpose)
    fields = {"name": "Nina Roth", "language": "en", "new_password": NEW, "repeated": NEW, **wrong}
    answer = client.post(path, data={"csrf_token": visit_token(client), **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert send(client, path) == 303


def test_who_comes_in_is_greeted_and_signed_in(client: FlaskClient, account: Account) -> None:
    assert send(client, issued(account, TokenPurpose.INVITATION)) == 303
    assert "Welcome! From now on you sign in with nina@fernhill.example." in client.get("/profile").text


def test_coming_in_says_whom_it_signs_out_of_this_browser(client: FlaskClient, account: Account) -> None:
    path = issued(account, TokenPurpose.INVITATION)
    sign_in(client, an_agent("Ada Lind"))
    assert "Ada Lind is signed in here" in client.get(path).text
