"""The `helpdesk sla` commands: settle an argument about a deadline, and prove that the clocks are right."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.db import db
from helpdesk.running import settings_from, with_database
from helpdesk.sla import case_export
from helpdesk.sla.casefile import differences, document_in, plain
from helpdesk.sla.cases import Answers, answers
from helpdesk.sla.given import CaseError
from helpdesk.tickets.models import Ticket

DIFFERENT, UNREADABLE = 1, 2
LOOKS: Any = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None, "width": 110}
HEAD = """# Ticket %s: what happened when, and what was promised. Instants are UTC, durations are seconds.
# To count again: helpdesk sla replay FILE --check
"""


@click.group(name="sla")
def sla_commands() -> None:
    """Look into the SLA clocks: why they say what they say, and whether they are right."""


@sla_commands.command(short_help="Count the deadlines of a file again.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one object, {case id: result}.")
@click.option("--check", is_flag=True, help="Compare with what the file expects and name each difference.")
def replay(file: Path, as_json: bool, check: bool) -> None:
    """Evaluate the cases of a FILE with the engine that runs the desk. Needs no database.

    The file is YAML: calendars, policies, and for each case what happened when. The guide has an example,
    under “Settle an argument about a deadline”. Ends with 1 when --check finds a difference, with 2 when
    something cannot be read; the other cases are evaluated all the same.
    """
    found = _answers_in(file)
    if as_json:
        click.echo(json.dumps(plain(found.results), ensure_ascii=False))
    elif not check:
        _print(found.results)
    wrong = _compare(found, to_errors=as_json) if check else 0
    _say((*found.remarks, *found.problems))
    if found.problems or wrong:
        raise SystemExit(UNREADABLE if found.problems else DIFFERENT)


@sla_commands.command(short_help="Write a ticket as a file for replay.")
@click.argument("ticket", type=int)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of this desk: its database, unless DATABASE_URL names one.",
)
@click.option(
    "--as-of",
    metavar="INSTANT",
    type=click.DateTime(),
    help="The instant to look at, in UTC, such as 2026-03-02T12:00:00; now when not given.",
)
def export(ticket: int, data: Path | None, as_of: datetime | None) -> None:
    """Write a TICKET as a file for `helpdesk sla replay`: what happened when, and what was promised.

    It holds times, states, lines, priorities and the terms; no names of people and no texts. Give it to
    whoever doubts a deadline: with --check the replay says whether the desk counted right. Ends with 1 when
    there is no such ticket, or nothing was promised on it.
    """
    with with_database(settings_from(data)) as ready, create_app(ready, process="command").app_context():
        if db.session.get(Ticket, ticket) is None:
            raise click.ClickException(f"There is no ticket {ticket}.")
        at = as_of.replace(tzinfo=UTC) if as_of else clock.now(db.session)
        click.echo(HEAD % ticket + yaml.safe_dump(case_export.export(ticket, at), **LOOKS), nl=False)


def _answers_in(file: Path) -> Answers:
    try:
        return answers(document_in(file))
    except CaseError as problem:
        return Answers(problems=[str(problem)])


def _compare(found: Answers, *, to_errors: bool) -> int:
    """Say what is not as expected; how many cases that are."""
    wrong = 0
    for name, expected in found.expected.items():
        places = list(differences(expected, found.results[name]))
        wrong += bool(places)
        for where, wanted, got in places:
            click.echo(f"{name}: {where}: expected {wanted}, found {got}", err=to_errors)
    fine, silent = len(found.expected) - wrong, len(found.results) - len(found.expected)
    summary = [f"{fine} as expected"]
    summary += [f"{wrong} not"] if wrong else []
    summary += [f"{silent} expect nothing"] if silent else []
    click.echo(f"Cases: {', '.join(summary)}.", err=to_errors)
    return wrong


def _print(results: dict[str, Any]) -> None:
    for name, result in results.items():
        click.echo(name)
        for key, value in result.items():
            if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
                for clock, figures in value.items():
                    click.echo(f"  {clock}: {_line(figures)}")
            else:
                click.echo(f"  {key}: {_line(value)}")


def _line(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_line(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_line(each) for each in value)
    return "none" if value is None else str(plain(value)).lower() if isinstance(value, bool) else str(value)


def _say(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        click.echo(sentence, err=True)
