"""What time it is: read once per door from the database, so that every process agrees."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import text


class _Executes(Protocol):
    def execute(self, statement: Any) -> Any: ...


_source: Callable[[], datetime] | None = None


def now(session: _Executes, *, not_before: datetime | None = None) -> datetime:
    """The database's time in UTC, floored to the second.

    `not_before` is the last event of the ticket at hand: events of one ticket never run backwards, even
    when the server's clock does. None means no such bound.
    """
    moment = _source() if _source else session.execute(text("select clock_timestamp()")).scalar_one()
    moment = moment.astimezone(UTC).replace(microsecond=0)
    return max(moment, not_before) if not_before else moment


def process_time() -> datetime:
    """This process's own clock in UTC, for log lines, headers and cookies; never for a deadline."""
    return _source() if _source else datetime.now(UTC)


@contextmanager
def frozen(source: Callable[[], datetime]) -> Iterator[None]:
    """Replace the source of time for tests and for writing simulated history."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
