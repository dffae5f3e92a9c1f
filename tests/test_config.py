"""Settings: what is taken, what is refused, and in which words."""

import stat
from pathlib import Path

import pytest

from helpdesk.config import SETTINGS, Settings, SettingsError, kept_secret, load_settings

SECRET = "a secret of the tests, long enough to be taken"
SERVER = {"DATABASE_URL": "postgresql://desk@db.example/desk", "HELPDESK_SECRET_KEY": SECRET}


def mistakes(**env: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refusal:
        load_settings(SERVER | env)
    return refusal.value.sentences


def test_without_any_setting_the_desk_runs_on_this_machine_with_a_secret_of_its_own(tmp_path: Path) -> None:
    first = load_settings({"HELPDESK_DATA_DIR": str(tmp_path / "desk")})
    again = load_settings({"HELPDESK_DATA_DIR": str(tmp_path / "desk")})
    assert first == again
    assert first.uses_embedded_database
    assert first.base_url == "http://127.0.0.1:8000"
    assert "localhost" in first.trusted_hosts
    assert stat.S_IMODE((tmp_path / "desk" / "secret.key").stat().st_mode) == 0o600


def test_the_driver_of_the_database_is_always_named() -> None:
    settings = load_settings(SERVER)
    assert settings.database_url == "postgresql+psycopg2://desk@db.example/desk"
    assert settings.database_owner_url == settings.database_url


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    for name, content in (("secret", SECRET), ("relay", "smtps://desk:word@mail.example:465")):
        (tmp_path / name).write_text(content + "\n")
    env = {
        "DATABASE_URL": SERVER["DATABASE_URL"],
        "HELPDESK_SECRET_KEY_FILE": str(tmp_path / "secret"),
        "HELPDESK_SMTP_URL_FILE": str(tmp_path / "relay"),
    }
    settings = load_settings(env)
    assert (settings.secret_key, settings.smtp_url) == (SECRET, "smtps://desk:word@mail.example:465")


def test_quiet_hours_are_read_as_minutes_of_the_day() -> None:
    assert load_settings(SERVER | {"HELPDESK_QUIET_HOURS": "20:00 - 07:30"}).quiet_hours == (1200, 450)
    assert load_settings(SERVER).quiet_hours is None


def test_every_mistake_is_named_at_once() -> None:
    found = mistakes(HELPDESK_PORT="eighty", HELPDESK_DEFAULT_TIMEZONE="Mars/Olympus", HELPDESK_DEMO="maybe")
    assert len(found) == 3


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HELPDESK_PORT", "0", "a whole number from 1 to 65535"),
        ("HELPDESK_POORT", "8000", "HELPDESK_POORT is not a setting; HELPDESK_PORT is one."),
        ("HELPDESK_BASE_URL", "desk.example", "it has to look like https://desk.example"),
        ("HELPDESK_BASE_URL", "http://desk.example", "has to be https"),
        ("HELPDESK_HOST", "0.0.0.0", "opens the desk to the network"),
        ("HELPDESK_DEFAULT_LANGUAGE", "de", "it can be en or ru"),
        ("HELPDESK_DEFAULT_TIMEZONE", "../../etc/passwd", "is no time zone"),
        ("HELPDESK_TICKET_PREFIX", "[HD]", "one to eight Latin letters"),
        ("HELPDESK_PHONE_REGION", "Germany", "a country has two letters"),
        ("HELPDESK_QUIET_HOURS", "at night", "it has to look like 20:00-07:00"),
        ("HELPDESK_QUIET_HOURS", "20:00-25:00", "it has to look like 20:00-07:00"),
        ("HELPDESK_QUIET_HOURS", "07:00-07:00", "quiet for ever"),
        ("HELPDESK_SECRET_KEY", "changeme", "too weak"),
        ("HELPDESK_SECRET_KEY", "a" * 64, "too weak"),
        ("HELPDESK_SMTP_URL", "mail.example", "has to look like smtp://"),
        ("HELPDESK_SESSION_IDLE_MINUTES", "1000", "longer than HELPDESK_SESSION_ABSOLUTE_MINUTES"),
        ("HELPDESK_ATTACHMENT_LIMIT_MIB", "100", "more than HELPDESK_MAIL_LIMIT_MIB"),
        ("DATABASE_URL", "sqlite:///desk.db", "has to start with postgresql://"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(name: str, value: str, words: str) -> None:
    assert words in "\n".join(mistakes(**{name: value}))


def test_a_secret_is_needed_beside_a_database_of_ones_own() -> None:
    with pytest.raises(SettingsError, match="HELPDESK_SECRET_KEY"):
        load_settings({"DATABASE_URL": SERVER["DATABASE_URL"]})


def test_a_demo_is_for_this_machine_only() -> None:
    env = {"HELPDESK_BASE_URL": "https://desk.example", "HELPDESK_HOST": "0.0.0.0", "HELPDESK_DEMO": "yes"}
    assert "lets anybody in" in mistakes(**env)[0]


def test_a_secret_file_that_is_too_weak_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(SettingsError, match="too weak"):
        load_settings({"HELPDESK_DATA_DIR": str(tmp_path)})
    assert kept_secret(tmp_path / "other.key") == kept_secret(tmp_path / "other.key")


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(load_settings(SERVER | {"HELPDESK_SMTP_URL": "smtp://desk:word@mail.example"}))
    assert SECRET not in shown
    assert "word@" not in shown


def test_the_table_and_the_object_name_the_same_settings() -> None:
    assert sorted(entry.field for entry in SETTINGS) == sorted(Settings.__dataclass_fields__)
