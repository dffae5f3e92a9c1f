"""What a log line may look like, whatever was put into it."""

import json
import logging

import pytest

from helpdesk.logs import JsonLines, TextLines, clean


def record(message: str, **facts: object) -> logging.LogRecord:
    facts |= {"name": "helpdesk.tickets", "levelno": 20, "levelname": "INFO", "msg": message}
    made = logging.makeLogRecord({})
    vars(made).update(facts)
    return made


@pytest.mark.parametrize(
    ("given", "logged"),
    [
        ("first\nsecond\r\x1b[31m", "first\\nsecond\\r\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("mail from ada.l@clients.example came", "mail from ***@*** came"),
        ("smtp://desk:hunter2@relay.example:587 refused", "smtp://***@relay.example:587 refused"),
        ("password=hunter2 next", "password=*** next"),
        ("reset_token: abc123", "reset_token: ***"),
        ("Cookie: sid=abc; other=1", "Cookie: ***"),
        ("GET /search?q=ada 200", "GET /search?*** 200"),
        ("Тикет 1042 закрыт", "Тикет 1042 закрыт"),
    ],
)
def test_what_must_not_be_logged_is_hidden(given: str, logged: str) -> None:
    assert clean(given) == logged


def test_a_json_line_is_one_line_with_its_facts() -> None:
    line = JsonLines().format(record("request\nanswered", ticket=1042, ms=12.5, session_token="abc"))
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["ticket"], told["ms"], told["session_token"]) == (
        "request\\nanswered",
        1042,
        12.5,
        "***",
    )


def test_a_text_line_names_time_level_and_place() -> None:
    line = TextLines().format(record("swept", due=3))
    assert line.endswith("info    helpdesk.tickets: swept due=3")


def test_a_trace_stays_on_its_line() -> None:
    broken = record("failed")
    try:
        raise ValueError("for ada@clients.example")
    except ValueError as error:
        broken.exc_info = (type(error), error, error.__traceback__)
    line = TextLines().format(broken)
    assert "\n" not in line
    assert "ada@" not in line


def test_a_very_long_message_is_cut_and_quick() -> None:
    assert len(clean("a" * 2_000_000)) == 8000
