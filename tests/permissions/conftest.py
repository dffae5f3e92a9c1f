"""The desk of the matrix is a demo, so that the demo's own doors are judged too."""

import pytest
from flask import Flask

from helpdesk.app import create_app
from helpdesk.config import load_settings
from helpdesk.postgres import Urls
from tests.conftest import settings_for


@pytest.fixture(scope="package")
def app(database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The program with every route it can have."""
    data = tmp_path_factory.mktemp("matrix")
    app = create_app(load_settings(settings_for(database, data, HELPDESK_DEMO="yes")))
    app.testing = True
    return app
