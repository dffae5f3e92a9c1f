"""What stands between the desk and a mail server is said in a sentence, not in the words of the machine."""

import errno
import socket
import ssl

import pytest

from helpdesk.mail.line_words import in_words


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
