"""The `helpdesk sla` commands: settle an argument about a deadline, and prove that the clocks are right."""

import json
from pathlib import Path

import click
import yaml

from helpdesk.sla.cases import differences, results


@click.group(name="sla")
def sla_commands() -> None:
    """Look into the SLA clocks: why they say what they say, and whether they are right."""


@sla_commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one object, {case id: result}.")
@click.option(
    "--check", is_flag=True, help="Compare with what the file expects; ends with 1 on a difference."
)
def replay(file: Path, as_json: bool, check: bool) -> None:
    """Evaluate the cases of a FILE with the engine that runs the desk. Needs no database."""
    document = yaml.safe_load(file.read_text("utf-8"))
    found = results(document)
    wrong = differences(document, found) if check else {}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for case, (expected, result) in wrong.items():
        click.echo(f"{case}: expected {expected}, found {result}", err=as_json)
    if wrong:
        raise SystemExit(1)
