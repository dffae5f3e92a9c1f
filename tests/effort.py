"""What a piece of work costs, in a unit that is as slow as the machine on which it runs."""

import time
from collections.abc import Callable
from typing import TypeVar

UNIT = 200_000
T = TypeVar("T")


def effort(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and its CPU time in this thread, in countings to two hundred thousand.

    It is done twice, and each time counted beside: the better one counts, since others use the machine too.
    """
    (_, first), (found, second) = _tried(work), _tried(work)
    return found, min(first, second)


def _tried(work: Callable[[], T]) -> tuple[T, float]:
    _, unit = _timed(_count)
    found, cost = _timed(work)
    return found, cost / unit


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.thread_time()
    found = work()
    return found, time.thread_time() - begun


def _count() -> int:
    number = 0
    while number < UNIT:
        number += 1
    return number
