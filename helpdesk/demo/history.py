"""Sixty days of the demo's past, up to now."""

import threading


def write_history(*, stop: threading.Event) -> None:
    """Write what happened before the demo was started; ends early when `stop` is set."""
    if stop.is_set():
        return
