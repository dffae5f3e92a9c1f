"""A mail provider's sign-in server on this machine: strict about codes, secrets and used refresh tokens."""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk.db import db
from helpdesk.mail.grant_models import Flow, MailboxGrant
from helpdesk.mail.grant_models import Provider as Kind
from helpdesk.mail.models import Mailbox
from helpdesk.secrets_box import seal
from tests.servers import PATIENCE_S

CLIENT_ID, CLIENT_SECRET = "desk-17", "client-secret-canary"


@dataclass
class Provider:
    """What it gave out and what it was asked; `says` overrules its next answers, `life_s` is of new tokens.

    A refresh token counts once: who uses it twice has lost it, and all that came after it (RFC 9700, 4.14).
    """

    port: int = 0
    life_s: int = 3600
    rotates: bool = True
    says: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    gate: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def token_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    def agree(self, url: str, user: str) -> dict[str, str]:
        """A person at the sign-in page says yes; the parameters with which the browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT_ID, "S256")
        self.codes["code-1"] = (asked["code_challenge"], user)
        return {"code": "code-1", "state": asked["state"]}

    def seed(self, user: str = "ada") -> str:
        """A refresh token as if somebody had signed in before."""
        return str(self._given(user)["refresh_token"])

    def answer(self, form: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(form)
        self.arrived.set()
        self.gate.wait(PATIENCE_S)
        with self.lock:
            if self.says:
                return self.says.pop(0)
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return _no("invalid_client")
            user = self._user(form)
            return (200, json.dumps(self._given(user)).encode()) if user else _no("invalid_grant")

    def _user(self, form: dict[str, str]) -> str | None:
        if form["grant_type"] == "client_credentials":
            return "ada"
        if form["grant_type"] == "authorization_code":
            challenge, user = self.codes.pop(form["code"], ("", ""))
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            return user if urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge else None
        token = form["refresh_token"]
        if token in self.used:
            self.refresh.clear()
        if self.rotates:
            self.used.add(token)
            return self.refresh.pop(token, None)
        return self.refresh.get(token)

    def _given(self, user: str) -> dict[str, Any]:
        self.count += 1
        access, refresh = f"access-canary-{self.count}", f"refresh-canary-{self.count}"
        self.access[access], self.refresh[refresh] = user, user
        given = {"access_token": access, "token_type": "Bearer", "expires_in": self.life_s}
        return {**given, "refresh_token": refresh} if self.rotates or self.count == 1 else given

    def active(self, token: str) -> dict[str, Any]:
        """What a mail server hears when it asks about a token (RFC 7662)."""
        user = self.access.get(token)
        return {"active": user is not None, "username": user or ""}


def _no(code: str) -> tuple[int, bytes]:
    return 400, json.dumps({"error": code, "error_description": "AADSTS70000: no\r\n"}).encode()


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, listening until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/introspect":
                self._send(200, json.dumps(provider.active(form.get("token", ""))).encode())
            else:
                self._send(*provider.answer(form))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def a_grant(provider: Provider, mailbox: Mailbox, **more: object) -> MailboxGrant:
    values = {"provider": Kind.OTHER, "flow": Flow.PERSON, "refresh_token": seal(provider.seed().encode())}
    grant = MailboxGrant(
        mailbox_id=mailbox.id,
        client_id=CLIENT_ID,
        client_secret=seal(CLIENT_SECRET.encode()),
        authorize_url=f"http://127.0.0.1:{provider.port}/authorize",
        token_url=provider.token_url,
        scope="mail",
        **{**values, **more},
    )
    db.session.add(grant)
    db.session.flush()
    return grant
