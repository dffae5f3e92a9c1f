"""What stands between the desk and a mail server is said in a sentence, not in the words of the machine."""

import errno
import socket
import ssl

import pytest
from flask import Flask
from flask_babel import force_locale

from helpdesk.mail.line_words import NOBODY, in_words
from helpdesk.mail.retelling import WITH_VALUES, retold


def certificate_trouble(message: str) -> ssl.SSLCertVerificationError:
    trouble = ssl.SSLCertVerificationError(1, "certificate verify failed")
    trouble.verify_message = message
    return trouble


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "There is no server of the name mx.example."),
        (ConnectionRefusedError(111, "refused"), "Nobody listens on port 587 of mx.example."),
        (TimeoutError("timed out"), "mx.example did not answer in time on port 587."),
        (OSError(errno.ENETUNREACH, "x"), "This machine finds no way to mx.example."),
        (
            certificate_trouble("certificate has expired"),
            "The certificate of mx.example cannot be trusted: certificate has expired.",
        ),
        (
            certificate_trouble("Hostname mismatch."),
            "The certificate of mx.example cannot be trusted: Hostname mismatch.",
        ),
        (OSError("the server said something else"), None),
    ],
)
def test_trouble_on_the_line_in_words(trouble: Exception, words: str | None) -> None:
    assert in_words(trouble, "mx.example", 587) == words


def test_what_was_written_down_is_told_again_in_the_readers_language(app: Flask) -> None:
    values = {"host": "mx.example", "port": "587", "why": "too old", "size": "9 MB", "limit": "1 MB"}
    with app.test_request_context(), force_locale("ru"):
        for sentence in WITH_VALUES:
            told = retold(sentence % values)
            assert any("а" <= letter <= "я" for letter in told)
            assert "%" not in told
        assert "587" in retold(NOBODY % values)
        assert "mx.example" in retold(NOBODY % values)
        assert [retold("550 5.1.1 %s"), retold(None)] == ["550 5.1.1 %s", ""]
