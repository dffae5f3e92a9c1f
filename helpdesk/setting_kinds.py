"""The kinds of values a setting can have: text in, value out, or the end of a sentence that says why not."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from helpdesk.errors import DomainError

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
DRIVER = "postgresql+psycopg2"
DATABASE_SCHEMES = frozenset({"postgres", "postgresql", DRIVER})


class Unfit(DomainError):
    """The end of a sentence that starts with the setting's name, such as "is not a number"."""


def words(text: str) -> str:
    return text.strip()


def folder(text: str) -> Path:
    return Path(text).expanduser()


def switch(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise Unfit(f"is {text!r}, which is neither yes nor no")
    return text.lower() in YES


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise Unfit(f"is {text!r}, where a whole number from {least} to {most} is needed")
        return int(text)

    return read


def quiet_hours(text: str) -> tuple[int, int]:
    """Two times of day as minutes since midnight; the second may be on the next morning."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text.replace(" ", ""))
    if found is None:
        raise Unfit(f"is {text!r}; it has to look like 20:00-07:00")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    if (hour, minute) == (end_hour, end_minute):
        raise Unfit(f"is {text!r}, which would be quiet for ever")
    return hour * 60 + minute, end_hour * 60 + end_minute


def one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise Unfit(f"is {text!r}; it can be {' or '.join(choices)}")
        return text

    return read


def prefix(text: str) -> str:
    if not (text.isascii() and text.isalnum() and 1 <= len(text) <= 8):
        raise Unfit(f"is {text!r}; a prefix has one to eight Latin letters or digits")
    return text.upper()


def zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError) as problem:
        raise Unfit(f"is {text!r}, which is no time zone; a good one looks like Europe/Berlin") from problem


def region(text: str) -> str:
    if not (text.isascii() and text.isalpha() and len(text) == 2):
        raise Unfit(f"is {text!r}; a country has two letters, such as DE")
    return text.upper()


def hosts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def web_address(text: str) -> str:
    """An address without path or query, no slash at its end."""
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise Unfit(f"is {text!r}; it has to look like https://desk.example")
    return f"{parts.scheme}://{parts.netloc}"


def database(text: str) -> str:
    """SQLAlchemy reads plain postgresql:// as another driver, so the driver is always named."""
    scheme, found, rest = text.partition("://")
    if not found or scheme not in DATABASE_SCHEMES:
        raise Unfit("has to start with postgresql://")
    return f"{DRIVER}://{rest}"


def relay(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Unfit("has to look like smtp://name:password@mail.example:587 or smtps://...")
    return text


def strong_secret(text: str) -> str:
    if len(text) < 32 or len(set(text)) < 10:
        raise Unfit("is too weak; take at least 32 random characters, for example from openssl rand -hex 32")
    return text


def is_loopback(host: str) -> bool:
    """Whether only this very machine can be meant."""
    bare = host.strip("[]")
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False
