"""What the program is made of: create_app puts every part together."""

import logging
import time
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from flask_login import LoginManager
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk import (
    assets,
    blobs,
    failures,
    headers,
    i18n,
    models,
    ops,
    secrets_box,
    web,
)
from helpdesk import events as event_log
from helpdesk.accounts import cookies, guard
from helpdesk.accounts import views as accounts
from helpdesk.accounts.login import SignedInPerson
from helpdesk.admin import branding
from helpdesk.admin import views as admin
from helpdesk.backup import views as backup
from helpdesk.clients import views as clients
from helpdesk.config import MIB, Settings, load_settings
from helpdesk.config import settings as settings_in_force
from helpdesk.db import db
from helpdesk.demo import views as demo
from helpdesk.demo.progress import progress
from helpdesk.guide import views as guide
from helpdesk.kb import views as kb
from helpdesk.mail import spam as mail
from helpdesk.notifications import views as notifications
from helpdesk.reactions import REACTIONS
from helpdesk.reports import views as reports
from helpdesk.telephony import views as telephony
from helpdesk.tickets import views as tickets

FEATURES: tuple[Blueprint, ...] = (
    ops.blueprint,
    accounts.blueprint,
    tickets.blueprint,
    clients.blueprint,
    telephony.blueprint,
    kb.blueprint,
    mail.blueprint,
    notifications.blueprint,
    reports.blueprint,
    admin.blueprint,
    guide.blueprint,
    backup.blueprint,
)
DEMO_FEATURES: tuple[Blueprint, ...] = (accounts.demo_blueprint, demo.blueprint)
STATEMENT_TIMEOUT_MS = {"web": 15_000, "worker": 60_000, "command": 0}  # 0: as long as it takes
CONNECT_TIMEOUT_S = 5
FORM_LIMIT = 2 * MIB
QUIET_DOORS = ("ops.static", "ops.healthz")
_log = logging.getLogger("helpdesk.request")


def create_app(
    settings: Settings | None = None, *, database_url: str | None = None, process: str = "web"
) -> Flask:
    """The whole program for one process: web, worker or command. `database_url` wins over the settings' own.

    Raises LookupError when a route declares no policy, SettingsError when a setting is wrong.
    """
    settings = settings or load_settings()
    app = Flask("helpdesk", static_folder=None, template_folder=str(assets.folder("templates")))
    configure(app, settings, database_url or settings.database_url, process)
    headers.install(app, is_https=settings.is_https)
    app.before_request(_start_timer)
    app.after_request(_log_request)
    _install_extensions(app, settings)
    guard.install(app)
    failures.install(app)
    if settings.demo:
        app.extensions["demo_progress"] = progress
    for blueprint in FEATURES + (DEMO_FEATURES if settings.demo else ()):
        app.register_blueprint(blueprint)
    guard.check_routes(app)
    install_reactions()
    return app


def configure(app: Flask, settings: Settings, database_url: str | None, process: str) -> None:
    """Everything that Flask and its extensions read from the configuration."""
    if database_url is None:
        raise LookupError("There is no database address; start the embedded server first.")
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=secrets_key(settings),
        SESSION_COOKIE_SECURE=settings.is_https,
        SQLALCHEMY_DATABASE_URI=database_address(database_url),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings, process),
        WTF_CSRF_TIME_LIMIT=None,  # the secret lives and dies with the session
        WTF_CSRF_SSL_STRICT=False,  # our pages send no Referer; guard looks at Origin and Fetch Metadata
        PROVIDE_AUTOMATIC_OPTIONS=False,
        MAX_CONTENT_LENGTH=settings.mail_limit_bytes,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        MAX_FORM_PARTS=500,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def secrets_key(settings: Settings) -> str:
    """The key that signs cookies and form tokens, derived from the installation's secret."""
    secrets_box.configure(settings.secret_key)
    blobs.configure(settings.data_dir / "blobs")
    return secrets_box.key_for("signed cookies").hex()


def database_address(url: str) -> str:
    """The address with the driver we use: SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def engine_options(settings: Settings, process: str) -> dict[str, Any]:
    """Connections that notice a dead server, work in UTC and give up on a statement that takes too long."""
    return {
        "pool_pre_ping": True,
        "pool_size": settings.threads,
        "max_overflow": 4,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": f"helpdesk {process}",
            "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_MS[process]}",
        },
    }


def install_reactions() -> None:
    """Say what follows from each event; every process that publishes calls this once."""
    event_log.install(REACTIONS)


def _install_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    web.install(app)
    i18n.install(
        app,
        language=lambda: guard.current_actor().language or cookies.current().get("language"),
        zone=lambda: guard.current_actor().zone,
        default_language=lambda: settings_in_force().default_language,
        default_zone=lambda: settings_in_force().default_timezone,
    )
    app.context_processor(_people_of_page)
    app.jinja_env.globals["brand"] = branding.of_page
    login = LoginManager(app)
    login.session_protection = None
    login.user_loader(SignedInPerson.load)


def _people_of_page() -> dict[str, Any]:
    actor = guard.current_actor()
    return {
        "current_person": actor if actor.is_signed_in else None,
        "firm_name": settings_in_force().firm_name,
    }


def _start_timer() -> None:
    g.started_at = time.perf_counter()


def _log_request(response: Response) -> Response:
    """One line per request: ids and duration; no address, query, body or cookie."""
    started = g.pop("started_at", None)
    if request.endpoint in QUIET_DOORS:
        return response
    _log.info(
        "answered",
        extra={
            "door": request.endpoint,
            "method": request.method,
            "status": response.status_code,
            "person": guard.current_actor().person_id or None,
            "ms": round((time.perf_counter() - started) * 1000) if started else None,
            **{name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)},
        },
    )
    return response


__all__ = ["create_app", "install_reactions", "models"]
