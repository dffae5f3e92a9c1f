"""Handing mail over with a token: what the relay asks for, and what becomes of mail without one."""

import logging
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from flask import Flask

from helpdesk.db import db
from helpdesk.mail.check.findings import Outcome, collected
from helpdesk.mail.check.reach import Server
from helpdesk.mail.check.smtp import smtp_steps
from helpdesk.mail.models import Encryption, Mailbox, SignIn
from helpdesk.mail.oauth.bearer import token_of
from helpdesk.mail.oauth.renewing import NeedsSignIn, token_for
from helpdesk.mail.queries import default_mailbox
from helpdesk.mail.relay import Parcel, deliver
from helpdesk.mail.routes import relay_for, relay_name
from helpdesk.notifications.models import DeliveryState
from tests.factories import a_mailbox
from tests.mail.provider import Provider, a_grant
from tests.servers import Sink, free_port

pytestmark = [
    pytest.mark.mailserver,
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
    pytest.mark.filterwarnings("ignore:auth_required"),
]


class StrictSink(Sink):
    """A relay that lets in only whose token the provider knows (the XOAUTH2 of Microsoft and Google)."""

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        self.tries: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        said = await server.challenge_auth("") if len(args) < 2 else b64decode(args[1])
        words = bytes(said).decode()  # type: ignore[arg-type]
        user, token = words.removeprefix("user=").removesuffix("\x01\x01").split("\x01auth=Bearer ")
        self.tries.append(token)
        if self.provider.access.get(token) == user:
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401","schemes":"bearer"}')
        return AuthResult(success=False, handled=False)

    def start(self) -> None:
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, auth_require_tls=False, auth_required=True
        )
        self._controller.start()


@contextmanager
def strict(provider: Provider) -> Iterator[StrictSink]:
    sink = StrictSink(provider)
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


def sending(provider: Provider, port: int) -> Mailbox:
    mailbox = a_mailbox(smtp_host="127.0.0.1", smtp_port=port, smtp_user="ada", smtp_sign_in=SignIn.OAUTH)
    a_grant(provider, mailbox)
    return mailbox


def fate_of(mailbox: Mailbox) -> tuple[DeliveryState, str]:
    parcel = Parcel(sender="", recipients=("hanna@brightwater.example",), content=b"Subject: x\r\n\r\ny\r\n")
    outcome = deliver(relay_for(mailbox), parcel, before_the_dot=lambda: None)
    (fate,) = outcome.fates.values()
    return fate.state, fate.answer


def test_mail_is_handed_over_with_a_token_that_no_log_shows(
    calling_desk: Flask, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "helpdesk")
    with strict(provider) as sink:
        mailbox = sending(provider, sink.port)
        assert fate_of(mailbox)[0] is DeliveryState.ACCEPTED
        assert len(sink.taken) == 1
    assert "canary" not in caplog.text + repr(relay_for(mailbox))


def test_a_token_that_the_relay_refuses_is_renewed_once(calling_desk: Flask, provider: Provider) -> None:
    with strict(provider) as sink:
        mailbox = sending(provider, sink.port)
        fate_of(mailbox)
        provider.access.clear()
        assert fate_of(mailbox)[0] is DeliveryState.ACCEPTED
        assert len(sink.tries) == 3
        provider.access.clear()
        provider.says = [(200, b'{"access_token": "no good"}')]
        state, answer = fate_of(mailbox)
        assert (state, answer[:3]) == (DeliveryState.DELAYED, "535")
        assert "no good" not in answer


def test_while_nobody_is_let_in_mail_waits_and_says_why(calling_desk: Flask, provider: Provider) -> None:
    with strict(provider) as sink:
        mailbox = sending(provider, sink.port)
        provider.says = [(400, b'{"error": "invalid_grant"}')]
        state, answer = fate_of(mailbox)
    assert state is DeliveryState.DELAYED
    assert "no longer accepts the sign-in" in answer


def test_mail_of_nobody_in_particular_leaves_through_a_mailbox_that_can_send(
    calling_desk: Flask, provider: Provider
) -> None:
    mailbox, other = sending(provider, free_port()), a_mailbox("sales@fernhill.example")
    mailbox.is_default = True
    other.smtp_host, other.smtp_user = mailbox.smtp_host, "berta"
    other.smtp_port = mailbox.smtp_port
    db.session.flush()
    assert default_mailbox() is mailbox
    assert relay_name(mailbox) != relay_name(other)
    provider.says = [(400, b'{"error": "invalid_grant"}')]
    with pytest.raises(NeedsSignIn):
        token_for(mailbox.id)
    assert default_mailbox() is other


def test_the_try_says_what_a_refused_token_means(calling_desk: Flask, provider: Provider) -> None:
    with strict(provider) as sink, calling_desk.test_request_context("/"):
        mailbox = sending(provider, sink.port)
        server = Server(host="127.0.0.1", port=sink.port, encryption=Encryption.NONE, user="ada")
        with_token = Server(**{**vars(server), "token_of": token_of(mailbox.id)})
        assert {one.outcome for one in collected(smtp_steps(with_token, "s@fernhill.example"))} <= {
            Outcome.GOOD,
            Outcome.NOTE,
        }
        wrong = Server(**{**vars(with_token), "user": "eve"})
        last = collected(smtp_steps(wrong, "s@fernhill.example"))[-1]
    assert last.words == "The server does not take the token for eve."
    assert "this account that signed in" in last.cure


def test_a_relay_without_xoauth2_is_named(calling_desk: Flask, provider: Provider, smtp_sink: Sink) -> None:
    mailbox = sending(provider, smtp_sink.port)
    with calling_desk.test_request_context("/"):
        server = Server(
            host="127.0.0.1",
            port=smtp_sink.port,
            encryption=Encryption.NONE,
            user="ada",
            token_of=token_of(mailbox.id),
        )
        assert "XOAUTH2" in collected(smtp_steps(server, "s@fernhill.example"))[-1].words
    assert "XOAUTH2" in fate_of(mailbox)[1]
    assert provider.asked == []
