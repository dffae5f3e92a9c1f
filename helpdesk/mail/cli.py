"""The `helpdesk mail` commands: try a message out, or hand one in."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from helpdesk import __version__, clock
from helpdesk.accounts.people import system_id
from helpdesk.app import create_app
from helpdesk.db import db, transaction
from helpdesk.mail.actions import retry_read_before
from helpdesk.mail.handing_in import Outcome, message_on, take_in
from helpdesk.mail.inspecting import Seen, not_seen, seen_in, seen_in_body
from helpdesk.mail.reading import Unreadable, reader
from helpdesk.mail.shown import page_of
from helpdesk.running import has_database, settings_from, with_database

INPUT = "-"
LATER = int(Outcome.LATER)
NO_DESK = "there is no desk in %s. Name its folder with --data, or its database with DATABASE_URL."
LIMIT = 256 * 1024 * 1024
ALSO_END_LINES = {ord(one): f"\\u{ord(one):04x}" for one in "\x85\u2028\u2029"}


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
            click.echo(_one_line(seen).encode(), nl=False)
        elif not sentence:
            click.echo(page_of(seen, is_body=is_body).encode(), nl=False)
    if not is_fine:
        raise SystemExit(1)


class Pipe(click.Command):
    """A command behind a pipe: a slip in its own line keeps the mail in the queue, and bounces nothing."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*args, **more)
        except click.UsageError as mistake:
            click.echo(f"Not now, keep the message: {mistake.format_message()}", err=True)
            raise SystemExit(LATER) from mistake


@mail_commands.command(cls=Pipe, short_help="Take one message from the standard input, as behind a pipe.")
@click.option("--to", "recipients", metavar="ADDRESS", multiple=True, help="Whom it was sent to; repeatable.")
@click.option("--from", "sender", metavar="ADDRESS", help="The envelope's sender; empty for the null sender.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of this desk: its database, unless DATABASE_URL names one.",
)
def receive(recipients: tuple[str, ...], sender: str | None, data: Path | None) -> None:
    """Store the message on the standard input; the worker makes a ticket of it.

    \b
    Ends as mail servers understand it (sysexits.h):
      0   stored; only then
      65  no message, or one beyond the limit
      67  --to names nobody here
      75  not now, such as when the database is away: the mail server tries again
    Without --to the message's own lines say whose it is; if none does, it goes to the default mailbox.
    """
    outcome, sentence = _taken(recipients, sender, data)
    click.echo(sentence, err=outcome is not Outcome.STORED)
    raise SystemExit(int(outcome))


@mail_commands.command(short_help="Try again what an older version could not read.")
@click.option(
    "--read-before", "version", help="Try those that a version before this one read. [default: ours]"
)
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The desk's data folder.")
def retry(version: str | None, data: Path | None) -> None:
    """Put every held message that only failed back in front of the door; the worker takes them in."""
    if version is not None and not re.match(r"\d+(\.\d+)*\Z", version):
        raise click.BadParameter(
            f"{version} is no version: write it as {__version__}.", param_hint="--read-before"
        )
    settings = settings_from(data)
    if not has_database(settings):
        raise click.ClickException(f"T{NO_DESK[1:]}" % settings.data_dir)
    with with_database(settings) as ready, create_app(ready, process="command").app_context(), transaction():
        count = retry_read_before(version, by=system_id(), now=clock.now(db.session))
    click.echo(f"{count} held messages are on their way in.")


def _taken(recipients: tuple[str, ...], sender: str | None, data: Path | None) -> tuple[Outcome, str]:
    """Whatever goes wrong here is no reason to refuse a mail: a mail server takes any other end for one."""
    try:
        settings = settings_from(data)
        raw = message_on(sys.stdin.buffer, settings.mail_limit_bytes)
        if isinstance(raw, str):
            return Outcome.NO_MESSAGE, raw
        if not has_database(settings):
            return Outcome.LATER, f"Not now, keep the message: {NO_DESK % settings.data_dir}"
        with with_database(settings) as ready, create_app(ready, process="command").app_context():
            return take_in(raw, recipients, sender)
    except Exception as trouble:  # noqa: BLE001  see above
        said = " ".join(str(trouble).split()) or type(trouble).__name__
        return Outcome.LATER, f"Not now, keep the message: {said[:300]}"


def _inspected(file: str, *, is_body: bool) -> tuple[str, Seen]:
    """What is wrong, in a sentence or empty, and what was seen."""
    shown = file.encode("utf-8", "replace").decode()
    try:
        raw = _bytes_of(file)
    except (OSError, ValueError) as trouble:
        sentence = f"{shown} cannot be read: {_reason(trouble)}."
        return sentence, not_seen(shown, sentence)
    try:
        if is_body:
            return "", seen_in_body(shown, reader.read_body(raw))
        return "", seen_in(shown, reader.read(raw))
    except Unreadable as trouble:
        return f"{shown}: {trouble}", not_seen(shown, str(trouble))


def _one_line(seen: Seen) -> str:
    """JSON lets characters stand that many readers take for the end of a line; they are written as codes."""
    return json.dumps(seen, ensure_ascii=False).translate(ALSO_END_LINES) + "\n"


def _bytes_of(file: str) -> bytes:
    if file == INPUT:
        return sys.stdin.buffer.read(LIMIT)
    with Path(file).open("rb") as stream:
        return stream.read(LIMIT)


def _reason(trouble: OSError | ValueError) -> str:
    said = trouble.strerror if isinstance(trouble, OSError) else str(trouble)
    return (said or str(trouble)).lower()
