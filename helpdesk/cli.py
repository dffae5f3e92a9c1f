"""The `helpdesk` command: each subcommand says what it does, what it needs and what to do next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from helpdesk import __version__, firm, schema
from helpdesk.accounts import cli as shell
from helpdesk.accounts import first
from helpdesk.admin.assistant.claiming import code
from helpdesk.app import create_app
from helpdesk.backup import cli as backup
from helpdesk.config import Settings, SettingsError
from helpdesk.demo.command import run_demo
from helpdesk.demo.seeding import seed_tickets
from helpdesk.doctor.examining import examine
from helpdesk.errors import DomainError
from helpdesk.logs import configure_logging
from helpdesk.mail.cli import mail_commands
from helpdesk.mail.door import open_doors
from helpdesk.running import settings_from, with_database
from helpdesk.serving import WebServer
from helpdesk.sla.cli import sla_commands
from helpdesk.sla.verify_cli import Wish, report, say
from helpdesk.timetable import timetable
from helpdesk.worker import leave, run_worker, stop_on_signals

Command = Callable[..., Any]


def data_option(command: Command) -> Command:
    """`--data DIR`, which every command takes."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of this desk: its database (unless DATABASE_URL names one), mails and files.",
    )(command)


class Sentences(click.Group):
    """A group of commands whose expected failures are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException("\n".join(error.sentences)) from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer: {error.orig}".strip()) from error


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="helpdesk")
def main() -> None:
    """A service desk around three lines of support and the SLA clock.

    \b
    To look around:      helpdesk demo
    To run it for real:  helpdesk db upgrade, helpdesk create-admin,
                         then helpdesk serve and helpdesk worker side by side.
    To keep it safe:     helpdesk backup FILE, and helpdesk restore FILE elsewhere
    Something is wrong:  helpdesk doctor
    A deadline in doubt: helpdesk sla export TICKET > FILE,
                         then helpdesk sla replay FILE --check
    """


@main.command()
@data_option
@click.option("--port", default=8000, show_default=True, help="Port of the pages.")
@click.option("--smtp-port", default=2525, show_default=True, help="Port on which support@ takes mail.")
@click.option("--reset", is_flag=True, help="Throw away what the last demo wrote and start afresh.")
def demo(data: Path | None, port: int, smtp_port: int, reset: bool) -> None:
    """Show a believable firm at work: pages, worker and mail in one command, ended by Ctrl-C.

    Everybody of the cast signs in with one click, so it listens on this machine only. Mail for
    support@helpdesk.example goes in by SMTP; what the desk sends is caught and can be read and answered.
    """
    run_demo(data, port=port, smtp_port=smtp_port, reset=reset)


@main.command()
@data_option
@click.option("--workers", default=1, show_default=True, help="Web processes; each answers with threads.")
@click.option("--port", type=int, help="Port of the pages, instead of HELPDESK_PORT.")
def serve(data: Path | None, workers: int, port: int | None) -> None:
    """Serve the pages with gunicorn. The database is brought up to date first when it is our own.

    Run `helpdesk worker` beside it: it fetches and sends mail and watches the deadlines.
    """
    settings = settings_from(data, None, **({"HELPDESK_PORT": str(port)} if port else {}))
    configure_logging(settings)
    with _ready(settings) as ready:
        backup.warn_of_standstill(ready)
        click.echo(f"The desk answers at {ready.base_url}. Ctrl-C ends it.")
        with _inside(ready):
            if first.is_unclaimed():
                click.echo(f"It belongs to nobody yet. Set it up at {ready.base_url}/welcome?code={code()}")
        WebServer(ready, workers=workers).run()


@main.command()
@data_option
def worker(data: Path | None) -> None:
    """Do what happens by itself: fetch and send mail, watch deadlines, close what is long resolved.

    Any number of workers may run; each piece of work is done once.
    """
    settings = settings_from(data)
    configure_logging(settings)
    with _ready(settings) as ready:
        backup.warn_of_standstill(ready)
        app, stop = create_app(ready, process="worker"), stop_on_signals()
        with open_doors(app, ready):
            run_worker(app, timetable(ready), ready, stop=stop)
    leave()


@main.group(name="db")
def database() -> None:
    """Look after the database."""


@database.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Bring the tables up to date, as the role of DATABASE_OWNER_URL. Safe to repeat."""
    with with_database(settings_from(data)) as ready:
        _upgrade(ready)
    click.echo("The database is up to date.")


