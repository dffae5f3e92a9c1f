"""Which mail is passed on inside another, whose it is, and what was said to it."""

from email.message import EmailMessage

import pytest

from helpdesk.mail.parsing import parse
from helpdesk.mail.passed_on import PassedOn

EVE = "eve@moss.example"
GMAIL = """Please look.

---------- Forwarded message ---------
From: Eve Moss <eve@moss.example>
Date: Wed, 4 Mar 2026 at 11:00
Subject: Scanner
To: <ada@fernhill.example>


It stays dark.
"""
OUTLOOK = """Bitte übernehmen.

Von: Eve Moss <eve@moss.example>
Gesendet: Mittwoch, 4. März 2026 11:00
An: Ada Lind <ada@fernhill.example>;
    Karl <karl@fernhill.example>
Betreff: Scanner

It stays dark.

Von: Innermost <inner@other.example>
Gesendet: Dienstag, 3. März 2026 10:00
An: Eve Moss
Betreff: Scanner

Older.
"""
APPLE = """Look

Begin forwarded message:

> From: Eve Moss <eve@moss.example>
> Subject: Scanner
> Date: 4 March 2026
> To: ada@fernhill.example
>
> It stays dark.
> > Older.
"""
RUSSIAN = """Посмотри, пожалуйста.

-------- Пересылаемое сообщение --------
От: Eve Moss [mailto:eve@moss.example]
Отправлено: 4 марта 2026 г. 11:00
Кому: ada@fernhill.example
Тема: Scanner

It stays dark.
"""
BARE = "From: Eve Moss <eve@moss.example>\nSent: Wed\nTo: Ada\nSubject: Scanner\n\nIt stays dark.\n"
NAMELESS = "From: Eve Moss\nSent: Wed\nTo: Ada\nSubject: Scanner\n\nIt stays dark.\n"


def read(subject: str, text: str, *enclosed: EmailMessage) -> PassedOn | None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ada@fernhill.example", subject
    mail.set_content(text)
    for one in enclosed:
        mail.add_attachment(one)
    return parse(mail.as_bytes()).passed_on


def whole(sender: str, text: str = "It stays dark.", *enclosed: EmailMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, "Scanner"
    mail.set_content(text)
    for one in enclosed:
        mail.add_attachment(one)
    return mail


@pytest.mark.parametrize(
    ("subject", "text", "comment", "words"),
    [
        ("Fwd: Scanner", GMAIL, "Please look.", "It stays dark."),
        ("WG: Scanner", OUTLOOK, "Bitte übernehmen.", "It stays dark."),
        ("Fwd: Scanner", APPLE, "Look", "It stays dark.\n> Older."),
        ("Пересл: Scanner", RUSSIAN, "Посмотри, пожалуйста.", "It stays dark."),
        ("TR: Scanner", BARE, "", "It stays dark."),
        ("Re: RV: Scanner", BARE, "", "It stays dark."),
    ],
)
def test_the_outermost_mail_is_found_with_its_words(
    subject: str, text: str, comment: str, words: str
) -> None:
    found = read(subject, text)
    assert found is not None
    assert (found.sender.email, found.sender.name, found.is_sure) == (EVE, "Eve Moss", True)
    assert (found.comment, found.subject) == (comment, "Scanner")
    assert found.text.startswith(words)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Fwd: Scanner", "See above."),
        ("Fwd: Scanner", NAMELESS),
        ("Fwd: Scanner", "line\n" * 40 + BARE),
        ("Fwd: Scanner", BARE.replace("It stays dark.", "")),
    ],
)
def test_what_is_not_plain_is_not_sure(subject: str, text: str) -> None:
    found = read(subject, text)
    assert found is not None
    assert not found.is_sure


@pytest.mark.parametrize("subject", ["Scanner", "Re: Scanner", "Forwarding address", "Tribute: x"])
def test_without_a_sign_in_the_subject_nothing_is_passed_on(subject: str) -> None:
    assert read(subject, GMAIL) is None


def test_an_enclosed_mail_needs_no_sign_and_only_the_outermost_counts() -> None:
    inner = whole("Inner <inner@other.example>", "Older.")
    found = read("Look", "For you", whole("Eve Moss <eve@moss.example>", "It stays dark.", inner))
    assert found is not None
    assert (found.sender.email, found.text.strip(), found.comment.strip()) == (
        EVE,
        "It stays dark.",
        "For you",
    )
    assert (found.is_sure, found.is_enclosed, len(found.files)) == (True, True, 1)


def test_several_mails_of_one_person_are_sure_and_of_several_are_not() -> None:
    mails = [(EVE, EVE.upper()), (EVE, "other@moss.example"), ("nobody at all",)]
    found = [read("Look", "", *(whole(sender) for sender in senders)) for senders in mails]
    assert [one and one.is_sure for one in found] == [True, False, False]
