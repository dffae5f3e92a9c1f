"""The security headers of every answer, whatever made it, and who may send forms."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from helpdesk import assets
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls
from tests.browsing import csrf_token, form, sign_in, visit_token
from tests.conftest import settings_for
from tests.factories import an_agent

ANSWERS = {
    "a page": ("GET", "/welcome", 200),
    "a redirect": ("GET", "/profile", 303),
    "a missing page": ("GET", "/nowhere", 404),
    "a wrong method": ("PUT", "/sign-in", 405),
    "an options request": ("OPTIONS", "/sign-in", 405),
    "a form without its token": ("POST", "/sign-in", 400),
    "a static file": ("GET", "/static/css/desk.css", 200),
    "a missing static file": ("GET", "/static/../app.py", 404),
    "the health of the process": ("GET", "/healthz", 200),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_carries_the_headers(client: FlaskClient, kind: str) -> None:
    method, path, status = ANSWERS[kind]
    answer = client.open(path, method=method)
    assert answer.status_code == status
    check_headers(answer)


def check_headers(answer: TestResponse) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert re.match(r"default-src 'none'; script-src 'nonce-[\w-]{20,}'; ", policy)
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Server" not in headers
    assert "Access-Control-Allow-Origin" not in headers


def test_the_nonce_is_new_with_every_answer_and_stands_on_every_script(client: FlaskClient) -> None:
    first, second = client.get("/welcome"), client.get("/welcome")
    nonces = [
        re.findall(r"'nonce-([\w-]+)'", a.headers["Content-Security-Policy"])[0] for a in (first, second)
    ]
    assert nonces[0] != nonces[1]
    scripts = re.findall(r"<script[^>]*>", second.text)
    assert scripts
    assert all(f'nonce="{nonces[1]}"' in script for script in scripts)


def test_no_page_has_an_inline_style_or_handler(client: FlaskClient) -> None:
    sign_in(client, an_agent())
    for path in ("/profile", "/sessions"):
        page = client.get(path).text
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)


def test_pages_are_never_kept_by_the_browser(client: FlaskClient) -> None:
    sign_in(client, an_agent())
    assert client.get("/profile").headers["Cache-Control"] == "no-store"


def test_pages_vary_with_the_cookie(client: FlaskClient) -> None:
    assert "Cookie" in client.get("/profile").headers["Vary"]


def test_static_files_with_a_hash_are_kept_for_a_year_and_set_no_cookie(client: FlaskClient) -> None:
    answer = client.get(assets.asset_url("css/desk.css"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_unchanged_static_file_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/static/css/desk.css").headers["ETag"]
    assert client.get("/static/css/desk.css", headers={"If-None-Match": tag}).status_code == 304


@pytest.fixture
def https_desk(database: Urls, tmp_path: Path) -> Flask:
    """A desk as it stands behind one reverse proxy."""
    more = {"HELPDESK_BASE_URL": "https://desk.fernhill.example", "HELPDESK_PROXY_HOPS": "1"}
    return create_app(load_settings(settings_for(database, tmp_path, **more)))


def test_https_sets_hsts_and_a_host_cookie(https_desk: Flask) -> None:
    answer = https_desk.test_client().get("/welcome", base_url="https://desk.fernhill.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize("host", ["evil.example", "desk.fernhill.example.evil.example", ""])
def test_an_unknown_host_is_refused(https_desk: Flask, host: str) -> None:
    answer = https_desk.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400


def test_a_forged_forwarded_host_is_refused(https_desk: Flask) -> None:
    headers = {"Host": "desk.fernhill.example", "X-Forwarded-Host": "evil.example"}
    assert https_desk.test_client().get("/sign-in", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [{}, {"csrf_token": ""}, {"csrf_token": "nonsense"}],
    ids=["without", "empty", "nonsense"],
)
def test_a_form_needs_its_token(client: FlaskClient, fields: dict[str, str]) -> None:
    sign_in(client, an_agent("Tom Okafor"))
    answer = client.post("/profile", data={"name": "Somebody else", "theme": "dark", **fields})
    assert answer.status_code == 400
    assert "open too long" in answer.text


def test_a_token_of_another_session_is_refused(client: FlaskClient) -> None:
    sign_in(client, an_agent())
    fields = form(name="Somebody else", theme="dark") | {"csrf_token": csrf_token("another secret")}
    assert client.post("/profile", data=fields).status_code == 400


def test_the_token_of_a_strangers_visit_is_worth_nothing_inside(client: FlaskClient) -> None:
    token = visit_token(client)
    sign_in(client, an_agent())
    fields = form(name="Somebody else", theme="dark") | {"csrf_token": token}
    assert client.post("/profile", data=fields).status_code == 400


def test_what_was_typed_is_not_lost_with_an_old_form(client: FlaskClient) -> None:
    sign_in(client, an_agent())
    answer = client.post("/profile", data={"name": "A long sentence that somebody took pains to write."})
    assert "somebody took pains to write." in answer.text


def test_a_password_is_never_shown_again(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"password": "a password of good length"})
    assert answer.status_code == 400
    assert "a password of good length" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_forms_from_other_pages_are_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    sign_in(client, an_agent())
    answer = client.post("/profile", data=form(name="Somebody else", theme="dark"), headers=headers)
    assert answer.status_code == 400
    db.session.rollback()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}],
)
def test_our_own_forms_are_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    sign_in(client, an_agent())
    fields = form(name="Ada Lind", language="", zone="", theme="dark")
    assert client.post("/profile", data=fields, headers=headers).status_code == 303


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_cannot_be_overridden(client: FlaskClient, header: str) -> None:
    assert client.get("/sign-out", headers={header: "POST"}).status_code == 405
