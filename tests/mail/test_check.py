"""Trying a mailbox against real servers: every way to be wrong is named, with what to do about it."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from helpdesk.mail.check.findings import Finding, Outcome, collected
from helpdesk.mail.check.imap import imap_steps
from helpdesk.mail.check.reach import Server
from helpdesk.mail.check.smtp import smtp_steps
from helpdesk.mail.models import Encryption
from helpdesk.mail.relay import Relay as MailRelay
from helpdesk.mail.relay import knock
from tests.servers import PASSWORD, Dovecot, Sink, free_port

pytestmark = [
    pytest.mark.mailserver,
    pytest.mark.usefixtures("english"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),  # inside TLS from the first byte it is required
]


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def imap(dovecot: Dovecot, folder: str = "INBOX", **other: object) -> tuple[Finding, ...]:
    given = {"host": dovecot.host, "port": dovecot.port, "encryption": Encryption.NONE}
    server = Server(**{**given, "user": "ada", "password": PASSWORD, **other})  # type: ignore[arg-type]
    return collected(imap_steps(server, folder))


def smtp(port: int, sender: str = "support@fernhill.example", **other: object) -> tuple[Finding, ...]:
    given = {"host": "localhost", "port": port, "encryption": Encryption.NONE}
    return collected(smtp_steps(Server(**{**given, **other}), sender))  # type: ignore[arg-type]


def failure(found: tuple[Finding, ...]) -> str:
    """The step that failed in one line; every step before it went well."""
    assert [one.outcome for one in found[:-1]].count(Outcome.BAD) == 0
    assert found[-1].outcome is Outcome.BAD, found
    return f"{found[-1].step}: {found[-1].words} {found[-1].cure}"


def test_all_good_over_imap(dovecot: Dovecot) -> None:
    found = imap(dovecot)
    assert [one.step for one in found] == [
        "port",
        "greeting",
        "encryption",
        "sign_in",
        "folder",
        "extras",
    ]
    assert {one.outcome for one in found} == {Outcome.GOOD, Outcome.NOTE}
    assert "UIDPLUS" in found[-1].words


def test_a_wrong_password(dovecot: Dovecot) -> None:
    found = imap(dovecot, password="wrong-word-7")
    assert failure(found).startswith("sign_in: The server refuses this name and password.")
    assert found[-1].said.startswith("[AUTHENTICATIONFAILED]")
    assert "wrong-word-7" not in str(found)


def test_a_wrong_port(dovecot: Dovecot) -> None:
    assert failure(imap(dovecot, port=free_port())).startswith("port: Nobody listens on port")


def test_a_name_that_nobody_has(dovecot: Dovecot) -> None:
    assert failure(imap(dovecot, host="imap.nowhere.invalid")).startswith("name: There is no server")


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"])
def test_addresses_at_which_no_mail_server_can_stand(dovecot: Dovecot, host: str) -> None:
    assert failure(imap(dovecot, host=host)).startswith("name: No mail server can stand")


def test_a_folder_that_is_missing_names_those_there_are(dovecot: Dovecot) -> None:
    said = failure(imap(dovecot, "Suport"))
    assert said.startswith("folder: There is no folder Suport. These are there: ")
    assert "INBOX" in said


def test_a_folder_for_what_was_fetched_is_looked_for_and_made_by_nobody(dovecot: Dovecot) -> None:
    server = Server(
        host=dovecot.host, port=dovecot.port, encryption=Encryption.NONE, user="ada", password=PASSWORD
    )
    said = failure(collected(imap_steps(server, "INBOX", move_to="Shelf")))
    assert said.startswith("folder: There is no folder Shelf to move mail to.")
    with dovecot.as_user("ada") as client:
        client.create_folder("Shelf")
        found = collected(imap_steps(server, "INBOX", move_to="Shelf"))
        client.delete_folder("Shelf")
    assert found[-1].words == "What was fetched can be moved to Shelf."


def test_tls_where_there_is_none(dovecot: Dovecot) -> None:
    said = failure(imap(dovecot, encryption=Encryption.TLS))
    assert said.startswith("encryption: The server does not speak TLS on port")
    assert said.endswith("the port for TLS: 993.")


def test_starttls_where_there_is_none(dovecot: Dovecot) -> None:
    assert "does not offer STARTTLS" in failure(imap(dovecot, encryption=Encryption.STARTTLS))


def test_imap_asked_of_a_relay_and_the_other_way_round(dovecot: Dovecot, smtp_sink: Sink) -> None:
    assert "On this port the server speaks SMTP" in failure(imap(dovecot, port=smtp_sink.port))
    assert "On this port the server speaks IMAP" in failure(smtp(dovecot.port))


def test_all_good_over_smtp_without_a_name(smtp_sink: Sink) -> None:
    found = smtp(smtp_sink.port)
    assert [one.step for one in found][-2:] == ["sign_in", "sender"]
    assert found[-1].outcome is Outcome.GOOD
    assert smtp_sink.taken == []


def test_a_letter_arrives(smtp_sink: Sink) -> None:
    server = Server(host="localhost", port=smtp_sink.port, encryption=Encryption.NONE)
    letter = b"Subject: The desk can send mail\r\n\r\nIt can.\r\n"
    steps = smtp_steps(server, "support@fernhill.example", letter=letter, to="sam@fernhill.example")
    assert collected(steps)[-1].step == "letter"
    (taken,) = smtp_sink.taken
    assert (taken.sender, taken.recipients) == ("support@fernhill.example", ("sam@fernhill.example",))


def test_a_letter_that_is_refused(smtp_sink: Sink) -> None:
    smtp_sink.script.recipients["sam@fernhill.example"] = "550 5.7.1 Relaying denied"
    server = Server(host="localhost", port=smtp_sink.port, encryption=Encryption.NONE)
    steps = smtp_steps(
        server, "support@fernhill.example", letter=b"Subject: x\r\n\r\n", to="sam@fernhill.example"
    )
    found = collected(steps)
    assert failure(found).startswith("letter: The server did not take the letter")
    assert "Relaying denied" in found[-1].said


def test_a_relay_that_knows_no_passwords(smtp_sink: Sink) -> None:
    said = failure(smtp(smtp_sink.port, user="support", password="x"))
    assert said.startswith("sign_in: The server takes no password on this line.")


def certificate(folder: Path, name: str, *, expired: bool = False) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that it made itself."""
    key, start = ec.generate_private_key(ec.SECP256R1()), datetime(2020, 1, 1, tzinfo=UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = start + timedelta(days=30 if expired else 36_500)
    builder = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(key, hashes.SHA256())
    pem = made.public_bytes(serialization.Encoding.PEM)
    no_password = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    (folder / "server.pem").write_bytes(pem + secret)
    (folder / "trusted.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


class Relay:
    """A relay that wants a name and password and takes mail only from its own address."""

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, word: object
    ) -> AuthResult:
        good = isinstance(word, LoginPassword) and word.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    async def handle_MAIL(  # noqa: N802  the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        if "later@" in address:
            return "452 4.2.2 No room"
        return "250 OK" if "support@" in address else "553 5.7.1 Not owned by you"


@pytest.fixture
def relay(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """A relay with STARTTLS, or with TLS from the first byte; its certificate says `request.param`."""
    name, is_tls, is_expired = getattr(request, "param", ("localhost", False, False))
    context, port, taker = certificate(tmp_path, name, expired=is_expired), free_port(), Relay()
    more = {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        taker,
        hostname="localhost",
        port=port,
        authenticator=taker.check,
        auth_required=True,
        auth_require_tls=not is_tls,
        **more,
    )
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def trusted(relay: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the relay's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))


ACCOUNT = {"encryption": Encryption.STARTTLS, "user": "support", "password": PASSWORD}


@pytest.mark.usefixtures("trusted")
def test_all_good_with_starttls_and_a_password(relay: int) -> None:
    found = smtp(relay, **ACCOUNT)
    assert [one.outcome for one in found] == [Outcome.GOOD] * 6, found


@pytest.mark.usefixtures("trusted")
def test_a_relay_refuses_the_password(relay: int) -> None:
    said = failure(smtp(relay, **{**ACCOUNT, "password": "wrong-word-7"}))
    assert said.startswith("sign_in: The server refuses this name and password.")
    assert "wrong-word-7" not in said


@pytest.mark.usefixtures("trusted")
def test_a_relay_refuses_the_sender(relay: int) -> None:
    said = failure(smtp(relay, "boss@fernhill.example", **ACCOUNT))
    assert said.startswith("sender: The server takes no mail from boss@fernhill.example.")


@pytest.mark.usefixtures("trusted")
def test_a_relay_that_takes_nothing_for_now(relay: int) -> None:
    said = failure(smtp(relay, "later@fernhill.example", **ACCOUNT))
    assert said.endswith("Try again in a few minutes.")


@pytest.mark.usefixtures("trusted")
def test_a_relay_that_wants_a_name(relay: int) -> None:
    said = failure(smtp(relay, encryption=Encryption.STARTTLS))
    assert said.endswith("It wants a name and password: type them above.")


TLS = ("localhost", True, False)


def sending(port: int, how: Encryption = Encryption.TLS) -> str:
    """What the sender itself says of that relay; without a good certificate no password is told."""
    return (
        knock(MailRelay(host="localhost", port=port, encryption=how, user="support", password=PASSWORD)) or ""
    )


@pytest.mark.parametrize("relay", [TLS, ("localhost", False, False)], indirect=True)
def test_a_certificate_that_the_server_made_itself(relay: int, request: pytest.FixtureRequest) -> None:
    is_tls = request.node.callspec.params["relay"][1]
    how = Encryption.TLS if is_tls else Encryption.STARTTLS
    said = failure(smtp(relay, **{**ACCOUNT, "encryption": how}))
    assert said.startswith("encryption: The server made its certificate itself (CN=localhost)")
    assert sending(relay, how).startswith("The certificate of localhost cannot be trusted: self")


@pytest.mark.parametrize("relay", [("mail.fernhill.example", True, False)], indirect=True)
@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name(relay: int) -> None:
    said = failure(smtp(relay, **{**ACCOUNT, "encryption": Encryption.TLS}))
    assert said.startswith(
        "encryption: The server's certificate is for mail.fernhill.example, not for localhost."
    )
    assert sending(relay).startswith("The certificate of localhost cannot be trusted: Hostname mismatch")


@pytest.mark.parametrize("relay", [("localhost", True, True)], indirect=True)
@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_has_expired(relay: int) -> None:
    said = failure(smtp(relay, **{**ACCOUNT, "encryption": Encryption.TLS}))
    assert said.startswith("encryption: The server's certificate expired on Jan 31, 2020.")
    assert sending(relay) == "The certificate of localhost cannot be trusted: certificate has expired."


@pytest.mark.parametrize("relay", [TLS], indirect=True)
def test_plain_words_to_a_server_that_waits_for_tls(relay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.mail.check.reach.ANSWER_S", 0.3)
    said = failure(smtp(relay))
    assert said.startswith("greeting: The port answers, but the server says nothing.")
