"""The `helpdesk mail` commands: try a message out, or hand one in."""

import json
import sys
from pathlib import Path

import click

from helpdesk.mail.inspecting import Seen, not_seen, seen_in, seen_in_body
from helpdesk.mail.reading import Unreadable, reader
from helpdesk.mail.shown import page_of

INPUT = "-"
LIMIT = 256 * 1024 * 1024


@click.group(name="mail")
def mail_commands() -> None:
    """Mail by hand: see how a message would be read, or hand one in."""


@mail_commands.command(short_help="Show how messages would be read, without storing anything.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--body", "is_body", is_flag=True, help="Each FILE is a body alone: show what is folded of it.")
def inspect(files: tuple[str, ...], as_json: bool, is_body: bool) -> None:
    """Read each FILE as the desk would and show what it finds; - is the standard input. Needs no database.

    Ends with 1 when a file could not be opened or read; the others are shown all the same.
    """
    is_fine = True
    for file in files:
        sentence, seen = _inspected(file, is_body=is_body)
        is_fine = is_fine and not sentence
        if sentence:
            click.echo(sentence, err=True)
        if as_json:
            click.echo((json.dumps(seen, ensure_ascii=False) + "\n").encode(), nl=False)
        elif not sentence:
            click.echo(page_of(seen, is_body=is_body).encode(), nl=False)
    if not is_fine:
        raise SystemExit(1)


def _inspected(file: str, *, is_body: bool) -> tuple[str, Seen]:
    """What is wrong, in a sentence or empty, and what was seen."""
    shown = file.encode("utf-8", "replace").decode()
    try:
        raw = _bytes_of(file)
    except (OSError, ValueError) as trouble:
        sentence = f"{shown} cannot be read: {_reason(trouble)}."
        return sentence, not_seen(shown, sentence)
    if is_body:
        return "", seen_in_body(shown, raw)
    try:
        return "", seen_in(shown, reader.read(raw))
    except Unreadable as trouble:
        return f"{shown}: {trouble}", not_seen(shown, str(trouble))


def _bytes_of(file: str) -> bytes:
    if file == INPUT:
        return sys.stdin.buffer.read(LIMIT)
    with Path(file).open("rb") as stream:
        return stream.read(LIMIT)


def _reason(trouble: OSError | ValueError) -> str:
    said = trouble.strerror if isinstance(trouble, OSError) else str(trouble)
    return (said or str(trouble)).lower()
