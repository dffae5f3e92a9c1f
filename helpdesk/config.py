"""What the installation decided: one frozen object from the environment, checked before anything starts."""

import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app

from helpdesk import setting_kinds as kinds
from helpdesk.errors import DomainError

PREFIX = "HELPDESK_"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
MIB = 1024 * 1024
IN_FORCE = "settings_in_force"
KEY_FILE = "secret.key"


class SettingsError(DomainError):
    """The settings do not hold together; `sentences` lists everything that is wrong."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


@dataclass(frozen=True)
class Settings:
    """Everything an installation may choose; the table below explains each field."""

    data_dir: Path
    database_url: str | None = field(repr=False)  # None: the embedded server below data_dir
    database_owner_url: str | None = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    host: str
    port: int
    threads: int
    trusted_hosts: tuple[str, ...]
    proxy_hops: int
    firm_name: str
    ticket_prefix: str
    default_language: str
    default_timezone: str
    phone_region: str
    staff_visibility: str
    managers_see_figures_only: bool
    quiet_hours: tuple[int, int] | None  # minutes of a person's own day; None: nobody's
    session_idle_minutes: int
    session_absolute_minutes: int
    attachment_limit_mib: int
    mail_limit_mib: int
    smtp_url: str | None = field(repr=False)  # None: only mailboxes with a relay of their own send
    smtp_door_host: str
    smtp_door_port: int  # 0: no door
    lmtp_door_port: int  # 0: no door
    inner_hosts: tuple[str, ...]
    poll_interval_seconds: int
    sweep_interval_seconds: int
    log_format: str
    log_level: str
    demo: bool

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def uses_embedded_database(self) -> bool:
        return self.database_url is None

    @property
    def attachment_limit_bytes(self) -> int:
        return self.attachment_limit_mib * MIB

    @property
    def mail_limit_bytes(self) -> int:
        return self.mail_limit_mib * MIB

    def with_database(self, app_url: str, owner_url: str) -> "Settings":
        """The same settings once the embedded server runs and has addresses."""
        return replace(self, database_url=app_url, database_owner_url=owner_url)


@dataclass(frozen=True)
class Setting:
    """One line of the settings table; `default` as a person would write it, empty for none."""

    field: str
    default: str
    meaning: str
    read: Callable[[str], object]
    secret: bool = False  # may also come from the file that NAME_FILE names

    @property
    def name(self) -> str:
        upper = self.field.upper()
        return upper if upper.startswith("DATABASE_") else PREFIX + upper


SETTINGS = (
    Setting("data_dir", "", "Data folder: embedded database, mails, attachments. By default "
            "/var/lib/helpdesk for root, otherwise helpdesk in ~/.local/share.", kinds.folder),
    Setting("database_url", "", "PostgreSQL 15 or newer, as the role that only works with rows. "
            "Without it the embedded server starts in the data folder.", kinds.database, secret=True),
    Setting("database_owner_url", "", "The same database as the role that owns the tables, for migrations. "
            "By default DATABASE_URL.", kinds.database, secret=True),
    Setting("secret_key", "", "Seals passwords of mailboxes and signs tokens; at least 32 random characters. "
            "With the embedded database one is made in the data folder.", kinds.strong_secret, secret=True),
    Setting("base_url", "", "How browsers reach the desk; https everywhere but on this very machine. "
            "By default http://127.0.0.1 and the port.", kinds.web_address),
    Setting("host", "127.0.0.1", "Address that the web server listens on.", kinds.words),
    Setting("port", "8000", "Port that the web server listens on.", kinds.whole(1, 65535)),
    Setting("threads", "16", "Requests that one web process answers at the same time.", kinds.whole(1, 512)),
    Setting("trusted_hosts", "", "Host names that are answered, separated by commas. "
            "By default the one of the base address.", kinds.hosts),
    Setting("proxy_hops", "0", "How many reverse proxies stand in front and name the visitor's address.",
            kinds.whole(0, 5)),
    Setting("firm_name", "Helpdesk", "Name of the firm, on pages and in mails.", kinds.words),
    Setting("ticket_prefix", "HD", "Letters before ticket numbers in subjects: [HD#1042].", kinds.prefix),
    Setting("default_language", "en", "Language where nobody chose one: en or ru.", kinds.one_of("en", "ru")),
    Setting("default_timezone", "UTC", "Time zone of the figures, and of whoever chose none.", kinds.zone),
    Setting("phone_region", "US", "Country of phone numbers written without a country code.", kinds.region),
    Setting("staff_visibility", "need_to_know", "Whether agents see what concerns them (need_to_know) "
            "or every ticket (open).", kinds.one_of("need_to_know", "open")),
    Setting("managers_see_figures_only", "no", "Whether managers see figures but no tickets behind them.",
            kinds.switch),
    Setting("quiet_hours", "", "Every night from and until, such as 20:00-07:00: when notices of deadlines "
            "and mail wait for colleagues who chose no hours themselves. By default never.",
            kinds.quiet_hours),
    Setting("session_idle_minutes", "60", "Minutes without activity after which a sign-in ends.",
            kinds.whole(5, 1440)),
    Setting("session_absolute_minutes", "720", "Minutes after which a sign-in ends in any case.",
            kinds.whole(5, 10080)),
    Setting("attachment_limit_mib", "25", "Largest attachment, in MiB.", kinds.whole(1, 200)),
    Setting("mail_limit_mib", "35", "Largest mail with everything attached, in MiB.", kinds.whole(1, 400)),
    Setting("smtp_url", "", "Relay for outgoing mail: smtp://name:password@host:587 or smtps://... "
            "A mailbox may have its own.", kinds.relay, secret=True),
    Setting("smtp_door_host", "127.0.0.1", "Address on which the worker takes mail by SMTP.", kinds.words),
    Setting("smtp_door_port", "0", "Port on which the worker takes mail by SMTP; 0 for none.",
            kinds.whole(0, 65535)),
    Setting("lmtp_door_port", "0", "Port on which the worker takes mail by LMTP, on the same address; "
            "0 for none.", kinds.whole(0, 65535)),
    Setting("inner_hosts", "", "Host names inside your network that the desk may call over the web, such as "
            "your own sign-in server, separated by commas. By default only addresses of the internet.",
            kinds.hosts),
    Setting("poll_interval_seconds", "60", "Seconds between two looks into a mailbox.", kinds.whole(1, 3600)),
    Setting("sweep_interval_seconds", "15", "Seconds between two looks at deadlines.", kinds.whole(1, 600)),
    Setting("log_format", "text", "Log lines for people (text) or for machines (json).",
            kinds.one_of("text", "json")),
    Setting("log_level", "info", "Least important line that is logged: debug, info, warning or error.",
            kinds.one_of("debug", "info", "warning", "error")),
    Setting("demo", "no", "Demonstration: everybody of the cast signs in with one click; loopback only.",
            kinds.switch),
)  # fmt: skip
SETTINGS_TABLE = tuple((entry.name, entry.default, entry.meaning) for entry in SETTINGS)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings; None means this process's environment.

    With the embedded database and no secret, one is made in the data folder. Raises SettingsError with every
    mistake at once.
    """
    env = os.environ if env is None else env
    mistakes = unknown_names(env)
    values = {entry.field: _read(entry, env, mistakes) for entry in SETTINGS}
    if not mistakes:
        values = _fill(values, env, mistakes)
        mistakes += contradictions(values)
    if mistakes:
        raise SettingsError(mistakes)
    return Settings(**values)


