"""The web server: gunicorn with threads, configured in one place."""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi

from helpdesk.app import create_app
from helpdesk.config import Settings


class NamelessResponse(wsgi.Response):
    """An answer that does not say which program sent it."""

    def default_headers(self) -> list[str]:
        headers: list[str] = super().default_headers()
        return [header for header in headers if not header.startswith("Server:")]


class WebServer(BaseApplication):
    """gunicorn around the program; each worker process makes its own application and connections."""

    def __init__(self, settings: Settings, *, workers: int) -> None:
        self._settings = settings
        self._workers = workers
        wsgi.Response = NamelessResponse  # gunicorn 27 has no setting for it
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The program; the collector of garbage never looks again at what lives as long as the process."""
        app = create_app(self._settings)
        gc.collect()
        gc.freeze()
        return app

    def _options(self) -> dict[str, Any]:
        host = self._settings.host
        return {
            "bind": f"[{host}]:{self._settings.port}" if ":" in host else f"{host}:{self._settings.port}",
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "timeout": 60,
            "graceful_timeout": 3,
            "keepalive": 5,
            "limit_request_line": 8190,
            "limit_request_fields": 60,
            "limit_request_field_size": 16384,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108  (gunicorn's heartbeat file, on memory)
            "loglevel": "warning",
            "control_socket_disable": True,  # it would lie in the home folder, one for all desks of a user
            "proc_name": "helpdesk-web",
        }
