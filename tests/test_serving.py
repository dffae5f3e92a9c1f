"""The web server as a process: what it says of itself on the wire, and where it leaves traces."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from helpdesk.postgres import Urls
from tests.browser.desk import Part, eventually
from tests.conftest import settings_for
from tests.servers import free_port

pytestmark = pytest.mark.xdist_group("doors")


@pytest.fixture(scope="module")
def served(database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running server: its address, and the home of whoever runs it."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    address = f"http://127.0.0.1:{port}"
    more = {"HELPDESK_PORT": str(port), "HELPDESK_BASE_URL": address, "HOME": str(home)}
    desk = settings_for(database, tmp_path_factory.mktemp("served")) | more
    without = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    part = Part("serve", env={**without, **desk}, log=home.parent / "serve.log")
    try:
        eventually(lambda: is_up(address), what=part.said())
        yield address, home
    finally:
        part.stop()


def is_up(address: str) -> bool:
    try:
        return bool(urlopen(f"{address}/healthz").status == 200)  # noqa: S310
    except OSError:
        return False


def test_no_answer_says_which_program_sent_it(served: tuple[str, Path]) -> None:
    headers = urlopen(f"{served[0]}/sign-in").headers  # noqa: S310
    assert "Server" not in headers
    assert "gunicorn" not in str(headers).lower()


def test_it_leaves_nothing_in_the_home_folder(served: tuple[str, Path]) -> None:
    assert list(served[1].iterdir()) == []
