"""What every test stands on: one real PostgreSQL per run, and a transaction around each test that ends."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session, scoped_session
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from helpdesk import clock, firm, schema
from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.db import db
from helpdesk.postgres import Urls, add_database, drop_database, embedded

BUSY = (HealthCheck.too_slow,)  # a busy machine is no defect
settings.register_profile("desk", deadline=None, suppress_health_check=BUSY, derandomize=True)
settings.register_profile(
    "explore", deadline=None, suppress_health_check=BUSY
)  # --hypothesis-profile=explore
settings.load_profile("desk")

TEMPLATE = "template_desk"
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 2**30
NOON = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # a Wednesday, noon in Berlin


@pytest.fixture(scope="session")
def server() -> Iterator[Urls]:
    """A PostgreSQL of this run with an empty, migrated database to copy from.

    pytest's own temporary folder is private to root, and PostgreSQL does not run as root.
    """
    with (
        TemporaryDirectory(prefix="desk-pg-", dir=_in_memory()) as place,
        embedded(place, durable=False) as urls,
    ):
        template = add_database(urls, TEMPLATE)
        schema.upgrade(template.owner, app_url=template.app)
        yield urls


def _in_memory() -> Path | None:
    """Where files are quick to make, if there is room: a database is copied in a thirtieth of the time."""
    return MEMORY if MEMORY.is_dir() and disk_usage(MEMORY).free > ENOUGH else None


@pytest.fixture(scope="session")
def database(server: Urls) -> Urls:
    """The database that tests inside an outer transaction share."""
    return add_database(server, "shared_desk", template=TEMPLATE)


@pytest.fixture
def own_database(server: Urls, request: pytest.FixtureRequest) -> Iterator[Urls]:
    """A database of its own for tests with several connections: LISTEN, SKIP LOCKED, workers, browsers."""
    urls = add_database(server, f"own_{abs(hash(request.node.nodeid)):x}", template=TEMPLATE)
    yield urls
    drop_database(urls)


def settings_for(urls: Urls, data: Path, **more: str) -> dict[str, str]:
    """An environment for a desk on that database with its files below `data`."""
    return {
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "HELPDESK_DATA_DIR": str(data),
        "HELPDESK_SECRET_KEY": "a secret of the tests, long enough to be taken",
        "HELPDESK_BASE_URL": "http://127.0.0.1:8000",
        "HELPDESK_FIRM_NAME": "Fernhill",
        "HELPDESK_DEFAULT_TIMEZONE": "Europe/Berlin",
        "HELPDESK_PHONE_REGION": "GB",
        **more,
    }


@pytest.fixture(scope="session")
def app(database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The program as it runs, on the shared database."""
    app = create_app(load_settings(settings_for(database, tmp_path_factory.mktemp("data"))))
    app.testing = True
    _set_apart_what_stays()
    return app


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session; all that the test writes is undone at its end, even what was committed."""
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        db._app_engines[app][None] = connection  # type: ignore[assignment]
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield cast("scoped_session[Session]", db.session)
        finally:
            db.session.remove()
            db._app_engines[app][None] = engine
            outer.rollback()
            connection.close()
            firm.refresh()


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> FlaskClient:
    """A browser without JavaScript; what it does is undone with the test's transaction."""
    return app.test_client()


@pytest.fixture
def now() -> Iterator[datetime]:
    """A fixed instant, which every door reads as its time."""
    with clock.frozen(lambda: NOON):
        yield NOON


OWN_DESKS = ("test_access", "test_first_evening")
LONGEST = (
    "tests/browser/test_access",
    "tests/browser/",
    "tests/permissions/test_matrix",
    "tests/backup/",
    "tests/test_postgres",
    "tests/test_cli",
    "tests/mail/test_doors",
    "tests/doors/",
)


def pytest_configure() -> None:
    """Until all tests are known, nothing of what is read for them is garbage."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is alone with it at the end."""
    items.sort(
        key=lambda item: next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), 99)
    )


def pytest_collection_finish() -> None:
    """Thousands of tests are known by now, and they live to the end."""
    _set_apart_what_stays()
    gc.enable()


def _set_apart_what_stays() -> None:
    """Let the collector of garbage never look again at what there is now: a tenth of all time was that."""
    gc.collect()
    gc.freeze()


class OneDesk(LoadScopeScheduling):
    """Shares the tests out file by file, and the browser's stories to one process, which keeps its desk.

    The tour of all pages and the first evening have desks of their own and may run beside them.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/") and not any(name in nodeid for name in OWN_DESKS):
            return "tests/browser"
        scope: str = super()._split_scope(nodeid)
        return scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneDesk:
    """The groups of xdist 3.8 are lost on pytest 9.2, whose ids of tests can no longer be changed.

    The order is that of the collection, not of the number of tests.
    """
    config.option.loadscopereorder = False
    return OneDesk(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what some tests measured."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"measured: {value}")
