"""`helpdesk mail inspect`: how a message would be read, whatever its bytes and whether it is there."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from helpdesk.mail.cli import mail_commands
from helpdesk.mail.inspecting import EMPTY
from helpdesk.mail.reading import TOO_MUCH, reader

MAIL = (
    b"From: Eva <eva@harbour.example>\r\nTo: support@fernhill.example\r\nSubject: Hello\r\n"
    b"Content-Type: text/html\r\n\r\n<p>The \x1b[31mdoor</p><img src='https://spy.example/1'><script>x</script>"
    b"<p>On Mon, 1 Jun 2026, A &lt;a@b.example&gt; wrote:</p><blockquote>old</blockquote>"
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "a.eml").write_bytes(MAIL)
    return str(tmp_path / "a.eml")


def inspect(*words: str, typed: bytes = b"") -> Result:
    return CliRunner().invoke(mail_commands, ["inspect", *words], input=typed)


def lines_of(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_file_gives_one_object_with_every_name(file: str) -> None:
    result = inspect("--json", file, file)
    first, second = lines_of(result)
    assert (result.exit_code, first) == (0, second)
    assert set(EMPTY) <= set(first)
    assert (first["subject"], first["from_email"], first["from_name"]) == (
        "Hello",
        "eva@harbour.example",
        "Eva",
    )
    assert first["reply"].strip() == "The \x1b[31mdoor"
    assert "old" in first["text"]
    assert "script" not in first["html"]
    assert 'data-src="https://spy.example/1"' in first["html"]


def test_a_missing_file_is_told_and_the_next_one_read(file: str, tmp_path: Path) -> None:
    result = inspect("--json", str(tmp_path / "none.eml"), str(tmp_path), file)
    missing, folder, found = lines_of(result)
    assert result.exit_code == 1
    assert "no such file" in missing["defects"][0]
    assert "is a directory" in folder["defects"][0]
    assert "none.eml cannot be read: no such file or directory." in result.stderr
    assert found["subject"] == "Hello"


def test_the_standard_input_is_a_file_too() -> None:
    (found,) = lines_of(inspect("--json", "-", typed=MAIL))
    assert (found["file"], found["subject"]) == ("-", "Hello")


@pytest.mark.parametrize(
    "raw", [b"", b"\0\xff\xfe" * 300, b"\xff" * 50_000, b"From: \xed\xa0\x80\r\n\r\n\xed\xa0\x80"]
)
def test_any_bytes_give_an_object(raw: bytes) -> None:
    result = inspect("--json", "-", typed=raw)
    assert (result.exit_code, result.exception) == (0, None)
    assert len(lines_of(result)) == 1


def test_a_body_alone_is_folded(tmp_path: Path) -> None:
    body = "It works.\n\nOn Mon, 1 Jun 2026 at 10:00, A <a@b.example> wrote:\n> Try.\n"
    (tmp_path / "b.txt").write_text(body)
    (found,) = lines_of(inspect("--json", "--body", str(tmp_path / "b.txt")))
    assert (found["text"], found["reply"]) == (body, "It works.\n\n")


def test_a_body_whose_reader_is_ended_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("It works.\n")
    reader.read_body(b"")
    assert reader._child is not None
    reader._child.process.kill()
    broken = inspect("--json", "--body", str(tmp_path / "b.txt"))
    assert (broken.exit_code, lines_of(broken)[0]["defects"]) == (1, [TOO_MUCH])
    (found,) = lines_of(inspect("--json", "--body", str(tmp_path / "b.txt")))
    assert found["reply"] == "It works.\n"


def test_the_page_says_what_matters_and_moves_no_cursor(file: str) -> None:
    page = inspect(file).stdout
    assert "From:        Eva <eva@harbour.example>" in page
    assert "--- folded" in page
    assert "\x1b" not in page


def test_an_object_stays_one_line_for_whoever_splits_them() -> None:
    typed = "Subject: a\u2028b\u2029c\x85d\r\n\r\none\u2028two\x85three\u2029four".encode()
    result = inspect("--json", "-", typed=typed)
    (found,) = lines_of(result)
    assert found["text"] == "one\u2028two\x85three\u2029four"