def settings() -> Settings:
    """The settings of the running application, with what the firm chose; needs an app context."""
    return cast("Settings", current_app.extensions.get(IN_FORCE) or current_app.extensions["settings"])


def default_data_dir(env: Mapping[str, str]) -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/helpdesk")
    return Path(env.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "helpdesk"


def unknown_names(env: Mapping[str, str]) -> list[str]:
    """A misspelt setting would otherwise be ignored in silence."""
    known = {entry.name for entry in SETTINGS} | {entry.name + "_FILE" for entry in SETTINGS if entry.secret}
    sentences = []
    for name in sorted(env):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            sentences.append(f"{name} is not a setting" + (f"; {near[0]} is one." if near else "."))
    return sentences


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """What is wrong between settings that are each right by themselves."""
    address, here = urlsplit(values["base_url"]), kinds.is_loopback(values["host"])
    checks = (
        (address.scheme == "http" and not kinds.is_loopback(address.hostname or ""),
         "HELPDESK_BASE_URL has to be https; plain http is only for this very machine."),
        (address.scheme == "http" and not here,
         "HELPDESK_HOST opens the desk to the network, so HELPDESK_BASE_URL has to be https."),
        (values["demo"] and not here, "HELPDESK_DEMO lets anybody in, so HELPDESK_HOST has to be 127.0.0.1."),
        (values["session_idle_minutes"] > values["session_absolute_minutes"],
         "HELPDESK_SESSION_IDLE_MINUTES is longer than HELPDESK_SESSION_ABSOLUTE_MINUTES."),
        (values["attachment_limit_mib"] > values["mail_limit_mib"],
         "HELPDESK_ATTACHMENT_LIMIT_MIB is more than HELPDESK_MAIL_LIMIT_MIB."),
    )  # fmt: skip
    return [sentence for wrong, sentence in checks if wrong]


def _read(entry: Setting, env: Mapping[str, str], mistakes: list[str]) -> Any:
    """The value of one setting, None when it is absent and has no default, or is wrong."""
    text = env.get(entry.name, "").strip()
    if not text and entry.secret:
        text = _from_file(entry.name + "_FILE", env, mistakes)
    if not (text := text or entry.default):
        return None
    try:
        return entry.read(text)
    except kinds.Unfit as problem:
        mistakes.append(f"{entry.name} {problem}.")
        return None


def _from_file(name: str, env: Mapping[str, str], mistakes: list[str]) -> str:
    if not env.get(name):
        return ""
    try:
        return Path(env[name]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        mistakes.append(f"{name} names a file that cannot be read: {problem}.")
        return ""


def _fill(values: dict[str, Any], env: Mapping[str, str], mistakes: list[str]) -> dict[str, Any]:
    """Defaults that depend on other settings."""
    filled = dict(values)
    filled["data_dir"] = values["data_dir"] or default_data_dir(env)
    filled["database_owner_url"] = values["database_owner_url"] or values["database_url"]
    filled["base_url"] = values["base_url"] or f"http://127.0.0.1:{values['port']}"
    filled["trusted_hosts"] = values["trusted_hosts"] or _hosts_of(filled["base_url"])
    filled["inner_hosts"] = values["inner_hosts"] or ()
    filled["secret_key"] = values["secret_key"] or _own_secret(filled, mistakes)
    return filled


def _hosts_of(base_url: str) -> tuple[str, ...]:
    host = (urlsplit(base_url).hostname or "").lower()
    return LOOPBACK_NAMES if kinds.is_loopback(host) else (host,)


def _own_secret(values: Mapping[str, Any], mistakes: list[str]) -> str:
    if values["database_url"]:
        mistakes.append("HELPDESK_SECRET_KEY (or HELPDESK_SECRET_KEY_FILE) is needed beside DATABASE_URL.")
        return ""
    try:
        return kept_secret(values["data_dir"] / KEY_FILE)
    except (OSError, kinds.Unfit) as problem:
        mistakes.append(f"The secret of this desk cannot be kept in {values['data_dir']}: {problem}.")
        return ""


def kept_secret(file: Path) -> str:
    """The secret in that file; made at the first call, readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
        try:
            os.link(draft, file)  # whoever comes first wins, so two commands at once agree
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kinds.strong_secret(file.read_text(encoding="ascii").strip())
