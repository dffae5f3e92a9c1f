"""How log lines look: one per event, as text or JSON, without anything that must not leave the process."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from helpdesk.config import Settings

ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
ESCAPES |= {
    code: f"\\u{code:04x}" for code in (0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
ESCAPES |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
NAMED = r"[\w-]{0,30}(?:password|passwd|secret|token|api_?key|sid)"
REDACTIONS = (
    (re.compile(r"\b([a-z][a-z0-9+.-]{1,30}://)[^/\s:@]{0,200}:[^/\s@]{0,200}@", re.IGNORECASE), r"\1***@"),
    (re.compile(r"[^\s<>\"'(),;:=@/*]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{1,63}"), "***@***"),
    (re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\W{1,5})[^\n\"']+"), r"\1\2***"),
    (re.compile(rf"(?i)\b({NAMED})([\"']?\s?[=:]\s?[\"']?)[^\s\"',;&]+"), r"\1\2***"),
    (re.compile(r"(/[^\s?\"']{0,400})\?[^\s\"']+"), r"\1?***"),
)
LONGEST = 8000  # characters of one message
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
QUIET = ("apscheduler", "imapclient", "mail.log", "urllib3", "asyncio")


def configure_logging(settings: Settings) -> None:
    """Send every log line of this process to standard error in the installation's form and level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    sys.excepthook = _log_uncaught


class OneLine(logging.Formatter):
    """What both forms share: time in UTC, redacted words, control characters made visible."""

    def moment(self, record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the caller gave as extra=, such as ids and durations."""
        given = {name: value for name, value in vars(record).items() if name not in USUAL}
        return {name: _fact(name, value) for name, value in given.items()}

    def trace(self, record: logging.LogRecord) -> str:
        """Where it broke, without the source lines' values; empty when nothing broke."""
        return redact(self.formatException(record.exc_info)) if record.exc_info else ""


class TextLines(OneLine):
    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in self.facts(record).items())
        trace = self.trace(record)
        words = clean(record.getMessage()) + facts + (f" trace={escape(trace)}" if trace else "")
        return f"{self.moment(record)} {record.levelname.lower():7} {record.name}: {words}"


class JsonLines(OneLine):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
            **self.facts(record),
        }
        if trace := self.trace(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=True, default=str)


def clean(text: str) -> str:
    """Text from anywhere, fit for one log line."""
    return escape(redact(text))


def redact(text: str) -> str:
    """Without passwords, tokens, cookies, mail addresses and query strings."""
    text = text[:LONGEST]
    for pattern, replacement in REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


def escape(text: str) -> str:
    """Control characters and marks that turn the writing direction, made visible."""
    return text.translate(ESCAPES)


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    return clean(f"{name}={value}")[len(name) + 1 :]


def _log_uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("helpdesk").critical("Stopped by an error.", exc_info=(kind, error, where))
