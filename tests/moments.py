"""A moment at which everything inside happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from helpdesk import clock


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Every door reads this instant as its time."""
    with clock.frozen(partial(_same, moment)):
        yield


def _same(moment: datetime) -> datetime:
    return moment