@main.command(name="create-admin")
@data_option
@click.option("--email", help="What the administrator signs in with; asked for when not given.")
@click.option("--name", help="How colleagues see the administrator; asked for when not given.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
@click.option("--reset-link", is_flag=True, help="Print a link for a new password instead.")
def create_admin(
    data: Path | None, email: str | None, name: str | None, password_stdin: bool, reset_link: bool
) -> None:
    """Make somebody an administrator who can sign in at once.

    Whoever has the address already becomes one and keeps the password. An administrator who forgot it, while
    the desk cannot send mail, gets back in with --reset-link.
    """
    with _ready(settings_from(data)) as ready, _inside(ready):
        if reset_link:
            click.echo(shell.new_password(email, ready.base_url))
        else:
            click.echo(shell.administrator(email, name, ready.base_url, reads_stdin=password_stdin))


@main.command()
@data_option
@click.option("--tickets", default=1000, show_default=True, help="How many tickets to write.")
@click.option("--seed", default=1, show_default=True, help="The same number writes the same desk.")
def seed(data: Path | None, tickets: int, seed: int) -> None:
    """Write a believable desk of any size, for trying out and for measuring. Never into a desk in use."""
    with _ready(settings_from(data)) as ready, _inside(ready):
        seed_tickets(tickets, seed=seed)


@main.command()
@data_option
def doctor(data: Path | None) -> None:
    """Look for what is wrong and say how to mend it. Ends with 1 when something is."""
    with with_database(settings_from(data)) as ready:
        findings = examine(ready)
    for finding in findings:
        click.echo(f"{'fine ' if finding.fine else 'WRONG'}  {finding.what}")
        if finding.cure:
            click.echo(f"       {finding.cure}")
    if not all(finding.fine for finding in findings):
        raise SystemExit(1)


@sla_commands.command(short_help="Compare the kept clocks with their logs.")
@data_option
@click.argument("numbers", metavar="[TICKET]...", nargs=-1, type=click.IntRange(min=1))
@click.option("--tickets", "count", type=click.IntRange(min=1), help="The next so many in turn.")
@click.option("--all", "all_of_them", is_flag=True, help="Every ticket there is.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@click.option("--rebuild", "rewrites", is_flag=True, help="Write what is kept of these clocks anew.")
def verify(
    data: Path | None,
    numbers: tuple[int, ...],
    count: int | None,
    all_of_them: bool,
    as_json: bool,
    rewrites: bool,
) -> None:
    """Compute clocks anew from the log and report whatever is kept otherwise.

    Without a choice it takes the next hundredth of all tickets, 200 at least, as the worker does every
    night. The desk may go on working meanwhile. --rebuild tells nobody anything twice: what was written down
    as crossed stays so. Ends with 1 on a difference that is left, or when a ticket is not there.
    """
    if sum((bool(numbers), count is not None, all_of_them)) > 1:
        raise click.UsageError("Name tickets, or --tickets, or --all: one of them.")
    with _ready(settings_from(data)) as ready, _inside(ready):
        found = report(Wish(numbers, all_of_them, count), rewrites=rewrites)
    say(found, as_json=as_json)
    if not found.is_fine:
        raise SystemExit(1)


main.add_command(backup.backup_command)
main.add_command(backup.restore_command)
main.add_command(backup.start_mail_command)
main.add_command(mail_commands)
main.add_command(sla_commands)
database.add_command(backup.move_command)


@contextmanager
def _ready(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that is up to date; our own is upgraded, another one only looked at."""
    with with_database(settings) as ready:
        if settings.uses_embedded_database:
            _upgrade(ready)
        else:
            _check_up_to_date(ready)
        yield ready


@contextmanager
def _inside(settings: Settings) -> Iterator[None]:
    """The program as a command has it, with what the firm chose on its screens."""
    with create_app(settings, process="command").app_context():
        firm.refresh()
        yield


def _check_up_to_date(settings: Settings) -> None:
    engine = create_engine(settings.database_url or "")
    with engine.connect() as connection:
        have = schema.current(connection)
    engine.dispose()
    if have != schema.head():
        raise click.ClickException("The database is not up to date. Run: helpdesk db upgrade")


def _upgrade(settings: Settings) -> None:
    schema.upgrade(settings.database_owner_url or "", app_url=settings.database_url or "")
