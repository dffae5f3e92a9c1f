"""Codes and links that prove an address: known when machines send them, not when people write of them."""

import pytest

from helpdesk.mail.parsing import parse

SERVICE = "no-reply@chat.example"
CARRIED = [
    ("Chat confirmation code: K7Q-4RD", "Your confirmation code is below. Enter it in your open window."),
    ("482913 is your verification code", "Do not share it."),
    ("Sign in", "Your one-time password\n\n  204 918\n\nIt expires in ten minutes."),
    ("Dein Bestätigungscode", "Dein Bestätigungscode lautet 55120."),
    ("Votre code de vérification", "Votre code de vérification : 771204"),
    ("Código de seguridad", "Use el código de seguridad 9031 para entrar."),
    ("Код подтверждения", "Ваш код подтверждения: 4471"),
    ("Welcome", "Please verify your email address: https://chat.example/v/9f3a"),
    ("Join the workspace", "Use this magic link to sign in: https://chat.example/m/9f3a"),
    ("Reset", "Click to reset your password: https://shop.example/r?t=9f3a"),
    ("Bitte bestätigen", "Bestätigen Sie Ihre Anmeldung: https://verein.example/b/1"),
    ("Регистрация", "Чтобы подтвердить адрес, откройте ссылку: подтвердите ваш адрес https://s.example/p/1"),
]
OF_PEOPLE = [
    (
        "Verification code does not arrive",
        "I wait for my verification code since 10:30, ticket 123456. Nothing.",
    ),
    ("Your verification code", "The page says my code 482913 is wrong. What now?"),
    ("Fwd: confirm", "Is this real? Please confirm your email: https://chat.example/v/9f3a"),
    ("Код подтверждения", "Не приходит код подтверждения, номер договора 20441."),
    ("Reset", "How do I reset your password page? https://helpdesk.example/reset"),
]
OF_MACHINES = [
    ("Backup failed", "Verification of set 204918 failed at 10:30. See https://backup.example/run/5"),
    ("Order 482913", "Thank you for your order 482913. Follow it at https://shop.example/o/482913"),
    ("Door 4", "Access code 4711 was used at door 4."),
    ("Password reset", "The password of user mkay was reset by admin. https://ad.example/log/7"),
    ("Invoice 55120", "Please confirm your order by answering this mail: https://shop.example"),
    ("About codes", "We never ask for your verification code by phone."),
]


def said(sender: str, subject: str, text: str, more: str = "") -> str:
    head = f"From: {sender}\r\nSubject: {subject}\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n"
    return parse(f"{head}{text}".encode()).verification


@pytest.mark.parametrize(("subject", "text"), CARRIED)
def test_a_code_or_link_of_a_machine_is_known(subject: str, text: str) -> None:
    assert said(SERVICE, subject, text)


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        ("feedback@chat.example", ""),
        ("security@chat.example", ""),
        ("Chat <team@chat.example>", "Feedback-ID: 1:chat\r\n"),
        ("team@chat.example", "Auto-Submitted: auto-generated\r\n"),
    ],
)
def test_any_sign_of_a_service_counts_with_it(sender: str, more: str) -> None:
    assert said(sender, *CARRIED[1], more)


@pytest.mark.parametrize("sender", ["eva@harbour.example", "info@harbour.example", "support@harbour.example"])
@pytest.mark.parametrize(("subject", "text"), [*OF_PEOPLE, *CARRIED[:2]])
def test_whoever_writes_about_his_code_is_a_client_as_any(sender: str, subject: str, text: str) -> None:
    assert not said(sender, subject, text)


@pytest.mark.parametrize(("subject", "text"), OF_MACHINES)
def test_other_mail_of_machines_is_what_it_was(subject: str, text: str) -> None:
    assert not said(SERVICE, subject, text)


@pytest.mark.parametrize("filler", ["verification code ", "code de ", "AB12C-", "confirm your ", "123 456 "])
def test_a_long_mail_of_such_words_is_read_at_once(filler: str) -> None:
    said(SERVICE, "x", filler * 20_000)
