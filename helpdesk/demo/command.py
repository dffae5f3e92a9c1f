"""`helpdesk demo`: one command that brings up database, pages, worker and mail, and fills them."""

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import click

from helpdesk import schema
from helpdesk.app import create_app
from helpdesk.config import Settings, default_data_dir
from helpdesk.demo.firm import found_firm
from helpdesk.demo.folder import DemoError, claim
from helpdesk.demo.history import write_history
from helpdesk.demo.processes import Child, children
from helpdesk.mail.catcher import start_catcher
from helpdesk.running import environment_of, settings_from, with_database
from helpdesk.worker import stop_on_signals

ANSWER_SECONDS = 30.0
OWN_NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL")


def run_demo(data: Path | None, *, port: int, smtp_port: int, reset: bool) -> None:
    """Run until Ctrl-C. Raises DemoError with a sentence when a port is taken or a part does not start."""
    folder = data or default_data_dir(os.environ).with_name("helpdesk-demo")
    _check_ports(port, smtp_port)
    claim(folder, reset=reset)
    stop = stop_on_signals()
    catcher = start_catcher(folder / "caught", "127.0.0.1", 0)
    try:
        with with_database(_settings(folder, port, smtp_port, catcher.port)) as settings:
            click.echo("Preparing the database ...")
            schema.upgrade(settings.database_owner_url or "", app_url=settings.database_url or "")
            with create_app(settings).app_context():
                found_firm()
            env = environment_of(settings) | _environment(folder, port, smtp_port, catcher.port)
            with children(("serve",), ("worker",), env=env) as running:
                _wait_for_pages(settings, running, stop)
                _say_where(settings, smtp_port)
                _write_history(settings, stop)
                _stay(running, stop)
    finally:
        catcher.stop()
    click.echo("The demo has ended; its data stays until you start it with --reset.")


def _settings(folder: Path, port: int, smtp_port: int, relay_port: int) -> Settings:
    env = {name: value for name, value in os.environ.items() if name not in OWN_NAMES}
    return settings_from(folder, env, **_environment(folder, port, smtp_port, relay_port))


def _environment(folder: Path, port: int, smtp_port: int, relay_port: int) -> dict[str, str]:
    return {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_DEMO": "yes",
        "HELPDESK_HOST": "127.0.0.1",
        "HELPDESK_PORT": str(port),
        "HELPDESK_BASE_URL": f"http://127.0.0.1:{port}",
        "HELPDESK_FIRM_NAME": "Fernhill",
        "HELPDESK_DEFAULT_TIMEZONE": "Europe/Berlin",
        "HELPDESK_PHONE_REGION": "GB",
        "HELPDESK_SMTP_DOOR_PORT": str(smtp_port),
        "HELPDESK_SMTP_URL": f"smtp://127.0.0.1:{relay_port}",
        "HELPDESK_SWEEP_INTERVAL_SECONDS": "5",
        "HELPDESK_LOG_LEVEL": "warning",
    }


def _check_ports(*ports: int) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise DemoError(
                    f"Port {port} is taken by another program; choose others with --port and --smtp-port."
                ) from error


def _wait_for_pages(settings: Settings, running: Iterable[Child], stop: threading.Event) -> None:
    """Until the desk answers. Raises DemoError when a part has ended or nothing answers in time."""
    give_up = time.monotonic() + ANSWER_SECONDS
    while not stop.is_set() and not _answers(f"{settings.base_url}/healthz"):
        _check_alive(running)
        if time.monotonic() > give_up:
            raise DemoError(f"The pages did not answer within {ANSWER_SECONDS:.0f} seconds.")
        stop.wait(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (our own address on loopback)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _say_where(settings: Settings, smtp_port: int) -> None:
    click.echo("")
    click.echo(f"  The desk:     {settings.base_url}")
    click.echo(f"  Mail in:      support@helpdesk.example by SMTP on 127.0.0.1:{smtp_port}")
    click.echo(f"  Mail out:     {settings.base_url}/demo/mail")
    click.echo("")
    click.echo("  Sign in with one click as anybody of the cast. Ctrl-C ends the demo.")
    click.echo("")


def _write_history(settings: Settings, stop: threading.Event) -> None:
    with create_app(settings).app_context():
        write_history(stop=stop)


def _stay(running: list[Child], stop: threading.Event) -> None:
    while not stop.wait(1.0):
        _check_alive(running)


def _check_alive(running: Iterable[Child]) -> None:
    for child in running:
        if child.ended_with is not None:
            raise DemoError(
                f"“helpdesk {child.name}” has ended with {child.ended_with}; see its messages above."
            )
