"""How long a mail of 20 KB takes to be read, and what the slowest shapes cost."""

import base64
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.mail.cleaning import clean_html
from helpdesk.mail.parsing import parse

LIMIT_MS = 3.0
ROUNDS = 200
SENTENCE = "The printer in room 3 prints blank pages since the update of Monday; see the picture. "
QUOTE = "".join(f"> {SENTENCE}\n" for _ in range(30))


@dataclass(frozen=True)
class Figure:
    """One measured time in milliseconds, and its limit if it has one."""

    name: str
    median_ms: float
    worst_ms: float
    limit_ms: float | None = None

    @property
    def is_met(self) -> bool:
        return self.limit_ms is None or self.median_ms < self.limit_ms

    def __str__(self) -> str:
        limit = "" if self.limit_ms is None else f"   limit {self.limit_ms:.1f} ms"
        verdict = "" if self.limit_ms is None else ("   met" if self.is_met else "   MISSED")
        return f"{self.name:<44}{self.median_ms:8.2f} ms  p99 {self.worst_ms:8.2f} ms{limit}{verdict}"


def run() -> bool:
    """Print every figure; whether each limit is met."""
    print("Reading mails (processor time of one core, without the child process)")
    figures = [
        _measured("plain text, 20 KB", _plain(), LIMIT_MS),
        _measured("text and HTML with a picture, 20 KB", _mixed(), LIMIT_MS),
        _measured("an answer in HTML alone, 20 KB", _html(), LIMIT_MS),
        _measured("attachments of 1 MB", _heavy(), None, rounds=40),
        _cleaned(),
    ]
    for figure in figures:
        print(figure)
    return all(figure.is_met for figure in figures)


def _measured(name: str, raw: bytes, limit_ms: float | None, *, rounds: int = ROUNDS) -> Figure:
    return _figure(f"{name} ({len(raw) / 1024:.0f} KB)", _times(lambda: parse(raw), rounds), limit_ms)


def _cleaned() -> Figure:
    html = f"<div><p>{SENTENCE}<a href='https://a.example/'>a</a></p></div>" * 130
    return _figure("cleaning the HTML of 20 KB for display", _times(lambda: clean_html(html), ROUNDS), None)


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds + 5):
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1000)
    return sorted(found[5:])


def _figure(name: str, times: list[float], limit_ms: float | None) -> Figure:
    return Figure(name, statistics.median(times), times[int(len(times) * 0.99)], limit_ms)


def _head(content_type: str) -> bytes:
    lines = (
        "Return-Path: <hanna@brightwater.example>",
        *(f"Received: from a{n}.example by b{n}.example; Mon, 1 Jun 2026 10:00:0{n} +0000" for n in range(6)),
        "From: =?utf-8?b?0JXQstCwINCb0LDQvdCz?= <eva@brightwater.example>",
        "To: Support <support@fernhill.example>",
        "Subject: =?utf-8?q?Prescriptions_print_blank_=E2=80=93_again?=",
        "Message-ID: <CAF7a1@mail.brightwater.example>",
        "Date: Mon, 1 Jun 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _plain() -> bytes:
    words = f"{SENTENCE}\n" * 200
    text = f"{words}\nOn Mon, 1 Jun 2026 at 10:00, Support <support@fernhill.example> wrote:\n{QUOTE}"
    return _head("text/plain; charset=utf-8") + text.replace("\n", "\r\n").encode()


def _mixed() -> bytes:
    picture = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 24).replace(b"\n", b"\r\n")
    html = f"<html><body><p>{SENTENCE * 4}</p><img src='cid:p1'></body></html>" * 12
    return b"".join(
        (
            _head('multipart/related; boundary="r"'),
            b'--r\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n',
            b"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
            (SENTENCE * 50).encode(),
            b"\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
            html.encode(),
            b"\r\n--a--\r\n--r\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <p1>\r\n",
            b"Content-Transfer-Encoding: base64\r\n\r\n",
            picture,
            b"--r--\r\n",
        )
    )


def _html() -> bytes:
    quoted = f"<blockquote>{SENTENCE * 3}<br></blockquote>" * 20
    words = f"<div style='color:#123456'><p>{SENTENCE}&nbsp;<b>now</b></p></div>" * 100
    attribution = "<p>On Mon, 1 Jun 2026, Support &lt;support@fernhill.example&gt; wrote:</p>"
    return _head("text/html; charset=utf-8") + f"{words}{attribution}{quoted}".encode()


def _heavy() -> bytes:
    content = base64.encodebytes(bytes(range(256)) * 4096)
    part = b'--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return _head('multipart/mixed; boundary="b"') + part + content + b"\r\n--b--\r\n"


if __name__ == "__main__":
    raise SystemExit(0 if run() else 1)
