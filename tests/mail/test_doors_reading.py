"""A mail that takes too much breaks its reader and nothing else."""

from collections.abc import Iterator

import pytest

from helpdesk.mail.reading import Reader, Unreadable
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
    with pytest.raises(Unreadable):
        hurried.read(LETTER)


def test_after_a_broken_reader_the_next_mail_gets_a_new_one(reader: Reader) -> None:
    reader.read(LETTER)
    assert reader._child is not None
    reader._child.process.kill()
    with pytest.raises(Unreadable):
        reader.read(LETTER)
    assert reader.read(LETTER).subject == "Prescriptions print blank"
