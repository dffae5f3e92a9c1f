"""The wheel carries all that runs: installed alone in a fresh environment, it shows the first page."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = (
    "helpdesk/static/vendor/htmx.js",
    "helpdesk/static/vendor/icons.svg",
    "helpdesk/static/vendor/inter-cyrillic-wght-normal.woff2",
    "helpdesk/static/css/bundle.txt",
    "helpdesk/translations/ru/LC_MESSAGES/messages.mo",
    "helpdesk/translations/en/LC_MESSAGES/messages.mo",
    "helpdesk/templates/base.html",
    "helpdesk/migrations/env.py",
    "helpdesk/docs/guide/en/operator/01-calls.md",
)
FIRST_PAGE = """
import sys
from tempfile import TemporaryDirectory
import helpdesk
from helpdesk import assets, schema
from helpdesk.app import create_app
from helpdesk.postgres import embedded
from helpdesk.running import configure_process, settings_from
from pathlib import Path

assert Path(helpdesk.__file__).is_relative_to(sys.prefix), helpdesk.__file__
with TemporaryDirectory(prefix="desk-") as data, embedded(data, durable=False) as urls:
    settings = settings_from(Path(data)).with_database(urls.app, urls.owner)
    configure_process(settings)
    schema.upgrade(urls.owner, app_url=urls.app)
    client = create_app(settings).test_client()
    page = client.get("/welcome", base_url=settings.base_url)
    style = client.get(assets.asset_url("css/desk.css"), base_url=settings.base_url)
    print(page.status_code, style.status_code)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT), at=folder)
    return next(folder.glob("helpdesk-*.whl"))


def run(*command: str, at: Path) -> str:
    """The command's output; its environment has no way into this tree."""
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HELPDESK_"))
    }
    surroundings.pop("DATABASE_URL", None)
    done = subprocess.run(command, cwd=at, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_templates_migrations_catalogues_and_browser_assets(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert sorted(set(NEEDED) - held) == []
    assert not [name for name in held if name.startswith(("templates/", "migrations/", "tests/"))]


def test_installed_alone_it_shows_the_first_page(wheel: Path) -> None:
    with TemporaryDirectory(prefix="desk-venv-") as place:
        folder = Path(place)
        run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), at=folder)
        python = folder / "venv" / "bin" / "python"
        libraries = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
        (libraries / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
        target = [
            "--no-deps",
            "--no-index",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(libraries),
        ]
        run(sys.executable, "-m", "pip", "install", *target, str(wheel), at=folder)
        assert run(str(python), "-c", FIRST_PAGE, at=folder).strip().splitlines()[-1] == "200 200"
