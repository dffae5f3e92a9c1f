"""A mail that takes too much breaks its reader and nothing else."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from helpdesk.mail.reading import NoReader, Reader, Unreadable
from tests.mail.letters import a_mail

LETTER = a_mail("hello").as_bytes()


@pytest.fixture
def hurried() -> Iterator[Reader]:
    reader = Reader(wall_seconds=0.0)
    yield reader
    reader.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def test_a_mail_is_read_in_another_process(reader: Reader) -> None:
    assert reader.read(LETTER).text.strip() == "hello"


def test_a_reader_that_takes_too_long_is_ended(hurried: Reader) -> None:
    stuck = hurried._fresh().process
    stuck.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, stuck.pid, os.WSTOPPED)
    with pytest.raises(Unreadable):
        hurried.read(LETTER)
    assert stuck.returncode == -signal.SIGKILL


def test_after_a_broken_reader_the_next_mail_gets_a_new_one(reader: Reader) -> None:
    reader.read(LETTER)
    assert reader._child is not None
    reader._child.process.kill()
    with pytest.raises(Unreadable):
        reader.read(LETTER)
    assert reader.read(LETTER).subject == "Prescriptions print blank"


def nested(times: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
        for number in range(times)
    )
    return b"From: a@b.example\r\nSubject: Deep\r\n" + opened + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


def test_ten_thousand_parts_inside_each_other_are_read_as_too_complex(reader: Reader) -> None:
    assert reader.read(nested(10_000)).is_too_complex


def test_a_part_of_a_hundred_megabytes_is_read_or_refused_within_the_limits(reader: Reader) -> None:
    line = b"QUJD" * 19 + b"\r\n"
    head = b"From: a@b.example\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    with suppress(Unreadable):
        reader.read(head + line * (100 * 2**20 // len(line)))
    assert reader.read(LETTER).text.strip() == "hello"


def test_a_reader_that_cannot_start_is_no_fault_of_the_mail(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NoReader):
        reader.read(LETTER)
